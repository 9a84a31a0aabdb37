#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <limits>
#include <numeric>
#include <random>
#include <string>

#include "analysis/classify/category.hpp"
#include "analysis/ledger/ledger.hpp"
#include "ann/example_set.hpp"
#include "ann/names.hpp"
#include "ann/network.hpp"
#include "ann/trainer.hpp"
#include "tests/analysis/ledger/brute_force_observer.hpp"
#include "tests/analysis/ledger/compare_records.hpp"
#include "tests/analysis/ledger/kept_records.hpp"

using namespace stdpscope;
using namespace stdpscope::tests;
using ann::ActivationKind;
using ann::NegluDerivative;

namespace {

/// Random images, a third of the pixels exact zeros; other pixels of either sign, or positive ones only.
class RandomExamples : public ann::ExampleSet {
public:
    enum class Pixels { either_sign, positive };

    RandomExamples(ann::MapShape shape, arma::uword size, Pixels pixels, std::mt19937_64& random) : shape_(shape) {
        std::uniform_real_distribution<float> pixel(pixels == Pixels::positive ? 0.01F : -1.0F, 1.0F);
        for (arma::uword place = 0; place < size * shape.units(); ++place) {
            pixels_.push_back(random() % 3 == 0 ? 0.0F : pixel(random));
        }
        for (arma::uword example = 0; example < size; ++example) {
            labels_.push_back(static_cast<std::uint8_t>(random() % 4));
        }
    }
    [[nodiscard]] arma::uword size() const override { return labels_.size(); }
    [[nodiscard]] ann::MapShape shape() const override { return shape_; }
    [[nodiscard]] arma::uword classes() const override { return 4; }
    [[nodiscard]] std::span<const std::uint8_t> labels() const override { return labels_; }
    void read(arma::uword index, std::span<float> inputs) const override {
        std::copy_n(pixels_.begin() + static_cast<std::ptrdiff_t>(index * shape_.units()), shape_.units(),
                    inputs.begin());
    }

private:
    ann::MapShape shape_;
    std::vector<float> pixels_;
    std::vector<std::uint8_t> labels_;
};

std::vector<ann::ActivationSpec> activations() {
    std::vector<ann::ActivationSpec> specs;
    for (const auto kind : {ActivationKind::identity, ActivationKind::logistic_sigmoid, ActivationKind::tanh,
                            ActivationKind::relu, ActivationKind::leaky_relu}) {
        specs.emplace_back().kind = kind;
    }
    for (const auto derivative : {NegluDerivative::exact, NegluDerivative::inverted, NegluDerivative::released}) {
        for (const auto kind : {ActivationKind::neglu, ActivationKind::smooth_neglu}) {
            specs.emplace_back().kind = kind;
            specs.back().derivative = derivative;
        }
        for (const auto mask : {ann::MixluMask::unit, ann::MixluMask::element}) {
            specs.emplace_back().kind = ActivationKind::mixlu;
            specs.back().derivative = derivative;
            specs.back().mask = mask;
            specs.back().percent_neglu = 30.0;
        }
    }
    return specs;
}

ann::Conv2dSpec convolution(arma::uword channels, arma::uword stride_columns, ann::Padding padding) {
    ann::Conv2dSpec spec;
    spec.channels = channels;
    spec.kernel_rows = 3;
    spec.kernel_columns = 2;
    spec.stride_columns = stride_columns;
    spec.padding = padding;
    spec.training.initial_deviation = 0.3;
    return spec;
}

ann::DenseSpec dense(arma::uword units) {
    ann::DenseSpec spec;
    spec.units = units;
    spec.training.initial_deviation = 0.3;
    return spec;
}

ann::Pool2dSpec pool(ann::PoolKind kind) {
    ann::Pool2dSpec spec;
    spec.kind = kind;
    return spec;
}

/// Every kind of layer: a padded and strided convolution, activations after convolution, pooling and dense, both pools.
ann::NetworkSpec network_with(const ann::ActivationSpec& activation) {
    ann::NetworkSpec spec;
    spec.name = "all layers";
    spec.input = {2, 8, 9};
    spec.layers = {convolution(3, 2, {1, 0, 0, 2}),
                   activation,
                   pool(ann::PoolKind::average),
                   convolution(4, 1, {1, 1, 0, 1}),
                   pool(ann::PoolKind::max),
                   activation,
                   dense(7),
                   activation,
                   dense(4)};
    spec.sgd.learning_rates = {0.05};
    return spec;
}

ann::NetworkSpec one_layer(const ann::ActivationSpec& activation) {
    ann::NetworkSpec spec;
    spec.name = "one layer";
    spec.input = {1, 4, 5};
    spec.layers = {dense(30), activation, dense(4)};
    spec.sgd = {.momentum = 0.0, .weight_decay = 0.0, .learning_rates = {0.1}};
    return spec;
}

std::uint64_t sum_of(const analysis::EventCounts& counts) {
    return std::accumulate(counts.histogram.begin(), counts.histogram.end(), counts.invalid);
}

/// Updates of `counts` whose category, signed, is of `response`.
std::uint64_t updates_with(const analysis::UpdateCounts& counts, analysis::Response response) {
    using namespace analysis;
    std::uint64_t sum = 0;
    for (std::size_t receptor = 0; receptor < 3; ++receptor) {
        for (std::size_t timing = 0; timing < 3; ++timing) {
            for (std::size_t change = 0; change < 3; ++change) {
                const Sign strengthened = consequence(Measure::signed_weight, sign_at(receptor), sign_at(change));
                const Category category = category_of(sign_at(timing), strengthened);
                if (category == Category::unchanged || response_of(category) != response) continue;
                sum += counts.histogram[UpdateCounts::place(receptor, timing, change)];
            }
        }
    }
    return sum;
}

}  // namespace

TEST_CASE("Ledger: equals plain loops on real networks of every layer and activation", "[analysis][ledger]") {
    std::mt19937_64 random(21);
    const RandomExamples examples({2, 8, 9}, 37, RandomExamples::Pixels::either_sign, random);
    const auto timing = GENERATE(analysis::UpdateTiming::pairs, analysis::UpdateTiming::integral);
    for (const ann::ActivationSpec& activation : activations()) {
        CAPTURE(ann::name_of(activation.kind), static_cast<int>(activation.derivative),
                static_cast<int>(activation.mask));
        ann::Network network(network_with(activation), 5);
        ann::TrainerOptions options;
        options.epochs = 1;
        options.batch_size = 16;
        options.threads = 2;
        ann::Trainer trainer(network, examples, nullptr, options);
        KeptRecords kept;
        analysis::TraceOptions trace;
        trace.update_timing = timing;
        analysis::Ledger ledger(trace, kept);
        BruteForceObserver plain(timing);
        trainer.add(ledger);
        trainer.add(plain);
        trainer.run();
        REQUIRE(kept.records.size() == 1);
        REQUIRE(kept.records[0].samples == 37);
        REQUIRE(kept.records[0].layers.size() == 4);
        for (std::size_t layer = 0; layer < 4; ++layer) {
            CAPTURE(plain.layers[layer].name);
            require_same_counts(kept.records[0].layers[layer], plain.records[layer]);
        }
    }
}

TEST_CASE("Ledger: equals plain loops on a network that diverges to NaN", "[analysis][ledger]") {
    std::mt19937_64 random(22);
    const RandomExamples examples({2, 8, 9}, 20, RandomExamples::Pixels::either_sign, random);
    ann::ActivationSpec relu;
    ann::NetworkSpec spec = network_with(relu);
    spec.sgd.learning_rates = {1e30};
    ann::Network network(spec, 5);
    ann::TrainerOptions options;
    options.epochs = 3;
    options.batch_size = 16;
    ann::Trainer trainer(network, examples, nullptr, options);
    KeptRecords kept;
    analysis::Ledger ledger({}, kept);
    BruteForceObserver plain(analysis::UpdateTiming::pairs);
    trainer.add(ledger);
    trainer.add(plain);
    REQUIRE(trainer.run().end == ann::TrainingEnd::diverged);
    REQUIRE(kept.records.size() == 3);
    for (std::size_t layer = 0; layer < 4; ++layer) {
        CAPTURE(plain.layers[layer].name);
        std::array<std::uint64_t, 81> events{};
        std::array<std::uint64_t, 27> updates{};
        std::uint64_t invalid_events = 0;
        std::uint64_t invalid_updates = 0;
        for (const analysis::Record& record : kept.records) {
            for (std::size_t cell = 0; cell < 81; ++cell) {
                events[cell] += record.layers[layer].events[0].histogram[cell];
            }
            for (std::size_t cell = 0; cell < 27; ++cell) {
                updates[cell] += record.layers[layer].updates[0].histogram[cell];
            }
            invalid_events += record.layers[layer].events[0].invalid;
            invalid_updates += record.layers[layer].updates[0].invalid;
        }
        REQUIRE(events == plain.records[layer].events[0].histogram);
        REQUIRE(updates == plain.records[layer].updates[0].histogram);
        REQUIRE(invalid_events == plain.records[layer].events[0].invalid);
        REQUIRE(invalid_updates == plain.records[layer].updates[0].invalid);
        REQUIRE(invalid_events > 0);
    }
}

TEST_CASE("Law: one sample, plain SGD, a >= 0: a positive response gives normal categories, a negative one inverted",
          "[analysis][ledger]") {
    std::mt19937_64 random(23);
    const RandomExamples examples({1, 4, 5}, 60, RandomExamples::Pixels::positive, random);
    const bool inverted = GENERATE(false, true);
    ann::ActivationSpec activation;
    activation.kind = inverted ? ActivationKind::neglu : ActivationKind::tanh;
    activation.derivative = NegluDerivative::inverted;
    ann::NetworkSpec spec = one_layer(activation);
    ann::Network network(spec, 6);
    ann::TrainerOptions options;
    options.epochs = 1;
    options.batch_size = 1;
    ann::Trainer trainer(network, examples, nullptr, options);
    KeptRecords kept;
    analysis::Ledger ledger({}, kept);
    trainer.add(ledger);
    trainer.run();
    using analysis::Response;
    const analysis::UpdateCounts& counts = kept.records.at(0).layers.at(0).updates.at(0);
    REQUIRE(updates_with(counts, inverted ? Response::inverted : Response::normal) > 1000);
    REQUIRE(updates_with(counts, inverted ? Response::normal : Response::inverted) == 0);
    REQUIRE(counts.untimed == 0);
}

TEST_CASE("Law: the events of a layer are its samples times positions times synapses", "[analysis][ledger]") {
    std::mt19937_64 random(24);
    const RandomExamples examples({2, 8, 9}, 37, RandomExamples::Pixels::either_sign, random);
    ann::ActivationSpec activation;
    activation.kind = ActivationKind::tanh;
    ann::NetworkSpec spec = network_with(activation);
    spec.layers[0] = convolution(3, 2, {});
    ann::Network network(spec, 7);
    ann::TrainerOptions options;
    options.epochs = 1;
    options.batch_size = 16;
    ann::Trainer trainer(network, examples, nullptr, options);
    KeptRecords kept;
    analysis::Ledger ledger({}, kept);
    trainer.add(ledger);
    trainer.run();
    for (const std::size_t layer : {0U, 2U, 3U}) {  // those without padding
        const ann::SynapseGeometry& geometry = network.synapse_layers()[layer].geometry;
        const analysis::EventCounts& events = kept.records.at(0).layers[layer].events.at(0);
        REQUIRE(sum_of(events) == 37 * geometry.positions() * geometry.weight_rows() * geometry.weight_columns());
        REQUIRE(events.invalid == 0);
    }
}

TEST_CASE("Ledger: training stopped within an epoch still ends with a record of the last weights",
          "[analysis][ledger]") {
    std::mt19937_64 random(25);
    const RandomExamples examples({2, 8, 9}, 60, RandomExamples::Pixels::either_sign, random);
    ann::ActivationSpec relu;
    ann::Network network(network_with(relu), 8);
    std::atomic<bool> stop = false;
    /// Asks for an end during the third step.
    class StopAtThree : public ann::Observer {
    public:
        explicit StopAtThree(std::atomic<bool>& flag) : flag_(flag) {}
        void step_done(const ann::StepPlace& place, double /*batch_loss*/) override { flag_ = place.step == 2; }

    private:
        std::atomic<bool>& flag_;
    };
    StopAtThree stopper(stop);
    ann::TrainerOptions options;
    options.batch_size = 10;
    options.stop_requested = &stop;
    ann::Trainer trainer(network, examples, nullptr, options);
    KeptRecords kept;
    analysis::Ledger ledger({}, kept);
    trainer.add(ledger);
    trainer.add(stopper);
    trainer.run();
    REQUIRE(kept.records.size() == 1);
    REQUIRE(kept.records[0].end_step == 3);
    REQUIRE(kept.records[0].layers[2].updates[0].weights.maximum ==
            static_cast<double>(network.synaptic(2).weights.max()));
}
