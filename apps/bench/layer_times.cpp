#include "apps/bench/layer_times.hpp"

#include <chrono>
#include <cmath>
#include <numeric>

#include "apps/bench/layerwise_training.hpp"
#include "apps/bench/level_speed.hpp"
#include "apps/bench/noise_examples.hpp"
#include "apps/stop_signal.hpp"
#include "apps/traced_run.hpp"

namespace stdpscope::apps {
namespace {

LayerTimes times_of(const std::string& name, const LayerClock& clock) {
    LayerTimes times{.name = name,
                     .forward = median(clock.forward),
                     .weight_gradient = median(clock.weight_gradient),
                     .data_gradient = median(clock.both_gradients),
                     .update = median(clock.update),
                     .ledger = median(clock.ledger)};
    if (!clock.weight_gradient.empty()) times.data_gradient -= times.weight_gradient;
    return times;
}

double forward_flop(const ann::SynapseGeometry& geometry, arma::uword batch_size) {
    return 2.0 * static_cast<double>(geometry.weight_rows() * geometry.weight_columns() * geometry.positions()) *
           static_cast<double>(batch_size);
}

double mean(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

double StepTimes::sum() const {
    double seconds = input + loss + records;
    for (const LayerTimes& layer : layers) {
        for (const double part :
             {layer.forward, layer.weight_gradient, layer.data_gradient, layer.update, layer.ledger}) {
            if (!std::isnan(part)) seconds += part;
        }
    }
    return seconds;
}

StepTimes measure_layers(const ResolvedConfiguration& resolved, double seconds) {
    using Clock = std::chrono::steady_clock;
    constexpr std::uint64_t kFewestSteps = 2;
    const ann::NetworkSpec& spec = resolved.network;
    const ann::TrainerOptions options = trainer_options(resolved);
    ann::Network network = build_network(resolved);
    const NoiseExamples examples(spec.input, network.output_shape().units(), spec.batch_size, options.seed);
    LevelListener listener(trace_header(resolved, network, examples.size()), TraceLife::whole_run);
    LayerwiseTraining training(network, examples, options, listener);
    const Clock::time_point begun = Clock::now();
    const auto passed = [&] { return std::chrono::duration<double>(Clock::now() - begun).count(); };
    while ((training.steps() < kFewestSteps || passed() < seconds) && !stop_requested()) training.step();
    listener.end_training();

    StepTimes times{.input = median(training.input()),
                    .loss = median(training.loss()),
                    .records = mean(training.records()),
                    .steps = training.steps()};
    for (arma::uword place = 0; place < network.layer_count(); ++place) {
        times.layers.push_back(times_of(network.layer(place).name(), training.layers()[place]));
        const ann::SynapticLayer* synaptic = network.layer(place).synaptic();
        if (synaptic != nullptr) times.layers.back().flop = forward_flop(synaptic->geometry(), spec.batch_size);
    }
    return times;
}

}  // namespace stdpscope::apps
