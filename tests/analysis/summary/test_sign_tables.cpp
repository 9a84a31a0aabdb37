#include "analysis/summary/sign_tables.hpp"

#include <catch2/catch.hpp>

#include "random_records.hpp"

using namespace stdpscope;
using namespace stdpscope::analysis;
using stdpscope::tests::RandomRecords;

namespace {

/// The four cells of Table 5 in the order pre-post potentiation, pre-post depression, post-pre potentiation, post-pre
/// depression: written out from the table, with none of the code under test.
struct Table {
    std::uint64_t cell[4] = {0, 0, 0, 0};
    double absolute[4] = {0, 0, 0, 0};
    std::uint64_t outside = 0;
};

int table_cell(int timing, bool potentiated) {
    if (timing > 0) return potentiated ? 0 : 1;
    if (timing == 0) return potentiated ? 0 : 1;
    return potentiated ? 2 : 3;
}

Table event_table(const EventCounts& events, bool magnitude, bool descent) {
    Table table;
    std::size_t index = 0;
    for (int transmitter = -1; transmitter <= 1; ++transmitter) {
        for (int receptor = -1; receptor <= 1; ++receptor) {
            for (int stored_timing = -1; stored_timing <= 1; ++stored_timing) {
                for (int response = -1; response <= 1; ++response, ++index) {
                    const std::uint64_t count = events.histogram[index];
                    if (transmitter == 0 || stored_timing == 0 || response == 0) {
                        table.outside += count;
                        continue;
                    }
                    int negatives = 0;
                    if (transmitter < 0) ++negatives;
                    if (stored_timing < 0) ++negatives;
                    if (response < 0) ++negatives;
                    const bool increases = negatives % 2 == 0;
                    bool potentiated = increases;
                    if (magnitude) {
                        if (receptor == 0) potentiated = true;
                        if (receptor < 0) potentiated = !increases;
                    }
                    int timing = stored_timing;
                    if (!descent) timing = stored_timing > 0 ? -1 : 1;
                    table.cell[table_cell(timing, potentiated)] += count;
                }
            }
        }
    }
    return table;
}

Table update_table(const UpdateCounts& updates, bool magnitude, bool descent) {
    Table table;
    std::size_t index = 0;
    for (int receptor = -1; receptor <= 1; ++receptor) {
        for (int stored_timing = -1; stored_timing <= 1; ++stored_timing) {
            for (int change = -1; change <= 1; ++change, ++index) {
                if (change == 0) {
                    table.outside += updates.histogram[index];
                    continue;
                }
                bool potentiated = change > 0;
                if (magnitude && receptor == 0) potentiated = true;
                if (magnitude && receptor < 0) potentiated = change < 0;
                int timing = stored_timing;
                if (!descent && stored_timing > 0) timing = -1;
                if (!descent && stored_timing < 0) timing = 1;
                table.cell[table_cell(timing, potentiated)] += updates.histogram[index];
                table.absolute[table_cell(timing, potentiated)] += updates.absolute_update[index];
            }
        }
    }
    return table;
}

Measure measure_of(bool magnitude) {
    return magnitude ? Measure::magnitude : Measure::signed_weight;
}
TimingReading reading_of(bool descent) {
    return descent ? TimingReading::descent : TimingReading::gradient;
}

double sum_of_shares(const CategoryTable& counts) {
    double sum = 0.0;
    for (const Category category : kStdpCategories) sum += counts.share(category);
    return sum;
}

}  // namespace

TEST_CASE("Event categories equal Table 5 written out cell by cell", "[analysis][summary]") {
    RandomRecords random(GENERATE(range(1, 9)));
    const bool magnitude = GENERATE(false, true);
    const bool descent = GENERATE(false, true);
    const EventCounts events = random.events();
    const Table want = event_table(events, magnitude, descent);
    const CategoryTable counts = categories_of(events, measure_of(magnitude), reading_of(descent));
    for (std::size_t cell = 0; cell < 4; ++cell) CHECK(counts.counts[cell] == want.cell[cell]);
    CHECK(counts.no_pair == want.outside);
    CHECK(counts.unchanged == 0);
    CHECK(counts.untimed == 0);
    CHECK(counts.invalid == events.invalid);
    CHECK(counts.total() == want.cell[0] + want.cell[1] + want.cell[2] + want.cell[3]);
    CHECK(sum_of_shares(counts) == Approx(1.0).epsilon(1e-12));
}

TEST_CASE("Update categories equal Table 5 written out cell by cell", "[analysis][summary]") {
    RandomRecords random(GENERATE(range(11, 19)));
    const bool magnitude = GENERATE(false, true);
    const bool descent = GENERATE(false, true);
    const UpdateCounts updates = random.updates();
    const Table want = update_table(updates, magnitude, descent);
    const CategoryTable counts = categories_of(updates, measure_of(magnitude), reading_of(descent));
    for (std::size_t cell = 0; cell < 4; ++cell) {
        CHECK(counts.counts[cell] == want.cell[cell]);
        CHECK(counts.absolute_update[cell] == Approx(want.absolute[cell]).epsilon(1e-12));
    }
    CHECK(counts.unchanged == want.outside);
    CHECK(counts.no_pair == 0);
    CHECK(counts.untimed == updates.untimed);
    CHECK(counts.untimed_absolute_update == updates.untimed_absolute_update);
    CHECK(counts.invalid == updates.invalid);
    CHECK(sum_of_shares(counts) == Approx(1.0).epsilon(1e-12));
}

TEST_CASE("The gradient reading swaps the rows of Table 5 for events", "[analysis][summary]") {
    RandomRecords random(21);
    const EventCounts events = random.events();
    const CategoryTable descent = categories_of(events, Measure::magnitude, TimingReading::descent);
    const CategoryTable gradient = categories_of(events, Measure::magnitude, TimingReading::gradient);
    CHECK(gradient.count(Category::pre_post_potentiation) == descent.count(Category::post_pre_potentiation));
    CHECK(gradient.count(Category::pre_post_depression) == descent.count(Category::post_pre_depression));
    CHECK(gradient.count(Category::post_pre_potentiation) == descent.count(Category::pre_post_potentiation));
    CHECK(gradient.count(Category::post_pre_depression) == descent.count(Category::pre_post_depression));
    CHECK(gradient.count(Response::normal) == descent.count(Response::inverted));
}

TEST_CASE("Updates of the same time stay in the first row of Table 5 in both readings", "[analysis][summary]") {
    UpdateCounts updates;
    updates.histogram[UpdateCounts::place(axis_of(1), axis_of(0), axis_of(1))] = 5;
    const auto reading = GENERATE(TimingReading::descent, TimingReading::gradient);
    CHECK(categories_of(updates, Measure::magnitude, reading).count(Category::pre_post_potentiation) == 5);
}

TEST_CASE("Normal and inverted responses of the categories are those of the theory", "[analysis][summary]") {
    CategoryTable counts;
    counts.counts = {1, 10, 100, 1000};
    CHECK(counts.count(Response::normal) == 1001);
    CHECK(counts.count(Response::inverted) == 110);
    CHECK(counts.share(Response::inverted) == Approx(110.0 / 1111.0));
}

TEST_CASE("Excitatory input and F > 0 give normal categories only, F < 0 inverted ones", "[analysis][summary]") {
    const Sign response = GENERATE(-1, 1);
    EventCounts events;
    std::uint64_t next = 1;
    for (std::size_t receptor = 0; receptor < 3; ++receptor) {
        for (std::size_t timing = 0; timing < 3; ++timing) {
            events.histogram[EventCounts::place(axis_of(1), receptor, timing, axis_of(response))] = next++;
        }
    }
    const CategoryTable counts = categories_of(events, Measure::signed_weight, TimingReading::descent);
    CHECK(counts.total() > 0);
    CHECK(counts.count(response > 0 ? Response::inverted : Response::normal) == 0);
}

TEST_CASE("Table 4 counts effects over events with transmitter and receptor", "[analysis][summary]") {
    EventCounts events;
    std::uint64_t want[2][2][2] = {};  // [scope][transmitter > 0][receptor > 0]
    RandomRecords random(31);
    std::size_t index = 0;
    for (int transmitter = -1; transmitter <= 1; ++transmitter) {
        for (int receptor = -1; receptor <= 1; ++receptor) {
            for (int timing = -1; timing <= 1; ++timing) {
                for (int response = -1; response <= 1; ++response, ++index) {
                    const std::uint64_t count = random.count();
                    events.histogram[index] = count;
                    if (transmitter == 0 || receptor == 0) continue;
                    want[0][transmitter > 0][receptor > 0] += count;
                    if (timing != 0 && response != 0) want[1][transmitter > 0][receptor > 0] += count;
                }
            }
        }
    }
    const int scope = GENERATE(0, 1);
    const EffectCounts effects = effects_of(events, scope == 0 ? EventScope::all : EventScope::firing_pairs);
    CHECK(effects.excitatory_transmitter_normal_receptor == want[scope][1][1]);
    CHECK(effects.excitatory_transmitter_opposite_receptor == want[scope][1][0]);
    CHECK(effects.inhibitory_transmitter_normal_receptor == want[scope][0][1]);
    CHECK(effects.inhibitory_transmitter_opposite_receptor == want[scope][0][0]);
    CHECK(effects.excitatory() == want[scope][1][1] + want[scope][0][0]);
    CHECK(effects.inhibitory() == want[scope][1][0] + want[scope][0][1]);
}

TEST_CASE("Responses are counted over all events and over firing pairs", "[analysis][summary]") {
    EventCounts events;
    events.histogram[EventCounts::place(axis_of(1), axis_of(0), axis_of(1), axis_of(1))] = 1;
    events.histogram[EventCounts::place(axis_of(0), axis_of(1), axis_of(1), axis_of(1))] = 10;
    events.histogram[EventCounts::place(axis_of(-1), axis_of(1), axis_of(-1), axis_of(-1))] = 100;
    events.histogram[EventCounts::place(axis_of(1), axis_of(1), axis_of(0), axis_of(-1))] = 1000;
    events.histogram[EventCounts::place(axis_of(1), axis_of(1), axis_of(1), axis_of(0))] = 10000;
    CHECK(responses_of(events, EventScope::all) == ResponseCounts{1100, 10000, 11});
    CHECK(responses_of(events, EventScope::firing_pairs) == ResponseCounts{100, 0, 1});
}

TEST_CASE("An empty histogram has shares of zero", "[analysis][summary]") {
    const CategoryTable counts = categories_of(EventCounts{}, Measure::magnitude, TimingReading::descent);
    CHECK(counts.total() == 0);
    CHECK(counts.share(Category::pre_post_potentiation) == 0.0);
    CHECK(counts.share(Response::normal) == 0.0);
    CHECK(counts.absolute_update_share(Category::pre_post_potentiation) == 0.0);
}

TEST_CASE("Shares by size of update sum to one and leave the untimed out", "[analysis][summary]") {
    RandomRecords random(41);
    const CategoryTable counts = categories_of(random.updates(), Measure::magnitude, TimingReading::descent);
    double sum = 0.0;
    for (const Category category : kStdpCategories) sum += counts.absolute_update_share(category);
    CHECK(sum == Approx(1.0).epsilon(1e-12));
    CHECK(counts.untimed_absolute_update > 0.0);
}

TEST_CASE("The Hebbian names follow Table 1's layout", "[analysis][summary]") {
    CHECK(hebbian_name_of(Category::pre_post_potentiation) == "Hebbian");
    CHECK(hebbian_name_of(Category::pre_post_depression) == "anti-Hebbian");
    CHECK(hebbian_name_of(Category::post_pre_potentiation) == "temporally inverted Hebbian");
    CHECK(hebbian_name_of(Category::post_pre_depression) == "temporally inverted anti-Hebbian");
}
