#include <catch2/catch.hpp>
#include <limits>

#include "sim/error.hpp"
#include "sim/time_grid.hpp"

using Catch::Matchers::Contains;
using stdpscope::sim::InvalidParameter;
using stdpscope::sim::TimeGrid;

TEST_CASE("TimeGrid: a duration is a whole number of steps in spite of rounding", "[sim][time]") {
    const TimeGrid grid(0.1);
    REQUIRE(grid.whole_steps(0.0, "delay_ms") == 0);
    REQUIRE(grid.whole_steps(0.8, "delay_ms") == 8);
    REQUIRE(grid.whole_steps(0.30000000000000004, "delay_ms") == 3);
    REQUIRE(grid.whole_steps(1e8, "delay_ms") == 1'000'000'000);
    REQUIRE(grid.nearest_step(0.26) == 3);
}

TEST_CASE("TimeGrid: what does not fit the grid is named", "[sim][time]") {
    const TimeGrid grid(0.1);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    REQUIRE_THROWS_WITH(grid.whole_steps(0.85, "axonal_delay_ms"),
                        Contains("axonal_delay_ms = 0.85 must be a whole number of steps of 0.1 ms"));
    REQUIRE_THROWS_WITH(grid.whole_steps(-0.1, "refractory_ms"), Contains("refractory_ms = -0.1 must be >= 0"));
    REQUIRE_THROWS_AS(grid.whole_steps(nan, "delay_ms"), InvalidParameter);
    REQUIRE_THROWS_WITH(TimeGrid(0.0), Contains("dt_ms = 0 must be > 0"));
    REQUIRE_THROWS_AS(TimeGrid(nan), InvalidParameter);
    REQUIRE_THROWS_AS(TimeGrid(std::numeric_limits<double>::infinity()), InvalidParameter);
}
