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

TEST_CASE("Rate ramps: a rate may fall to 0 at the end of the run", "[sim][protocol]") {
    RateRampParams params;
    params.neurons = 20;
    params.seconds = 2.5;
    Simulation simulation(rate_ramp_network(params), {.seed = 7});
    REQUIRE_NOTHROW(simulation.run_ms(params.seconds * 1e3));
}

TEST_CASE("Rate ramps: names say the rates that the neurons have, and errors are those of a mean", "[sim][protocol]") {
    RateRampParams params;
    params.pre_rates_hz = {20.0};
    params.slopes_hz_per_s = {-80.0, 0.0, 80.0};
    params.neurons = 2000;
    const Network network = rate_ramp_network(params);
    Simulation simulation(network, {.seed = 6});
    std::vector<std::uint64_t> halfway;
    simulation.run_ms(0.5e3 * params.seconds);
    for (std::size_t k = 0; k < network.populations().size(); ++k) halfway.push_back(simulation.spike_count(k));
    simulation.run_ms(0.5e3 * params.seconds);
    const auto spikes_more = [&](const std::string& name) {
        const std::size_t population = network.population_of(name, "post");
        const auto first = static_cast<double>(halfway[population]);
        return (static_cast<double>(simulation.spike_count(population)) - 2.0 * first) / first;
    };
    // 50 Hz -+ 20 Hz in the mean of either half.
    CHECK(spikes_more("post-rising-80") == Approx(40.0 / 30.0).epsilon(0.05));
    CHECK(spikes_more("post-steady") == Approx(0.0).margin(0.02));
    CHECK(spikes_more("post-falling-80") == Approx(-40.0 / 70.0).epsilon(0.05));
    for (const RateRampPoint& point : rate_ramp_points(params, simulation)) {
        INFO(point.projection);
        const char* slope = point.slope_hz_per_s > 0.0   ? "-rising-80"
                            : point.slope_hz_per_s < 0.0 ? "-falling-80"
                                                         : "-steady";
        CHECK(point.projection == (point.is_derivative ? "derivative-20hz" : "additive-20hz") + std::string(slope));
        // About 50 x 20 x 0.04 s pairs of weight 0.001 within one time constant: deviation 0.001 x 6 or so.
        CHECK((point.standard_error > 2e-5 && point.standard_error < 5e-4));
    }
}
