#include <catch2/catch.hpp>
#include <limits>
#include <random>
#include <string>

#include "analysis/ledger/ledger.hpp"
#include "tests/analysis/ledger/compare_records.hpp"
#include "tests/analysis/ledger/kept_records.hpp"
#include "tests/analysis/ledger/random_layer.hpp"
#include "tests/support/brute_force_ledger.hpp"

using namespace stdpscope;
using namespace stdpscope::tests;
using analysis::detail::InstructionSet;

namespace {

/// Signs as the activation functions give them, below and above the synapses.
struct SignKind {
    std::string name;
    SignShares activation{};
    SignShares loss{};
    SignShares response{};
    bool identity = false;
};

std::vector<SignKind> sign_kinds() {
    const SignShares relu{.negative = 0.0, .zero = 0.5};
    const SignShares positive{.negative = 0.0, .zero = 0.0};
    const SignShares pooled{.negative = 0.12, .zero = 0.75};
    const SignShares dense_loss{.negative = 0.5, .zero = 0.0};
    return {
        {"everything", {}, {}, {}},
        {"relu below and above", relu, dense_loss, relu},
        {"neglu below, inverted above", {.negative = 0.5, .zero = 0.5}, {}, {.negative = 0.5, .zero = 0.5}},
        {"tanh", {.negative = 0.5, .zero = 0.0}, dense_loss, positive},
        {"images below, max pooling above", {}, pooled, {}, true},
        {"pooled maps below, identity above", {.negative = 0.5, .zero = 0.0}, pooled, {}, true},
        {"positive everywhere", positive, positive, positive},
        {"mostly positive below", {.negative = 0.1, .zero = 0.0}, dense_loss, relu},
        {"mostly positive or silent below", {.negative = 0.1, .zero = 0.4}, dense_loss, relu},
        {"silent below", {.negative = 0.0, .zero = 1.0}, {}, {}},
        {"hardly any activation", {.negative = 0.01, .zero = 0.98}, {}, relu},
        {"NaN in the activations", {.negative = 0.4, .zero = 0.2, .nan = 0.05}, {}, {}},
        {"NaN in the loss derivative", relu, {.negative = 0.4, .zero = 0.2, .nan = 0.02}, relu},
        {"NaN in the activation derivative", {}, {}, {.negative = 0.4, .zero = 0.2, .nan = 0.02}},
        {"NaN only", {.nan = 1.0}, {.nan = 1.0}, {.nan = 1.0}},
    };
}

/// One step of a random layer through the whole ledger, in every variant that runs here, and through the plain loops.
void require_brute_force_equality(const RandomLayer& random, analysis::UpdateTiming timing, int threads) {
    const arma::uword samples = random.pre_activation.samples();
    analysis::LayerRecord wanted = empty_layer_record(random.layer());
    brute_force_count(random.layer(), random.views(), timing, wanted);
    analysis::TraceOptions options;
    options.update_timing = timing;
    for (const auto instructions : {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512}) {
        if (!analysis::detail::supported(instructions)) continue;
        CAPTURE(static_cast<int>(instructions));
        KeptRecords kept;
        analysis::Ledger ledger(options, kept, instructions);
        ledger.training_begun(plan_of(random, samples, threads));
        const ann::StepPlace place{.last_of_epoch = true};
        ledger.layer_updated(place, 0, random.views());
        ledger.step_done(place, 0.0);
        REQUIRE(kept.records.size() == 1);
        REQUIRE(kept.records[0].samples == samples);
        require_same_counts(kept.records[0].layers.at(0), wanted);
    }
}

}  // namespace

TEST_CASE("Ledger: equals plain loops over samples, positions and synapses", "[analysis][ledger]") {
    const auto rule = GENERATE(ann::PopulationRule::layer, ann::PopulationRule::unit, ann::PopulationRule::element);
    const arma::uword samples = GENERATE(1, 3, 16, 17, 100);
    std::mt19937_64 random(samples);
    for (const SignKind& kind : sign_kinds()) {
        for (const ann::SynapseGeometry& geometry : test_geometries()) {
            CAPTURE(static_cast<int>(rule), samples, kind.name, geometry.pre_shape.text(), geometry.post_shape.text());
            const RandomLayer layer({.geometry = geometry,
                                     .rule = rule,
                                     .samples = samples,
                                     .activation = kind.activation,
                                     .loss = kind.loss,
                                     .response = kind.response,
                                     .identity = kind.identity},
                                    random);
            require_brute_force_equality(layer, analysis::UpdateTiming::pairs, 2);
        }
    }
}

TEST_CASE("Ledger: equals plain loops where updates are infinite or their sums beyond single precision",
          "[analysis][ledger]") {
    const bool some_infinite = GENERATE(false, true);
    std::mt19937_64 random(9);
    for (const ann::SynapseGeometry& geometry : test_geometries()) {
        RandomLayer layer({.geometry = geometry, .samples = 19}, random);
        CAPTURE(some_infinite, geometry.pre_shape.text(), geometry.post_shape.text());
        for (arma::uword place = 0; place < layer.weights_after.n_elem; place += 1 + random() % 3) {
            layer.weights_before[place] = place % 2 == 0 ? 0.5F : -0.5F;
            layer.weights_after[place] = place % 5 == 0 ? 3e38F : -2e38F;
        }
        if (some_infinite)
            layer.weights_after[layer.weights_after.n_elem / 2] = -std::numeric_limits<float>::infinity();
        require_brute_force_equality(layer, analysis::UpdateTiming::pairs, 2);
    }
}

TEST_CASE("Ledger: equals plain loops where weights and updates are NaN", "[analysis][ledger]") {
    const auto rule = GENERATE(ann::PopulationRule::layer, ann::PopulationRule::unit, ann::PopulationRule::element);
    const SignShares some_nan{.negative = 0.4, .zero = 0.1, .nan = 0.1};
    const SignShares no_nan{.negative = 0.4, .zero = 0.1};
    std::mt19937_64 random(2);
    for (const ann::SynapseGeometry& geometry : test_geometries()) {
        for (const bool nan_before : {false, true}) {
            const RandomLayer layer({.geometry = geometry,
                                     .rule = rule,
                                     .samples = 19,
                                     .weight = nan_before ? some_nan : no_nan,
                                     .update = nan_before ? no_nan : some_nan},
                                    random);
            require_brute_force_equality(layer, analysis::UpdateTiming::pairs, 1);
        }
    }
}

TEST_CASE("Ledger: an update between infinite weights is invalid, its events are not", "[analysis][ledger]") {
    std::mt19937_64 random(3);
    const std::size_t which = GENERATE(1, 7);
    RandomLayer layer({.geometry = test_geometries()[which], .samples = 5}, random);
    layer.weights_before(3, 4) = layer.weights_after(3, 4) = std::numeric_limits<float>::infinity();
    require_brute_force_equality(layer, analysis::UpdateTiming::pairs, 1);
}

TEST_CASE("Ledger: the timing integral equals plain loops", "[analysis][ledger]") {
    const auto rule = GENERATE(ann::PopulationRule::layer, ann::PopulationRule::unit);
    const arma::uword samples = GENERATE(1, 17, 100);
    std::mt19937_64 random(4);
    for (const SignKind& kind : sign_kinds()) {
        for (const ann::SynapseGeometry& geometry : test_geometries()) {
            CAPTURE(samples, kind.name, geometry.pre_shape.text(), geometry.post_shape.text());
            const RandomLayer layer({.geometry = geometry,
                                     .rule = rule,
                                     .samples = samples,
                                     .activation = kind.activation,
                                     .loss = kind.loss,
                                     .response = kind.response,
                                     .identity = kind.identity},
                                    random);
            require_brute_force_equality(layer, analysis::UpdateTiming::integral, 2);
        }
    }
}

TEST_CASE("Ledger: the same bits for any number of threads and any instruction set", "[analysis][ledger]") {
    std::mt19937_64 random(6);
    const auto geometry = test_geometries();
    const std::size_t which = GENERATE(1, 2, 5, 7);
    const RandomLayer layer({.geometry = geometry[which], .rule = ann::PopulationRule::unit, .samples = 100}, random);
    std::vector<analysis::LayerRecord> found;
    for (const auto instructions : {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512}) {
        if (!analysis::detail::supported(instructions)) continue;
        for (const int threads : {1, 2, 3, 4}) {
            KeptRecords kept;
            analysis::Ledger ledger({}, kept, instructions);
            ledger.training_begun(plan_of(layer, 100, threads));
            for (std::uint64_t step = 0; step < 3; ++step) {
                ledger.layer_updated({.step = step}, 0, layer.views());
                ledger.step_done({.step = step}, 0.0);
            }
            ledger.training_ended();
            found.push_back(kept.records.at(0).layers.at(0));
        }
    }
    for (const analysis::LayerRecord& record : found) REQUIRE(record == found.front());
}
