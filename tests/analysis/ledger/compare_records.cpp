#include "tests/analysis/ledger/compare_records.hpp"

#include <catch2/catch.hpp>

namespace stdpscope::tests {

using Catch::Matchers::WithinRel;

void require_same_counts(const analysis::LayerRecord& found, const analysis::LayerRecord& wanted) {
    // A dense layer adds 16 numbers of |update| a lane in single precision before it adds them in double: at most
    // 15 roundings of 2^-24 of their sum.
    constexpr double kTolerance = 1e-6;
    REQUIRE(found.events.size() == wanted.events.size());
    for (std::size_t population = 0; population < wanted.events.size(); ++population) {
        CAPTURE(population);
        REQUIRE(found.events[population].histogram == wanted.events[population].histogram);
        REQUIRE(found.events[population].invalid == wanted.events[population].invalid);
    }
    REQUIRE(found.updates.size() == wanted.updates.size());
    for (std::size_t population = 0; population < wanted.updates.size(); ++population) {
        CAPTURE(population);
        const analysis::UpdateCounts& mine = found.updates[population];
        const analysis::UpdateCounts& theirs = wanted.updates[population];
        REQUIRE(mine.histogram == theirs.histogram);
        REQUIRE(mine.untimed == theirs.untimed);
        REQUIRE(mine.invalid == theirs.invalid);
        REQUIRE(mine.receptor_switches == theirs.receptor_switches);
        for (std::size_t place = 0; place < theirs.absolute_update.size(); ++place) {
            REQUIRE_THAT(mine.absolute_update[place], WithinRel(theirs.absolute_update[place], kTolerance));
        }
        REQUIRE_THAT(mine.untimed_absolute_update, WithinRel(theirs.untimed_absolute_update, kTolerance));
    }
    REQUIRE(found.unit_response == wanted.unit_response);
}

}  // namespace stdpscope::tests
