#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "analysis/report/null_model.hpp"
#include "tests/analysis/summary/random_records.hpp"

using namespace stdpscope;
using namespace stdpscope::analysis;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

struct Change {
    Sign receptor;
    Sign timing;
    Sign change;
};

/// Slow and separate: every assignment of the signs to the changes, each once, averaged.
ExpectedCounts over_all_shufflings(std::vector<Change> changes, Measure measure, TimingReading reading) {
    std::vector<Sign> signs;
    for (const Change& change : changes) signs.push_back(change.change);
    std::sort(signs.begin(), signs.end());
    ExpectedCounts sum{};
    double shufflings = 0.0;
    do {
        ++shufflings;
        for (std::size_t place = 0; place < changes.size(); ++place) {
            const Sign strengthened = consequence(measure, changes[place].receptor, signs[place]);
            sum[static_cast<std::size_t>(category_of(read_timing(reading, changes[place].timing), strengthened))] +=
                1.0;
        }
    } while (std::next_permutation(signs.begin(), signs.end()));
    for (double& count : sum) count /= shufflings;
    return sum;
}

}  // namespace

TEST_CASE("Shuffled updates: the closed form is the mean over all shufflings", "[report][null]") {
    const Measure measure = GENERATE(Measure::magnitude, Measure::signed_weight);
    const TimingReading reading = GENERATE(TimingReading::descent, TimingReading::gradient);
    const std::vector<Change> changes = {{1, 1, 1},  {1, -1, -1}, {-1, 1, -1}, {-1, -1, 1}, {0, 0, 1},
                                         {0, 1, -1}, {1, 0, 1},   {-1, 0, 1},  {1, 1, 1}};
    UpdateCounts updates;
    for (const Change& change : changes) {
        ++updates
              .histogram[UpdateCounts::place(axis_of(change.receptor), axis_of(change.timing), axis_of(change.change))];
    }
    updates.histogram[UpdateCounts::place(axis_of(1), axis_of(1), axis_of(0))] = 100;  // unchanged: not shuffled
    const ExpectedCounts expected = over_all_shufflings(changes, measure, reading);
    const ExpectedCounts closed = shuffled_categories(updates, measure, reading);
    for (std::size_t place = 0; place < 4; ++place) CHECK_THAT(closed[place], WithinAbs(expected[place], 1e-12));
}

TEST_CASE("Shuffled events: the closed form is the mean over all shufflings", "[report][null]") {
    const Measure measure = GENERATE(Measure::magnitude, Measure::signed_weight);
    EventCounts events;
    std::vector<Change> changes;
    std::mt19937_64 engine(3);
    for (int pair = 0; pair < 9; ++pair) {
        const auto sign = [&] { return engine() % 2 == 0 ? -1 : 1; };
        const Sign transmitter = sign();
        const Sign receptor = sign();
        const Sign timing = sign();
        const Sign response = sign();
        ++events.histogram[EventCounts::place(axis_of(transmitter), axis_of(receptor), axis_of(timing),
                                              axis_of(response))];
        changes.push_back({receptor, timing, event_change(transmitter, timing, response)});
    }
    events.histogram[EventCounts::place(1, 2, 2, 2)] = 50;  // no transmitter: no pair
    const ExpectedCounts expected = over_all_shufflings(changes, measure, TimingReading::descent);
    const ExpectedCounts closed = shuffled_categories(events, measure, TimingReading::descent);
    for (std::size_t place = 0; place < 4; ++place) CHECK_THAT(closed[place], WithinAbs(expected[place], 1e-12));
}

TEST_CASE("Shuffling keeps the number of changes", "[report][null]") {
    tests::RandomRecords random(5);
    Tally tally(tests::random_layers());
    for (std::uint64_t i = 0; i < 4; ++i) tally.add(random.record(tests::random_layers(), 10 * i, 10 * i + 10, i / 2));
    for (const Level level : {Level::event, Level::update}) {
        const ExpectedCounts expected = shuffled_categories(tally, level, Measure::magnitude, TimingReading::descent);
        const auto found = summarise(tally, {.levels = {level}}).categories.back().counts;
        CHECK_THAT(expected[0] + expected[1] + expected[2] + expected[3],
                   WithinRel(static_cast<double>(found.total()), 1e-12));
    }
    CHECK(shuffled_categories(EventCounts{}, Measure::magnitude, TimingReading::descent) == ExpectedCounts{});
}
