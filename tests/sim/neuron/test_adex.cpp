#include <catch2/catch.hpp>
#include <cmath>

#include "sim/error.hpp"
#include "tests/sim/neuron/lone_neuron.hpp"

using Catch::Matchers::Contains;
using Catch::Matchers::WithinRel;
using namespace stdpscope;

namespace {

/// First spike by the same equations in double precision, Euler with a step a hundred times smaller.
double first_spike_ms(const sim::AdexParams& p) {
    double v = p.v_reset_mv;
    double w = 0.0;
    constexpr double kStep = 1e-3;
    for (int n = 0; n < 1'000'000; ++n) {
        const double upstroke = p.slope_mv * std::exp((v - p.v_thresh_mv) / p.slope_mv);
        const double dv = (p.g_leak_ns * (p.e_leak_mv - v + upstroke) - w + p.bias_pa) / p.capacitance_pf;
        const double dw = (p.a_ns * (v - p.e_leak_mv) - w) / p.tau_w_ms;
        v += kStep * dv;
        w += kStep * dw;
        if (v >= p.v_cut_mv) return (n + 1) * kStep;
    }
    return -1.0;
}

}  // namespace

TEST_CASE("AdEx: rests at its leak without input", "[sim][neuron]") {
    const sim::TimeGrid grid(0.1);
    sim::NeuronGroup group = test::lone_group(sim::AdexParams{}, grid);
    REQUIRE(test::spikes_of(group, 10000).empty());
    REQUIRE(std::abs(group.v_mv()[10] + 70.6F) < 0.02F);  // the exponential term is small there, not zero
}

TEST_CASE("AdEx: the first spike comes when the equations say, sooner agreeing with a smaller step", "[sim][neuron]") {
    const sim::AdexParams params{.bias_pa = 800.0};
    const double exact_ms = first_spike_ms(params);
    double last_error = 1e9;
    for (const double dt_ms : {0.2, 0.1, 0.05}) {
        const sim::TimeGrid grid(dt_ms);
        sim::NeuronGroup group = test::lone_group(params, grid);
        const auto spikes = test::spikes_of(group, static_cast<sim::Step>(200.0 / dt_ms));
        REQUIRE(!spikes.empty());
        const double error = std::abs(grid.ms_of(spikes.front()) - exact_ms);
        REQUIRE(error <= 5.0 * dt_ms);
        REQUIRE(error <= last_error + dt_ms);
        last_error = error;
    }
}

TEST_CASE("AdEx: each spike adds b to the adaptation, and the intervals grow", "[sim][neuron]") {
    const sim::TimeGrid grid(0.1);
    sim::NeuronGroup group = test::lone_group(sim::AdexParams{.bias_pa = 1000.0}, grid);
    std::vector<sim::Step> spikes;
    float before = 0.0F;
    for (sim::Step step = 1; step <= 5000; ++step) {
        before = group.adaptation()[10];
        if (!group.advance(step).empty()) {
            spikes.push_back(step);
            REQUIRE(group.adaptation()[10] - before > 80.0F);
            REQUIRE(group.adaptation()[10] - before < 81.0F);
            REQUIRE(group.v_mv()[10] == -70.6F);
        }
    }
    REQUIRE(spikes.size() > 4);
    REQUIRE(spikes[2] - spikes[1] > spikes[1] - spikes[0]);
    REQUIRE(spikes[3] - spikes[2] > spikes[2] - spikes[1]);
}

TEST_CASE("AdEx: the adaptation relaxes exactly", "[sim][neuron]") {
    const sim::TimeGrid grid(0.1);
    sim::AdexParams params{.a_ns = 0.0};
    params.bias_pa = 1000.0;
    sim::NeuronGroup group = test::lone_group(params, grid);
    sim::Step step = 1;
    while (group.advance(step).empty()) ++step;
    const double at_spike = group.adaptation()[10];
    REQUIRE_THAT(at_spike, WithinRel(80.5, 1e-6));
    for (int k = 0; k < 20; ++k) REQUIRE(group.advance(++step).empty());
    REQUIRE_THAT(group.adaptation()[10], WithinRel(80.5 * std::exp(-2.0 / 144.0), 1e-5));
}

TEST_CASE("AdEx: parameters that cannot be are named", "[sim][neuron]") {
    const sim::TimeGrid grid(0.1);
    REQUIRE_THROWS_WITH(constants_of(sim::AdexParams{.slope_mv = 0.0}, grid), Contains("slope_mv = 0 must be > 0"));
    REQUIRE_THROWS_WITH(constants_of(sim::AdexParams{.v_cut_mv = -80.0}, grid),
                        Contains("must be below v_cut_mv = -80"));
}
