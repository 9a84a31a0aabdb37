#include <catch2/catch.hpp>
#include <cstring>

#include "ann/builtin_networks.hpp"
#include "ann/network.hpp"
#include "ann/trainer.hpp"
#include "apps/bench/layerwise_training.hpp"
#include "apps/bench/noise_examples.hpp"

using namespace stdpscope;

namespace {

/// Ends a training after some steps.
class StopAfter : public ann::Observer {
public:
    explicit StopAfter(std::uint64_t steps) : steps_(steps) {}
    void step_done(const ann::StepPlace& place, double /*batch_loss*/) override { over = place.step + 1 >= steps_; }
    std::atomic<bool> over{false};

private:
    std::uint64_t steps_;
};

}  // namespace

TEST_CASE("LayerwiseTraining: what is timed layer by layer is what the trainer does, bit for bit", "[apps][bench]") {
    constexpr std::uint64_t kSteps = 3;
    ann::NetworkSpec spec = ann::lenet5();
    ann::apply_mixlu(spec, 25.0, ann::MixluMask::element, ann::NegluDerivative::inverted, ann::MixluPlace::all);
    spec.batch_size = 20;
    const apps::NoiseExamples examples(spec.input, 10, spec.batch_size, 1);
    StopAfter stop(kSteps);
    ann::TrainerOptions options{.batch_size = spec.batch_size, .seed = 1, .threads = 2, .stop_requested = &stop.over};

    ann::Network trained(spec, 1);
    ann::Trainer trainer(trained, examples, nullptr, options);
    trainer.add(stop);
    trainer.run();

    ann::Network timed(spec, 1);
    analysis::TraceHeader header;
    header.layers = timed.synapse_layers();
    header.batch_size = spec.batch_size;
    header.steps_per_epoch = examples.size() / spec.batch_size;
    apps::LevelListener listener(header, apps::TraceLife::whole_run);
    apps::LayerwiseTraining training(timed, examples, options, listener);
    for (std::uint64_t step = 0; step < kSteps; ++step) training.step();
    listener.end_training();

    CHECK(listener.trace_bytes() > 0);
    for (arma::uword index = 0; index < timed.synapse_layers().size(); ++index) {
        const arma::fmat& left = trained.synaptic(index).weights;
        const arma::fmat& right = timed.synaptic(index).weights;
        CHECK(std::memcmp(left.memptr(), right.memptr(), left.n_elem * sizeof(float)) == 0);
    }
    for (const apps::LayerClock& clock : training.layers()) CHECK(clock.forward.size() == kSteps);
    CHECK(training.layers().front().both_gradients.empty());
}
