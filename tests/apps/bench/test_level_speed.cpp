#include "apps/bench/level_speed.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace stdpscope;
using apps::TimedStep;
using apps::Turn;
using Catch::Matchers::WithinRel;

namespace {

/// A turn of `count` steps from `first` on of 1 ms each, but those whose number `every` divides, which take `rare` ms;
/// before them one step of lead-in.
Turn turn_of(std::uint64_t first, std::uint64_t count, std::uint64_t every, double rare_ms, double usual_ms = 1.0) {
    Turn turn;
    turn.steps.push_back(
        {.number = first, .seconds = (first % every == 0 ? rare_ms : usual_ms) / 1e3, .is_lead_in = true});
    for (std::uint64_t number = first + 1; number <= first + count; ++number) {
        turn.steps.push_back({.number = number, .seconds = (number % every == 0 ? rare_ms : usual_ms) / 1e3});
    }
    return turn;
}

analysis::TraceOptions options_of(analysis::TraceLevel level) {
    analysis::TraceOptions options;
    options.level = level;
    options.record_every = options.sample_every = 1'000'000;
    options.planes_every = 100;
    return options;
}

}  // namespace

TEST_CASE("median: the middle, or the mean of the two in the middle; NaN of none", "[apps][bench]") {
    CHECK(apps::median({3.0, 1.0, 2.0}) == 2.0);
    CHECK(apps::median({4.0, 1.0, 2.0, 3.0}) == 2.5);
    CHECK(std::isnan(apps::median({})));
}

TEST_CASE("Turn: lead-ins do not count", "[apps][bench]") {
    const Turn turn = turn_of(0, 4, 1000, 1.0);
    CHECK(turn.timed_steps() == 4);
    CHECK_THAT(turn.timed_seconds(), WithinRel(4e-3, 1e-9));
}

TEST_CASE("seconds_a_step: steps at which rows are due count as often as in a training, however turns meet them",
          "[apps][bench]") {
    const analysis::TraceOptions planes = options_of(analysis::TraceLevel::planes);
    // Of turns of 20 steps every fifth meets the step that takes 51 ms.
    std::vector<Turn> turns;
    for (std::uint64_t turn = 0; turn < 10; ++turn) turns.push_back(turn_of(turn * 20 + 5, 19, 100, 51.0));
    for (const double seconds : apps::seconds_a_step(turns, planes)) {
        CHECK_THAT(seconds, WithinRel(1e-3 + 50e-3 / 100, 1e-6));
    }
    // At a level where nothing is due the same times are what they are.
    const auto plain = apps::seconds_a_step(turns, options_of(analysis::TraceLevel::counts));
    CHECK_THAT(plain[0], WithinRel(1e-3, 1e-6));
    CHECK(plain[4] > 3e-3);
}

TEST_CASE("seconds_a_step: where every step has rows, those are the usual steps", "[apps][bench]") {
    analysis::TraceOptions full = options_of(analysis::TraceLevel::full);
    full.updates_every = 1;
    const std::vector<Turn> turns{turn_of(1, 10, 1000, 1.0)};
    CHECK_THAT(apps::seconds_a_step(turns, full)[0], WithinRel(1e-3, 1e-9));
}

TEST_CASE("level_speeds: ratios compare turns of one round, so that noise which hits a round cancels",
          "[apps][bench]") {
    const std::vector<analysis::TraceOptions> options{options_of(analysis::TraceLevel::off),
                                                      options_of(analysis::TraceLevel::counts)};
    std::vector<std::vector<Turn>> turns(2);
    for (const double noise : {1.0, 3.0, 1.0, 2.0, 1.0}) {
        turns[0].push_back(turn_of(1, 10, 1000, 1.0, noise));
        turns[1].push_back(turn_of(1, 10, 1000, 1.0, noise * 1.25));
    }
    const auto speeds = apps::level_speeds(turns, options, 100.0);
    CHECK_THAT(speeds[0].samples_per_second, WithinRel(100e3, 1e-6));
    CHECK(speeds[0].ratio == 1.0);
    CHECK_THAT(speeds[1].ratio, WithinRel(0.8, 1e-6));
    CHECK_THAT(speeds[1].ledger_share(), WithinRel(0.2, 1e-6));
    CHECK_THAT(speeds[1].slowest, WithinRel(100e3 / 3.75, 1e-6));
    CHECK_THAT(speeds[1].fastest, WithinRel(80e3, 1e-6));
    CHECK(speeds[1].steps == 50);
}
