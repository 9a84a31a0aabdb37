#include <catch2/catch.hpp>
#include <cmath>

#include "sim/error.hpp"
#include "sim/protocol/rate_ramps.hpp"

using namespace stdpscope::sim;

TEST_CASE("Rate ramps: weights change as presynaptic rate times slope, under either rule", "[sim][protocol]") {
    RateRampParams params;
    params.pre_rates_hz = {10.0, 40.0};
    params.slopes_hz_per_s = {-40.0, 0.0, 40.0};
    Simulation simulation(rate_ramp_network(params), {.seed = 5, .threads = 2});
    simulation.run_ms(params.seconds * 1e3);
    const auto points = rate_ramp_points(params, simulation);
    REQUIRE(points.size() == 12);
    for (const RateRampPoint& point : points) {
        INFO(point.projection);
        CHECK(point.expected_change == Approx((point.is_derivative ? 2.0 : 1.0) * 0.001 * 0.02 * 0.02 *
                                              point.pre_rate_hz * point.slope_hz_per_s));
        CHECK(point.standard_error > 0.0);
        // Besides what is random: near both ends of the run pairs are missing, 20 ms of 1000.
        const double ends = 0.1 * std::abs(point.expected_change) + 2e-5;
        CHECK(std::abs(point.mean_change - point.expected_change) < 4.0 * point.standard_error + ends);
        if (point.slope_hz_per_s > 0.0 && !point.is_derivative) CHECK(point.mean_change > 2.0 * point.standard_error);
    }
}

TEST_CASE("Rate ramps: no rate may fall below 0", "[sim][protocol]") {
    RateRampParams params;
    params.seconds = 3.0;
    REQUIRE_THROWS_WITH(rate_ramp_network(params), Catch::Matchers::Contains("seconds = 3 must be at most 2.5"));
}
