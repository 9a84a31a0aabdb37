#include "analysis/summary/trace_summary.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <stdexcept>

#include "random_records.hpp"

using namespace stdpscope;
using namespace stdpscope::analysis;
using stdpscope::tests::random_layers;
using stdpscope::tests::RandomRecords;

namespace {

/// Seven records: three epochs of three, three and one.
std::vector<Record> random_run(std::uint64_t seed) {
    RandomRecords random(seed);
    const auto layers = random_layers();
    std::vector<Record> records;
    for (std::uint64_t i = 0; i < 7; ++i) records.push_back(random.record(layers, 10 * i, 10 * i + 10, i / 3));
    return records;
}

Tally tally_of(const std::vector<Record>& records) {
    Tally tally(random_layers());
    for (const Record& record : records) tally.add(record);
    return tally;
}

bool same(const std::optional<std::string>& wanted, const std::string& value) {
    return !wanted || *wanted == value;
}

/// Sum over exactly those records, layers and populations that the group names.
EventCounts events_of_group(const std::vector<Record>& records, const Group& group) {
    EventCounts sum;
    const auto layers = random_layers();
    for (const Record& record : records) {
        if (group.epoch && *group.epoch != record.epoch) continue;
        for (std::size_t index = 0; index < layers.size(); ++index) {
            if (!same(group.layer, layers[index].name)) continue;
            for (std::size_t population = 0; population < layers[index].populations.size(); ++population) {
                if (!same(group.population, layers[index].populations[population])) continue;
                const EventCounts& part = record.layers[index].events[population];
                for (std::size_t cell = 0; cell < 81; ++cell) sum.histogram[cell] += part.histogram[cell];
                sum.invalid += part.invalid;
            }
        }
    }
    return sum;
}

const std::vector<std::vector<std::string>> kUpdatePopulations = {{"relu"}, {"mixlu"}, {"relu", "neglu"}};

UpdateCounts updates_of_group(const std::vector<Record>& records, const Group& group) {
    UpdateCounts sum;
    const auto layers = random_layers();
    for (const Record& record : records) {
        if (group.epoch && *group.epoch != record.epoch) continue;
        for (std::size_t index = 0; index < layers.size(); ++index) {
            if (!same(group.layer, layers[index].name)) continue;
            for (std::size_t population = 0; population < kUpdatePopulations[index].size(); ++population) {
                if (!same(group.population, kUpdatePopulations[index][population])) continue;
                const UpdateCounts& part = record.layers[index].updates[population];
                for (std::size_t cell = 0; cell < 27; ++cell) {
                    sum.histogram[cell] += part.histogram[cell];
                    sum.absolute_update[cell] += part.absolute_update[cell];
                }
                sum.untimed += part.untimed;
                sum.untimed_absolute_update += part.untimed_absolute_update;
                sum.invalid += part.invalid;
                sum.receptor_switches += part.receptor_switches;
            }
        }
    }
    return sum;
}

std::size_t expected_groups(const Grouping& by, bool event_level) {
    std::set<std::string> names;
    const auto layers = random_layers();
    for (std::size_t index = 0; index < layers.size(); ++index) {
        for (const auto& population : event_level ? layers[index].populations : kUpdatePopulations[index]) {
            for (int epoch = 0; epoch < 3; ++epoch) {
                names.insert((by.layer ? layers[index].name : "") + "/" + (by.population ? population : "") + "/" +
                             (by.epoch ? std::to_string(epoch) : ""));
            }
        }
    }
    return by.layer || by.population || by.epoch ? names.size() + 1 : 1;
}

}  // namespace

TEST_CASE("Every grouping sums exactly the records that its groups name", "[analysis][summary]") {
    const auto records = random_run(5);
    const Tally tally = tally_of(records);
    const SummaryOptions options{
        .measure = GENERATE(Measure::magnitude, Measure::signed_weight),
        .timing = GENERATE(TimingReading::descent, TimingReading::gradient),
        .grouping = {
            .layer = GENERATE(false, true), .population = GENERATE(false, true), .epoch = GENERATE(false, true)}};
    const TraceSummary summary = summarise(tally, options);

    std::size_t event_rows = 0;
    for (const CategoryRow& row : summary.categories) {
        const CategoryTable want =
            row.level == Level::event
                ? categories_of(events_of_group(records, row.group), options.measure, options.timing)
                : categories_of(updates_of_group(records, row.group), options.measure, options.timing);
        CHECK(row.counts.counts == want.counts);
        CHECK(row.counts.unchanged == want.unchanged);
        CHECK(row.counts.no_pair == want.no_pair);
        CHECK(row.counts.untimed == want.untimed);
        CHECK(row.counts.invalid == want.invalid);
        for (std::size_t cell = 0; cell < 4; ++cell) {
            CHECK(row.counts.absolute_update[cell] == Approx(want.absolute_update[cell]).epsilon(1e-12));
        }
        if (row.level == Level::event) ++event_rows;
    }
    CHECK(event_rows == expected_groups(options.grouping, true));
    CHECK(summary.categories.size() - event_rows == expected_groups(options.grouping, false));
    CHECK(summary.categories.back().group.is_total());

    CHECK(summary.effects.size() == event_rows);
    for (const EffectRow& row : summary.effects) {
        CHECK(row.all_events == effects_of(events_of_group(records, row.group), EventScope::all));
        CHECK(row.firing_pairs == effects_of(events_of_group(records, row.group), EventScope::firing_pairs));
    }
    CHECK(summary.responses.size() == event_rows);
    for (const ResponseRow& row : summary.responses) {
        CHECK(row.all_events == responses_of(events_of_group(records, row.group), EventScope::all));
        CHECK(row.firing_pairs == responses_of(events_of_group(records, row.group), EventScope::firing_pairs));
    }
    CHECK(summary.switches.size() == expected_groups(options.grouping, false));
    for (const SwitchRow& row : summary.switches) {
        CHECK(row.switches == updates_of_group(records, row.group).receptor_switches);
    }
}

TEST_CASE("The levels asked for are the levels given, in their order", "[analysis][summary]") {
    const Tally tally = tally_of(random_run(6));
    const TraceSummary summary = summarise(tally, {.levels = {Level::update}});
    REQUIRE(summary.categories.size() == 1);
    CHECK(summary.categories[0].level == Level::update);
}

TEST_CASE("Groups come in the order of the network, then of the epochs", "[analysis][summary]") {
    const Tally tally = tally_of(random_run(6));
    const TraceSummary summary =
        summarise(tally, {.levels = {Level::event}, .grouping = {.layer = true, .population = true}});
    REQUIRE(summary.categories.size() == 6);
    CHECK(summary.categories[0].group == Group{"conv1", "relu", {}});
    CHECK(summary.categories[1].group == Group{"conv2", "relu", {}});
    CHECK(summary.categories[2].group == Group{"conv2", "neglu", {}});
    CHECK(summary.categories[3].group == Group{"dense3", "relu", {}});
    CHECK(summary.categories[4].group == Group{"dense3", "neglu", {}});
}

TEST_CASE("The rate of receptor switches is per weight and step", "[analysis][summary]") {
    const auto records = random_run(7);
    const TraceSummary summary = summarise(tally_of(records), {.grouping = {.layer = true, .population = true}});
    // conv1 4 x 9 weights, conv2 2 x 9, dense3 7 x 5 of which units 0, 3 and 6 are NegLU; 70 steps
    REQUIRE(summary.switches.size() == 5);
    CHECK(summary.switches[0].weight_steps == 36 * 70);
    CHECK(summary.switches[1].weight_steps == 18 * 70);
    CHECK(summary.switches[2].weight_steps == 20 * 70);
    CHECK(summary.switches[3].weight_steps == 15 * 70);
    CHECK(summary.switches[4].weight_steps == 89 * 70);
    CHECK(summary.switches[4].rate() == Approx(static_cast<double>(summary.switches[4].switches) / (89.0 * 70.0)));
}

TEST_CASE("The state of a layer is that of its last record", "[analysis][summary]") {
    const auto records = random_run(8);
    const TraceSummary summary = summarise(tally_of(records), {});
    REQUIRE(summary.layers.size() == 3);
    for (std::size_t index = 0; index < 3; ++index) {
        const LayerState& state = summary.layers[index];
        const LayerRecord& last = records.back().layers[index];
        CHECK_FALSE(state.epoch);
        CHECK(state.dead_units == last.dead_units);
        CHECK(state.biases == last.biases);
        REQUIRE(state.weights.size() == last.updates.size());
        for (std::size_t i = 0; i < state.weights.size(); ++i) {
            CHECK(state.weights[i].population == kUpdatePopulations[index][i]);
            CHECK(state.weights[i].moments == last.updates[i].weights);
        }
        std::uint64_t most = 0;
        for (const Record& record : records) most = std::max(most, record.layers[index].dead_units);
        CHECK(state.most_dead_units == most);
    }
    CHECK(summary.layers[2].units == 7);
    CHECK(summary.layers[0].units == 4);
}

TEST_CASE("Grouped by epoch, the state of a layer is that of each epoch's last record", "[analysis][summary]") {
    const auto records = random_run(9);
    const TraceSummary summary = summarise(tally_of(records), {.grouping = {.epoch = true}});
    REQUIRE(summary.layers.size() == 9);
    const LayerState& second_epoch_of_conv2 = summary.layers[4];
    CHECK(second_epoch_of_conv2.layer == "conv2");
    CHECK(second_epoch_of_conv2.epoch == 1);
    CHECK(second_epoch_of_conv2.biases == records[5].layers[1].biases);
    for (const LayerState& state : summary.layers) {
        std::size_t index = 0;
        while (random_layers().at(index).name != state.layer) ++index;
        std::uint64_t last = 0;
        std::uint64_t most = 0;
        for (const Record& record : records) {
            if (record.epoch != state.epoch) continue;
            last = record.layers[index].dead_units;
            most = std::max(most, last);
        }
        CHECK(state.dead_units == last);
        CHECK(state.most_dead_units == most);
    }
}

TEST_CASE("A tally tells which steps, samples and records it has seen", "[analysis][summary]") {
    const Tally tally = tally_of(random_run(10));
    CHECK(tally.records() == 7);
    CHECK(tally.first_step() == 0);
    CHECK(tally.end_step() == 70);
    CHECK(tally.samples() == 7 * 160);
    CHECK(tally.epochs().size() == 3);
}

TEST_CASE("A record of another network is refused by name", "[analysis][summary]") {
    RandomRecords random(11);
    Tally tally(random_layers());
    Record fewer_layers = random.record(random_layers(), 0, 1, 0);
    fewer_layers.layers.pop_back();
    CHECK_THROWS_AS(tally.add(fewer_layers), std::invalid_argument);
    Record fewer_populations = random.record(random_layers(), 0, 1, 0);
    fewer_populations.layers[2].events.pop_back();
    CHECK_THROWS_WITH(tally.add(fewer_populations),
                      Catch::Matchers::Contains("dense3") && Catch::Matchers::Contains("1 must be 2"));
}

TEST_CASE("Nothing recorded gives empty totals", "[analysis][summary]") {
    const TraceSummary summary = summarise(Tally(random_layers()), {.grouping = {.layer = true}});
    REQUIRE(summary.categories.size() == 2);
    CHECK(summary.categories[0].group.is_total());
    CHECK(summary.categories[0].counts.total() == 0);
    CHECK(summary.layers.empty());
}
