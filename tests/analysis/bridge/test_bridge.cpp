#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "analysis/bridge/agreement.hpp"
#include "analysis/bridge/spike_plan.hpp"
#include "analysis/bridge/training_events.hpp"
#include "analysis/trace/error.hpp"
#include "tests/analysis/trace/random_trace.hpp"
#include "tests/analysis/trace/temporary_folder.hpp"

using namespace stdpscope;
using namespace stdpscope::analysis;

namespace {

EventLayer layer_of(const std::vector<TrainingEvent>& events, std::size_t number, const std::string& name) {
    EventLayer layer{.name = name};
    for (const TrainingEvent& event : events) {
        if (event.layer != number) continue;
        ++layer.pairs;
        layer.largest_activation = std::max(layer.largest_activation, std::abs(event.activation));
        layer.largest_loss_derivative = std::max(layer.largest_loss_derivative, std::abs(event.loss_derivative));
        layer.largest_weight = std::max(layer.largest_weight, std::abs(event.weight));
    }
    return layer;
}

TrainingEvents random_events(std::size_t count) {
    std::mt19937_64 random(31);
    std::normal_distribution<double> normal;
    TrainingEvents events;
    for (std::size_t k = 0; k < count; ++k) {
        events.events.push_back({.layer = k % 2,
                                 .step = k,
                                 .post = k,
                                 .pre = 2 * k,
                                 .activation = normal(random),
                                 .loss_derivative = normal(random) * std::exp(2.0 * normal(random)),
                                 .activation_derivative = normal(random),
                                 .weight = normal(random),
                                 .weight_update = 1e-3 * normal(random)});
    }
    events.layers = {layer_of(events.events, 0, "one"), layer_of(events.events, 1, "two")};
    return events;
}

struct Run {
    TrainingEvents events;
    BridgeMapping mapping;
    BridgeNetwork bridge;
    std::vector<double> changes;
};

Run run(const TrainingEvents& events, BridgeWindow window, int threads = 1) {
    Run run{.events = events, .mapping = {}, .bridge = {}, .changes = {}};
    run.mapping.window = window;
    run.bridge = bridge_network(events, run.mapping, sim::Counting::on);
    sim::Simulation simulation(run.bridge.network, {.dt_ms = run.mapping.dt_ms, .threads = threads});
    const std::vector<double> before = receptors_of(run.bridge, simulation);
    simulation.run_ms(run.mapping.duration_ms());
    run.changes = spiking_changes(events, before, receptors_of(run.bridge, simulation));
    return run;
}

}  // namespace

TEST_CASE("Bridge: an event's spikes have its order, its distance and its amount", "[analysis][bridge]") {
    const BridgeMapping mapping;
    const EventLayer layer{
        .name = "l", .largest_activation = 2.0, .largest_loss_derivative = 8.0, .largest_weight = 1.0};
    const auto spikes = [&](double activation, double derivative) {
        return spikes_of({.activation = activation, .loss_derivative = derivative, .activation_derivative = 1.0}, layer,
                         mapping);
    };
    // -D > 0: A first, 20 ms ln(8 / 4) before B, the nearest spike first.
    const EventSpikes first = spikes(1.0, -4.0);
    CHECK(first.pre_spikes == 5);
    CHECK(first.delta_ms == Approx(std::round(200.0 * std::log(2.0)) * 0.1));
    for (std::uint32_t k = 0; k < 5; ++k) CHECK(first.pre_ms[k] == Approx(mapping.post_ms() - first.delta_ms - k));
    // B first, and later spikes of A go on.
    const EventSpikes second = spikes(-2.0, 4.0);
    CHECK(second.pre_spikes == 10);
    CHECK(second.delta_ms == Approx(-first.delta_ms));
    for (std::uint32_t k = 0; k < 10; ++k) CHECK(second.pre_ms[k] == Approx(mapping.post_ms() + first.delta_ms + k));
    // Bounds: at least one spike, at most 160 ms, at least one step where B is first.
    CHECK(spikes(1e-9, -8.0).pre_spikes == 1);
    CHECK(spikes(1.0, -8.0).delta_ms == 0.0);
    CHECK(spikes(1.0, 8.0).delta_ms == Approx(-0.1));
    CHECK(spikes(1.0, 1e-9).delta_ms == Approx(-160.0));
    for (const double time : spikes(2.0, -1e-9).pre_ms) CHECK(time > 0.0);
    for (const double time : spikes(2.0, 1e-9).pre_ms) CHECK(time < mapping.duration_ms());
}

TEST_CASE("Bridge: the rule does to each synapse what a sum over its pairs says", "[analysis][bridge]") {
    const BridgeWindow window = GENERATE(BridgeWindow::response, BridgeWindow::effect);
    const int threads = GENERATE(1, 2);
    const Run one = run(random_events(3000), window, threads);
    REQUIRE(one.bridge.network.projections().size() == 16);
    for (std::size_t k = 0; k < one.changes.size(); ++k) {
        const TrainingEvent& event = one.events.events[k];
        const double w_max = 2.0 * one.events.layers[event.layer].largest_weight;
        const double effect = event.activation * event.weight > 0.0 ? 1.0 : -1.0;
        const double normal =
            (event.activation_derivative > 0.0 ? 1.0 : -1.0) * (window == BridgeWindow::effect ? effect : 1.0);
        double pairs = 0.0;
        for (const double pre_ms : one.bridge.spikes[k].pre_ms) {
            const double delta_ms = one.mapping.post_ms() - pre_ms;
            // Spikes of one step are a pair with A first.
            pairs += (delta_ms > -0.05 ? 1.0 : -1.0) * std::exp(-std::abs(delta_ms) / one.mapping.tau_ms);
        }
        const double number = std::abs(event.weight);
        const double after = std::clamp(number + normal * one.mapping.amplitude * w_max * pairs, 0.0, w_max);
        const double expected = (event.weight < 0.0 ? -1.0 : 1.0) * (after - number);
        // Ten roundings to 2^-30 of w_max, and traces in floats.
        REQUIRE(one.changes[k] == Approx(expected).margin(2e-8 * w_max));
    }
}

TEST_CASE("Bridge: signs agree where the synapse excites, with the window turned round everywhere",
          "[analysis][bridge]") {
    TrainingEvents events = random_events(2000);
    for (TrainingEvent& event : events.events) event.weight += event.weight < 0.0 ? -0.1 : 0.1;  // away from the bound
    events.layers = {layer_of(events.events, 0, "one"), layer_of(events.events, 1, "two")};
    for (const BridgeWindow window : {BridgeWindow::response, BridgeWindow::effect}) {
        const Run one = run(events, window);
        const std::vector<Agreement> rows = agreement(one.events, one.changes);
        REQUIRE(rows.size() == 3);
        REQUIRE(rows[0].events + rows[1].events == rows[2].events);
        for (const Agreement& row : rows) {
            std::uint64_t cells = 0;
            for (const auto& of_category : row.categories) {
                for (const std::uint64_t count : of_category) cells += count;
            }
            REQUIRE(cells == row.events);
            REQUIRE(row.same_sign_by_effect[0] == row.by_effect[0]);
            REQUIRE(row.same_sign_by_effect[1] == (window == BridgeWindow::effect ? row.by_effect[1] : 0));
            REQUIRE(row.same_sign == row.same_category);
            REQUIRE(row.other_inhibitory == row.events - row.same_sign);
            REQUIRE(row.by_effect[1] > 300);
            REQUIRE(row.carried.spearman > 0.85);  // whole spikes, and two layers of other scales in the last row
            REQUIRE(row.asked.spearman > 0.6);
            REQUIRE(row.asked.spearman < row.carried.spearman);
        }
    }
}

TEST_CASE("Bridge: a synapse without receptors cannot lose any", "[analysis][bridge]") {
    TrainingEvents events;
    events.events = {{.activation = 1.0, .loss_derivative = 2.0, .activation_derivative = 1.0, .weight = 0.0},
                     {.activation = 1.0, .loss_derivative = -2.0, .activation_derivative = 1.0, .weight = 0.0},
                     {.activation = 1.0, .loss_derivative = -2.0, .activation_derivative = 1.0, .weight = 1.0}};
    events.layers = {layer_of(events.events, 0, "one")};
    const Run one = run(events, BridgeWindow::response);
    REQUIRE(one.changes[0] == 0.0);
    REQUIRE(one.changes[1] > 0.0);
    const Agreement row = agreement(one.events, one.changes).back();
    // Asked of an empty synapse, either change adds receptors (measure magnitude): only the second sign is the same.
    REQUIRE(row.same_sign == 2);
    REQUIRE(row.other_unchanged == 1);
}

TEST_CASE("Bridge: correlations of known values", "[analysis][bridge]") {
    const SizeCorrelation linear = correlation({1.0, 2.0, 3.0, 4.0}, {2.0, 4.0, 6.0, 8.0});
    CHECK(linear.pearson == Approx(1.0));
    CHECK(linear.spearman == Approx(1.0));
    const SizeCorrelation curved = correlation({1.0, 2.0, 3.0, 4.0}, {-1.0, -8.0, -27.0, -64.0});
    CHECK(curved.spearman == Approx(-1.0));
    CHECK(curved.pearson > -0.99);
    // Ranks 0, 1.5, 1.5, 3 against 1, 0, 2, 3: sum of products 3 over the root of 4.5 x 5.
    CHECK(correlation({1.0, 2.0, 2.0, 3.0}, {2.0, 1.0, 3.0, 4.0}).spearman == Approx(3.0 / std::sqrt(4.5 * 5.0)));
    CHECK(std::isnan(correlation({1.0, 1.0}, {1.0, 2.0}).pearson));
    CHECK(std::isnan(correlation({1.0}, {1.0}).spearman));
}

TEST_CASE("Bridge: the firing pairs of a trace are read, all or evenly", "[analysis][bridge]") {
    const tests::TemporaryFolder folder;
    const TraceHeader header = tests::random_header(TraceLevel::samples);
    tests::write_trace(folder.path(), header, 4);
    const TrainingEvents all = read_training_events(folder.path(), 1000000);
    REQUIRE(all.layers.size() == header.layers.size());
    std::uint64_t pairs = 0;
    std::uint64_t no_pair = 0;
    std::uint64_t uses = 0;
    const TraceReader reader(folder.path());
    reader.for_each_sampled_step([&](const SampledStep& step) {
        for (const SampledLayer& layer : step.layers) {
            for (std::size_t k = 0; k < layer.weight.size(); ++k) {
                const double product = double{layer.activation[k]} * double{layer.loss_derivative[k]} *
                                       double{layer.activation_derivative[k]};
                const bool is_pair = std::isfinite(product) && std::isfinite(layer.weight[k]) &&
                                     std::isfinite(layer.weight_update[k]) && layer.activation[k] != 0.0F &&
                                     layer.loss_derivative[k] != 0.0F && layer.activation_derivative[k] != 0.0F;
                ++uses;
                pairs += is_pair ? 1 : 0;
            }
        }
    });
    for (const EventLayer& layer : all.layers) no_pair += layer.no_pair;
    REQUIRE(pairs > 20);
    REQUIRE(all.events.size() == pairs);
    REQUIRE(no_pair == uses - pairs);
    const TrainingEvents some = read_training_events(folder.path(), pairs / 3);
    REQUIRE((some.events.size() >= pairs / 3 - 1 && some.events.size() <= pairs / 3 + 1));
    REQUIRE(some.events.front().step <= all.events[all.events.size() / 2].step);
    REQUIRE(some.events.back().step >= all.events[all.events.size() / 2].step);
    REQUIRE(some.layers.front().pairs == all.layers.front().pairs);

    const tests::TemporaryFolder counts;
    tests::write_trace(counts.path(), tests::random_header(TraceLevel::counts), 2);
    REQUIRE_THROWS_AS(read_training_events(counts.path(), 10), MissingTrace);
}

TEST_CASE("Bridge: an event is the use of the synapse and step that it names", "[analysis][bridge]") {
    const tests::TemporaryFolder folder;
    const TraceHeader header = tests::random_header(TraceLevel::samples);
    tests::write_trace(folder.path(), header, 4);
    std::vector<TrainingEvent> events = read_training_events(folder.path(), 1000000).events;
    std::vector<std::vector<std::uint64_t>> synapses;
    for (std::size_t layer = 0; layer < header.layers.size(); ++layer) {
        synapses.push_back(sampled_synapses(header.layers[layer], header.layer_index(layer), header.seed,
                                            header.options.sample_synapses));
    }
    std::size_t next = 0;
    TraceReader(folder.path()).for_each_sampled_step([&](const SampledStep& step) {
        for (std::size_t layer = 0; layer < step.layers.size(); ++layer) {
            const std::uint64_t rows = header.layers[layer].geometry.weight_rows();
            const SampledLayer& sampled = step.layers[layer];
            for (std::size_t k = 0; k < synapses[layer].size() && next < events.size(); ++k) {
                const TrainingEvent& event = events[next];
                const bool is_named = event.layer == layer && event.step == step.place.step &&
                                      event.pre * rows + event.post == synapses[layer][k] && event.post < rows;
                if (!is_named) continue;  // no firing pair
                ++next;
                REQUIRE(event.activation == sampled.activation[k]);
                REQUIRE(event.loss_derivative == sampled.loss_derivative[k]);
                REQUIRE(event.activation_derivative == sampled.activation_derivative[k]);
                REQUIRE(event.weight == sampled.weight[k]);
                REQUIRE(event.weight_update == sampled.weight_update[k]);
            }
        }
    });
    REQUIRE(next == events.size());
}

TEST_CASE("Bridge: of many events those that are kept lie evenly over the training", "[analysis][bridge]") {
    const tests::TemporaryFolder folder;
    tests::write_trace(folder.path(), tests::random_header(TraceLevel::samples), 4);
    const TrainingEvents all = read_training_events(folder.path(), 1000000);
    const TrainingEvents few = read_training_events(folder.path(), 10);
    REQUIRE(few.events.size() == 10);
    std::size_t place = 0;
    std::size_t before = 0;
    for (std::size_t k = 0; k < few.events.size(); ++k) {
        const auto is_same = [&](const TrainingEvent& event) {
            return event.step == few.events[k].step && event.layer == few.events[k].layer &&
                   event.post == few.events[k].post && event.pre == few.events[k].pre;
        };
        place = static_cast<std::size_t>(
            std::find_if(all.events.begin() + static_cast<std::ptrdiff_t>(place), all.events.end(), is_same) -
            all.events.begin());
        REQUIRE(place < all.events.size());
        const double apart = static_cast<double>(all.events.size()) / 10.0;
        if (k > 0) REQUIRE(std::abs(static_cast<double>(place - before) - apart) <= 1.0);
        before = place;
    }
}

TEST_CASE("Bridge: a projection's neurons and synapses have its events' transmitter, receptors and window",
          "[analysis][bridge]") {
    const TrainingEvents events = random_events(300);
    const BridgeNetwork bridge = bridge_network(events, {}, sim::Counting::on);
    for (std::size_t k = 0; k < events.events.size(); ++k) {
        const TrainingEvent& event = events.events[k];
        const sim::ProjectionSpec& spec = bridge.network.projections()[bridge.places[k].projection];
        const sim::PopulationSpec& pre = bridge.network.populations()[bridge.network.population_of(spec.pre, "pre")];
        REQUIRE((pre.transmitter == sim::Transmitter::excitatory) == (event.activation > 0.0));
        REQUIRE((spec.receptor == sim::Receptor::normal) == (event.weight > 0.0));
        const auto& rule = std::get<sim::AdditivePairParams>(*spec.plasticity);
        REQUIRE((rule.a_plus > 0.0) == (event.activation_derivative > 0.0));
        REQUIRE(rule.a_minus == rule.a_plus);
        REQUIRE(spec.name == events.layers[event.layer].name +
                                 (event.activation > 0.0 ? "-excitatory" : "-inhibitory") +
                                 (event.weight > 0.0 ? "-normal" : "-opposite") +
                                 (event.activation_derivative > 0.0 ? "-normal" : "-inverted"));
    }
}

TEST_CASE("Bridge: agreement with the batch's update, and with each part of an event's size", "[analysis][bridge]") {
    TrainingEvents events = random_events(400);
    std::mt19937_64 random(5);
    std::normal_distribution<double> normal;
    std::vector<double> changes;
    for (TrainingEvent& event : events.events) {
        changes.push_back(normal(random));
        if (changes.size() % 5 == 0) event.weight_update = 0.0;
        if (changes.size() % 7 == 0) changes.back() = 0.0;
    }
    std::vector<double> sizes;
    std::vector<double> asked;
    std::vector<double> carried;
    std::vector<double> timing;
    std::uint64_t with_update = 0;
    std::uint64_t same_update = 0;
    std::uint64_t unchanged = 0;
    for (std::size_t k = 0; k < changes.size(); ++k) {
        const TrainingEvent& event = events.events[k];
        sizes.push_back(std::abs(changes[k]));
        asked.push_back(std::abs(event.activation * event.activation_derivative * event.loss_derivative));
        carried.push_back(std::abs(event.activation * event.loss_derivative));
        timing.push_back(std::abs(event.loss_derivative));
        if (changes[k] == 0.0) ++unchanged;
        if (event.weight_update == 0.0) continue;
        ++with_update;
        if (changes[k] * event.weight_update > 0.0) ++same_update;
    }
    const Agreement all = agreement(events, changes).back();
    CHECK(all.with_update == with_update);
    CHECK(all.same_sign_update == same_update);
    CHECK(all.other_unchanged == unchanged);
    CHECK(all.asked.pearson == Approx(correlation(sizes, asked).pearson));
    CHECK(all.carried.pearson == Approx(correlation(sizes, carried).pearson));
    CHECK(all.timing_alone.pearson == Approx(correlation(sizes, timing).pearson));
    CHECK(all.timing_alone.pearson != Approx(all.carried.pearson));
}
