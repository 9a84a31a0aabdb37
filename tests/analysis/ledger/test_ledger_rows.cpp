#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <set>

#include "analysis/ledger/ledger.hpp"
#include "ann/error.hpp"
#include "tests/analysis/ledger/compare_records.hpp"
#include "tests/analysis/ledger/kept_records.hpp"
#include "tests/analysis/ledger/random_layer.hpp"
#include "tests/support/brute_force_ledger.hpp"

using namespace stdpscope;
using namespace stdpscope::tests;
using analysis::TraceLevel;
using Catch::Matchers::WithinRel;

namespace {

/// Shows the same layers to a ledger for some steps; epochs have five.
void show_steps(analysis::Ledger& ledger, const std::vector<const RandomLayer*>& layers, std::uint64_t steps) {
    constexpr std::uint64_t kStepsPerEpoch = 5;
    for (std::uint64_t step = 0; step < steps; ++step) {
        const ann::StepPlace place{.step = step,
                                   .epoch = step / kStepsPerEpoch,
                                   .learning_rate = 0.5,
                                   .last_of_epoch = step % kStepsPerEpoch == kStepsPerEpoch - 1};
        for (std::size_t layer = 0; layer < layers.size(); ++layer) {
            ledger.layer_updated(place, layer, layers[layer]->views());
        }
        ledger.step_done(place, 0.0);
    }
}

RandomLayer small_layer(std::mt19937_64& random, std::size_t geometry = 1) {
    return {{.geometry = test_geometries()[geometry], .samples = 19}, random};
}

analysis::TraceOptions options_of(TraceLevel level) {
    analysis::TraceOptions options;
    options.level = level;
    return options;
}

ann::TrainingPlan plan_of_three(const RandomLayer& layer) {
    ann::TrainingPlan plan = plan_of(layer, 19, 1);
    plan.layers = {layer.layer(), layer.layer(), layer.layer()};
    plan.parameters.assign(3, plan.parameters.front());
    plan.layers[0].name = "first";
    plan.layers[1].name = "second";
    plan.layers[2].name = "third";
    return plan;
}

}  // namespace

TEST_CASE("Ledger: a record ends after record_every steps, with its epoch and with the training",
          "[analysis][ledger]") {
    std::mt19937_64 random(1);
    const RandomLayer layer = small_layer(random);
    KeptRecords kept;
    analysis::TraceOptions options;
    options.record_every = 3;
    analysis::Ledger ledger(options, kept);
    ledger.training_begun(plan_of(layer, 19, 1));
    show_steps(ledger, {&layer}, 7);
    ledger.training_ended();
    REQUIRE(kept.order == "rrr");
    const std::vector<std::pair<std::uint64_t, std::uint64_t>> steps = {{0, 3}, {3, 5}, {5, 7}};
    for (std::size_t place = 0; place < steps.size(); ++place) {
        REQUIRE(kept.records[place].first_step == steps[place].first);
        REQUIRE(kept.records[place].end_step == steps[place].second);
        REQUIRE(kept.records[place].epoch == place / 2);
        REQUIRE(kept.records[place].learning_rate == 0.5);
        const std::uint64_t count = steps[place].second - steps[place].first;
        REQUIRE(kept.records[place].samples == count * 19);
        analysis::LayerRecord wanted = empty_layer_record(layer.layer());
        for (std::uint64_t step = 0; step < count; ++step) {
            brute_force_count(layer.layer(), layer.views(), analysis::UpdateTiming::pairs, wanted);
        }
        require_same_counts(kept.records[place].layers.at(0), wanted);
    }
}

TEST_CASE("Ledger: no empty record where the training ends with an epoch", "[analysis][ledger]") {
    std::mt19937_64 random(2);
    const RandomLayer layer = small_layer(random);
    KeptRecords kept;
    analysis::Ledger ledger({}, kept);
    ledger.training_begun(plan_of(layer, 19, 1));
    show_steps(ledger, {&layer}, 10);
    ledger.training_ended();
    REQUIRE(kept.order == "rr");
}

TEST_CASE("Ledger: a batch that shrinks and grows again is counted exactly", "[analysis][ledger]") {
    std::mt19937_64 random(3);
    const std::size_t geometry = GENERATE(1, 3, 5);
    const auto rule = GENERATE(ann::PopulationRule::layer, ann::PopulationRule::element);
    KeptRecords kept;
    analysis::Ledger ledger({}, kept);
    std::vector<RandomLayer> layers;
    for (const arma::uword samples : {40, 7, 33, 40}) {
        layers.emplace_back(
            RandomLayerOptions{.geometry = test_geometries()[geometry], .rule = rule, .samples = samples}, random);
    }
    ledger.training_begun(plan_of(layers[0], 40, 2));
    analysis::LayerRecord wanted = empty_layer_record(layers[0].layer());
    std::uint64_t step = 0;
    for (const RandomLayer& layer : layers) {
        ledger.layer_updated({.step = step}, 0, layer.views());
        ledger.step_done({.step = step++}, 0.0);
        brute_force_count(layer.layer(), layer.views(), analysis::UpdateTiming::pairs, wanted);
    }
    ledger.training_ended();
    REQUIRE(kept.records.at(0).samples == 120);
    require_same_counts(kept.records[0].layers.at(0), wanted);
}

TEST_CASE("Ledger: weights that were zero in the step before are counted as what they are now", "[analysis][ledger]") {
    std::mt19937_64 random(4);
    std::vector<RandomLayer> layers;
    for (int step = 0; step < 3; ++step) layers.push_back(small_layer(random, 2));
    // Zeros in all columns, then in the last one alone.
    layers[1].weights_before.replace(0.0F, 0.5F);
    layers[1].weights_before.tail_cols(1).fill(0.0F);
    KeptRecords kept;
    analysis::Ledger ledger({}, kept);
    ledger.training_begun(plan_of(layers[0], 19, 1));
    analysis::LayerRecord wanted = empty_layer_record(layers[0].layer());
    for (std::uint64_t step = 0; step < layers.size(); ++step) {
        ledger.layer_updated({.step = step}, 0, layers[step].views());
        ledger.step_done({.step = step}, 0.0);
        brute_force_count(layers[step].layer(), layers[step].views(), analysis::UpdateTiming::pairs, wanted);
    }
    ledger.training_ended();
    require_same_counts(kept.records.at(0).layers.at(0), wanted);
}

TEST_CASE("Ledger: moments are those of the last step's weights and biases, dead units those of the interval",
          "[analysis][ledger]") {
    std::mt19937_64 random(4);
    RandomLayer layer({.geometry = test_geometries()[1], .rule = ann::PopulationRule::unit, .samples = 19}, random);
    for (arma::uword sample = 0; sample < 19; ++sample) {
        layer.activation_derivative.at(sample, 3) = 0.0F;
        layer.activation_derivative.at(sample, 4) = -0.0F;
        layer.activation_derivative.at(sample, 5) = sample == 18 ? -1.0F : 0.0F;
    }
    KeptRecords kept;
    analysis::Ledger ledger({}, kept);
    ledger.training_begun(plan_of(layer, 19, 1));
    ledger.layer_updated({}, 0, layer.views());
    ledger.step_done({}, 0.0);
    ledger.training_ended();
    const analysis::LayerRecord& record = kept.records.at(0).layers.at(0);
    REQUIRE(record.dead_units == 2);

    const arma::vec biases = arma::conv_to<arma::vec>::from(layer.biases_after);
    REQUIRE_THAT(record.biases.mean, WithinRel(arma::mean(biases), 1e-12));
    REQUIRE_THAT(record.biases.deviation, WithinRel(arma::stddev(biases, 1), 1e-12));
    REQUIRE(record.biases.minimum == biases.min());
    REQUIRE(record.biases.maximum == biases.max());
    REQUIRE_THAT(record.biases.mean_absolute, WithinRel(arma::mean(arma::abs(biases)), 1e-12));
    for (std::size_t population = 0; population < 2; ++population) {
        std::vector<double> values;
        for (arma::uword row = 0; row < layer.weights_after.n_rows; ++row) {
            if (layer.layer().population_of_unit[row] != population) continue;
            for (const float weight : layer.weights_after.row(row)) values.push_back(static_cast<double>(weight));
        }
        const arma::vec weights(values);
        const analysis::Moments& found = record.updates.at(population).weights;
        REQUIRE_THAT(found.mean, WithinRel(arma::mean(weights), 1e-12));
        REQUIRE_THAT(found.deviation, WithinRel(arma::stddev(weights, 1), 1e-12));
        REQUIRE(found.minimum == weights.min());
        REQUIRE(found.maximum == weights.max());
        REQUIRE_THAT(found.mean_absolute, WithinRel(arma::mean(arma::abs(weights)), 1e-12));
    }
}

TEST_CASE("Ledger: moments of weights with a NaN are NaN", "[analysis][ledger]") {
    std::mt19937_64 random(5);
    RandomLayer layer = small_layer(random);
    layer.weights_after(2, 2) = std::numeric_limits<float>::quiet_NaN();
    KeptRecords kept;
    analysis::Ledger ledger({}, kept);
    ledger.training_begun(plan_of(layer, 19, 1));
    show_steps(ledger, {&layer}, 1);
    ledger.training_ended();
    const analysis::Moments& weights = kept.records.at(0).layers.at(0).updates.at(0).weights;
    for (const double moment :
         {weights.mean, weights.deviation, weights.minimum, weights.maximum, weights.mean_absolute}) {
        REQUIRE(std::isnan(moment));
    }
}

TEST_CASE("Ledger: each level keeps its rows at its steps, the record last", "[analysis][ledger]") {
    std::mt19937_64 random(6);
    const RandomLayer layer = small_layer(random);
    // Steps 0 .. 4: samples at 0, 2, 4, planes at 0, 3, updates at 0, 4, records after 3 and 4.
    const auto [level, order] = GENERATE(table<TraceLevel, std::string>({{TraceLevel::off, ""},
                                                                         {TraceLevel::counts, "rr"},
                                                                         {TraceLevel::samples, "ssrsr"},
                                                                         {TraceLevel::planes, "spsprsr"},
                                                                         {TraceLevel::full, "spusprsur"}}));
    KeptRecords kept;
    analysis::TraceOptions options = options_of(level);
    options.record_every = 4;
    options.sample_every = 2;
    options.planes_every = 3;
    options.updates_every = 4;
    analysis::Ledger ledger(options, kept);
    ledger.training_begun(plan_of(layer, 19, 1));
    show_steps(ledger, {&layer}, 5);
    ledger.training_ended();
    REQUIRE(kept.order == order);
    for (std::size_t place = 0; place < kept.sampled.size(); ++place) {
        REQUIRE(kept.sampled[place].place.step == 2 * place);
        REQUIRE(kept.sampled[place].layers.size() == 1);
    }
    for (std::size_t place = 0; place < kept.planes.size(); ++place) {
        REQUIRE(kept.planes[place].place.step == 3 * place);
        REQUIRE(kept.planes[place].samples == 19);
    }
    for (std::size_t place = 0; place < kept.updates.size(); ++place) {
        REQUIRE(kept.updates[place].place.step == 4 * place);
    }
}

TEST_CASE("Ledger: only the layers asked for are kept, in the network's order", "[analysis][ledger]") {
    std::mt19937_64 random(7);
    const RandomLayer a = small_layer(random, 1);
    const RandomLayer b = small_layer(random, 1);
    const RandomLayer c = small_layer(random, 1);
    KeptRecords kept;
    analysis::TraceOptions options = options_of(TraceLevel::full);
    options.layers = {"third", "first"};
    analysis::Ledger ledger(options, kept);
    ledger.training_begun(plan_of_three(a));
    show_steps(ledger, {&a, &b, &c}, 1);
    ledger.training_ended();
    REQUIRE(kept.records.at(0).layers.size() == 2);
    analysis::LayerRecord first = empty_layer_record(a.layer());
    analysis::LayerRecord third = empty_layer_record(c.layer());
    brute_force_count(a.layer(), a.views(), analysis::UpdateTiming::pairs, first);
    brute_force_count(c.layer(), c.views(), analysis::UpdateTiming::pairs, third);
    require_same_counts(kept.records[0].layers[0], first);
    require_same_counts(kept.records[0].layers[1], third);
    REQUIRE(kept.sampled.at(0).layers.size() == 2);
    REQUIRE(kept.planes.at(0).layers.size() == 2);
    REQUIRE(kept.updates.at(0).weight_update.size() == 2);
    REQUIRE(kept.updates[0].weight_update[1][5] == c.weights_after[5] - c.weights_before[5]);
}

TEST_CASE("Ledger: an unknown layer, an interval of 0 and a huge batch are refused by name", "[analysis][ledger]") {
    std::mt19937_64 random(8);
    const RandomLayer layer = small_layer(random);
    KeptRecords kept;
    analysis::TraceOptions options;
    options.layers = {"second", "fourth"};
    analysis::Ledger ledger(options, kept);
    REQUIRE_THROWS_MATCHES(ledger.training_begun(plan_of_three(layer)), ann::InvalidParameter,
                           Catch::Matchers::Message("layers = fourth must be one of first, second, third"));
    options = {};
    options.record_every = 0;
    REQUIRE_THROWS_MATCHES(analysis::Ledger(options, kept), ann::InvalidParameter,
                           Catch::Matchers::Message("record_every = 0 must be >= 1"));
    analysis::Ledger large({}, kept);
    REQUIRE_THROWS_AS(large.training_begun(plan_of(layer, 65521, 1)), ann::InvalidParameter);

    ann::TrainingPlan wide = plan_of(layer, 40'000, 1);
    wide.layers[0].geometry.kind = ann::SynapseKind::convolution;
    wide.layers[0].geometry.post_shape = {1, 300, 300};
    REQUIRE_THROWS_WITH(large.training_begun(wide), Catch::Matchers::Contains("batch_size = 40000 must be <= 23860"));
}

TEST_CASE("sampled_synapses: ascending, without repeats, the same for the same seed", "[analysis][ledger]") {
    std::mt19937_64 random(9);
    const RandomLayer layer = small_layer(random);
    const std::uint64_t weights = layer.weights_before.n_elem;
    const auto places = analysis::sampled_synapses(layer.layer(), 1, 3, 200);
    REQUIRE(places.size() == 200);
    REQUIRE(std::set<std::uint64_t>(places.begin(), places.end()).size() == 200);
    REQUIRE(std::is_sorted(places.begin(), places.end()));
    REQUIRE(places.back() < weights);
    REQUIRE(places == analysis::sampled_synapses(layer.layer(), 1, 3, 200));
    REQUIRE(places != analysis::sampled_synapses(layer.layer(), 2, 3, 200));
    REQUIRE(places != analysis::sampled_synapses(layer.layer(), 1, 4, 200));
    REQUIRE(analysis::sampled_synapses(layer.layer(), 1, 3, weights + 5).size() == weights);
}

TEST_CASE("sampled_synapses: every synapse is chosen equally often", "[analysis][ledger]") {
    std::mt19937_64 random(10);
    const RandomLayer layer = small_layer(random);
    const std::uint64_t weights = layer.weights_before.n_elem;
    std::vector<int> chosen(weights);
    constexpr int kDraws = 4000;
    for (std::uint64_t seed = 0; seed < kDraws; ++seed) {
        for (const std::uint64_t place : analysis::sampled_synapses(layer.layer(), 0, seed, weights / 4)) {
            ++chosen[place];
        }
    }
    // Binomial: 1000 expected, deviation 27; six deviations for 851 synapses.
    for (const int count : chosen) REQUIRE(std::abs(count - kDraws / 4) < 170);
}

TEST_CASE("Ledger: sampled synapses show the values of plain loops", "[analysis][ledger]") {
    std::mt19937_64 random(11);
    const std::size_t geometry = GENERATE(1, 3, 4, 5, 6);
    const bool identity = GENERATE(false, true);
    const RandomLayer layer({.geometry = test_geometries()[geometry], .samples = 19, .identity = identity}, random);
    KeptRecords kept;
    analysis::TraceOptions options = options_of(TraceLevel::samples);
    options.sample_synapses = 40;
    analysis::Ledger ledger(options, kept);
    const ann::TrainingPlan plan = plan_of(layer, 19, 2);
    ledger.training_begun(plan);
    show_steps(ledger, {&layer}, 1);
    const auto places = analysis::sampled_synapses(layer.layer(), 0, plan.seed, 40);
    const analysis::SampledLayer& sampled = kept.sampled.at(0).layers.at(0);
    REQUIRE(sampled.weight.size() == places.size());
    const arma::uword rows = layer.weights_before.n_rows;
    for (std::size_t place = 0; place < places.size(); ++place) {
        const arma::uword post = places[place] % rows;
        const arma::uword pre = places[place] / rows;
        CAPTURE(place, post, pre);
        REQUIRE(sampled.weight[place] == layer.weights_before(post, pre));
        REQUIRE(sampled.weight_update[place] == layer.weights_after(post, pre) - layer.weights_before(post, pre));
        const BruteForcePairs pairs = brute_force_pairs(layer.layer(), layer.views(), post, pre);
        REQUIRE(sampled.pairs_pre_first[place] == pairs.pre_first);
        REQUIRE(sampled.pairs_post_first[place] == pairs.post_first);
        REQUIRE_THAT(static_cast<double>(sampled.timing_integral[place]),
                     WithinRel(pairs.integral, 1e-6) || Catch::Matchers::WithinAbs(pairs.integral, 1e-6));
        const arma::uword sample = sampled.event_sample[place];
        const arma::uword position = sampled.event_position[place];
        REQUIRE(sample < 19);
        const arma::uword positions = layer.layer().geometry.positions();
        REQUIRE(position < positions);
        const arma::uword unit = post * positions + position;
        REQUIRE(sampled.loss_derivative[place] == layer.loss_derivative.at(sample, unit));
        REQUIRE(sampled.activation_derivative[place] ==
                (identity ? 1.0F : layer.activation_derivative.at(sample, unit)));
        if (positions == 1) REQUIRE(sampled.activation[place] == layer.pre_activation.at(sample, pre));
    }
}

TEST_CASE("Ledger: a sampled event has the activation under its kernel, 0 at padding", "[analysis][ledger]") {
    std::mt19937_64 random(12);
    const RandomLayer layer({.geometry = test_geometries()[5], .samples = 19}, random);  // 3x3 kernel, pads 2 and 1
    KeptRecords kept;
    analysis::TraceOptions options = options_of(TraceLevel::samples);
    options.sample_every = 1;
    analysis::Ledger ledger(options, kept);
    const ann::TrainingPlan plan = plan_of(layer, 19, 1);
    ledger.training_begun(plan);
    show_steps(ledger, {&layer}, 20);
    const auto places = analysis::sampled_synapses(layer.layer(), 0, plan.seed, options.sample_synapses);
    std::set<std::uint32_t> samples;
    std::set<std::uint32_t> positions;
    for (const analysis::SampledStep& step : kept.sampled) {
        const analysis::SampledLayer& sampled = step.layers.at(0);
        for (std::size_t place = 0; place < places.size(); ++place) {
            const auto pre = static_cast<int>(places[place] / layer.weights_before.n_rows);
            const auto position = static_cast<int>(sampled.event_position[place]);
            const int row = position / 6 + pre / 3 % 3 - 2;
            const int column = position % 6 + pre % 3 - 1;
            const bool exists = row >= 0 && row < 4 && column >= 0 && column < 4;
            const auto unit = static_cast<arma::uword>((pre / 9 * 4 + row) * 4 + column);
            REQUIRE(sampled.activation[place] ==
                    (exists ? layer.pre_activation.at(sampled.event_sample[place], unit) : 0.0F));
            samples.insert(sampled.event_sample[place]);
            positions.insert(sampled.event_position[place]);
        }
    }
    REQUIRE(samples.size() == 19);
    REQUIRE(positions.size() == 30);
}

TEST_CASE("Ledger: sign planes hold the sign of every unit and synapse", "[analysis][ledger]") {
    std::mt19937_64 random(13);
    const std::size_t geometry = GENERATE(1, 5);
    const bool identity = GENERATE(false, true);
    const double nan = GENERATE(0.0, 0.1);
    const SignShares shares{.negative = 0.4, .zero = 0.2, .nan = nan};
    const RandomLayer layer({.geometry = test_geometries()[geometry],
                             .samples = 19,
                             .activation = shares,
                             .loss = shares,
                             .response = shares,
                             .weight = shares,
                             .update = shares,
                             .identity = identity},
                            random);
    KeptRecords kept;
    analysis::Ledger ledger(options_of(TraceLevel::planes), kept);
    ledger.training_begun(plan_of(layer, 19, 1));
    show_steps(ledger, {&layer}, 1);
    const analysis::PlanesLayer& planes = kept.planes.at(0).layers.at(0);

    const auto require_sign = [](const analysis::SignPlanes& found, std::size_t word, std::size_t bit, float value) {
        const bool positive = (found.positive.at(word) >> bit & 1) != 0;
        const bool negative = (found.negative.at(word) >> bit & 1) != 0;
        REQUIRE(positive == !(value <= 0.0F));
        REQUIRE(negative == !(value >= 0.0F));
    };
    const auto require_cube = [&](const analysis::SignPlanes& found, const ann::LaneCube& cube, bool ones) {
        REQUIRE(found.positive.size() == cube.units() * 2);
        for (arma::uword unit = 0; unit < cube.units(); ++unit) {
            for (arma::uword lane = 0; lane < 32; ++lane) {
                const float value = lane >= 19 ? 0.0F : ones ? 1.0F : cube.at(lane, unit);
                require_sign(found, lane / 16 * cube.units() + unit, lane % 16, value);
            }
        }
    };
    require_cube(planes.pre_activation, layer.pre_activation, false);
    require_cube(planes.loss_derivative, layer.loss_derivative, false);
    require_cube(planes.activation_derivative, layer.activation_derivative, identity);
    const std::size_t words = (layer.weights_before.n_elem + 15) / 16;
    REQUIRE(planes.weight.positive.size() == words);
    REQUIRE(planes.weight_update.negative.size() == words);
    for (std::size_t place = 0; place < words * 16; ++place) {
        const bool exists = place < layer.weights_before.n_elem;
        const float before = exists ? layer.weights_before[place] : 0.0F;
        const float update = exists ? layer.weights_after[place] - before : 0.0F;
        require_sign(planes.weight, place / 16, place % 16, before);
        require_sign(planes.weight_update, place / 16, place % 16, update);
    }
}

TEST_CASE("update_populations: those of the units in a dense layer with a drawn mask, else one", "[analysis][ledger]") {
    ann::SynapseLayer layer;
    layer.activation = "mixlu";
    layer.populations = {"relu", "neglu"};
    layer.population_rule = ann::PopulationRule::unit;
    REQUIRE(analysis::update_populations(layer) == std::vector<std::string>{"relu", "neglu"});
    layer.geometry.kind = ann::SynapseKind::convolution;
    REQUIRE(analysis::update_populations(layer) == std::vector<std::string>{"mixlu"});
    layer.geometry.kind = ann::SynapseKind::dense;
    layer.population_rule = ann::PopulationRule::element;
    REQUIRE(analysis::update_populations(layer) == std::vector<std::string>{"mixlu"});
}
