#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "sim/error.hpp"
#include "tests/sim/neuron/lone_neuron.hpp"

using Catch::Matchers::Contains;
using Catch::Matchers::WithinAbs;
using namespace stdpscope;

namespace {

// A float potential near -70 mV has steps of 8e-6 mV; hundreds of steps of rounding, damped by the leak, stay below
// ten.
constexpr double kPotentialMv = 8e-5;

}  // namespace

TEST_CASE("LIF, current-based: the membrane decays exactly", "[sim][neuron]") {
    const sim::TimeGrid grid(GENERATE(0.1, 0.5));
    sim::NeuronGroup group = test::lone_group(sim::LifCurrentParams{.tau_m_ms = 20.0, .e_leak_mv = -70.0}, grid, -55.0);
    for (sim::Step step = 1; step <= 100; ++step) {
        REQUIRE(group.advance(step).empty());
        REQUIRE_THAT(group.v_mv()[10], WithinAbs(-70.0 + 15.0 * std::exp(-grid.ms_of(step) / 20.0), kPotentialMv));
    }
}

TEST_CASE("LIF, current-based: a synaptic current gives the difference of two exponentials", "[sim][neuron]") {
    const sim::TimeGrid grid(0.1);
    const double tau_ms = GENERATE(5.0, 20.0, 20.0 + 1e-9, 50.0);
    const bool inhibitory = GENERATE(false, true);
    const sim::LifCurrentParams params{.channels = {.tau_excitatory_ms = tau_ms, .tau_inhibitory_ms = tau_ms}};
    sim::NeuronGroup group = test::lone_group(params, grid);
    group.channel(inhibitory ? sim::Channel::inhibitory : sim::Channel::excitatory)[10] = 8.0F;
    for (sim::Step step = 1; step <= 300; ++step) {
        REQUIRE(group.advance(step).empty());
        const double t = grid.ms_of(step);
        const double shape = std::abs(tau_ms - 20.0) < 1e-6
                                 ? t / 20.0 * std::exp(-t / 20.0)
                                 : tau_ms / (tau_ms - 20.0) * (std::exp(-t / tau_ms) - std::exp(-t / 20.0));
        REQUIRE_THAT(group.v_mv()[10], WithinAbs(-70.0 + (inhibitory ? -8.0 : 8.0) * shape, kPotentialMv));
        REQUIRE(group.v_mv()[9] == -70.0F);
    }
}

TEST_CASE("LIF, current-based: the f-I curve is that of the closed form, to the grid", "[sim][neuron]") {
    const sim::TimeGrid grid(0.1);
    const double bias_mv = GENERATE(20.5, 25.0, 40.0);
    const sim::LifCurrentParams params{.bias_mv = bias_mv, .refractory_ms = 2.0};
    sim::NeuronGroup group = test::lone_group(params, grid);
    const auto spikes = test::spikes_of(group, 20000);
    const double interval_ms = 20.0 * std::log(bias_mv / (bias_mv - 20.0));
    REQUIRE(spikes.size() > 20);
    // Near threshold the potential creeps: its rounding shifts the crossing by some steps.
    const double slack = bias_mv < 21.0 ? 3.0 : 1.0;
    for (std::size_t k = 1; k < spikes.size(); ++k) {
        REQUIRE_THAT(grid.ms_of(spikes[k] - spikes[k - 1]), WithinAbs(2.0 + interval_ms, 0.1 * slack + 1e-9));
    }
}

TEST_CASE("LIF, current-based: without enough drive there is no spike, at the threshold there is", "[sim][neuron]") {
    const sim::TimeGrid grid(0.1);
    sim::NeuronGroup below = test::lone_group(sim::LifCurrentParams{.bias_mv = 19.99}, grid);
    REQUIRE(test::spikes_of(below, 10000).empty());
    sim::NeuronGroup at =
        test::lone_group(sim::LifCurrentParams{.e_leak_mv = -50.0, .refractory_ms = 0.0}, grid, -50.0);
    REQUIRE(at.advance(1).size() == 11);
    REQUIRE(at.v_mv()[0] == -70.0F);
}

TEST_CASE("LIF, current-based: v is held for the refractory period while currents decay", "[sim][neuron]") {
    const sim::TimeGrid grid(0.1);
    const double refractory_ms = GENERATE(0.0, 0.1, 2.0);
    sim::NeuronGroup group = test::lone_group(sim::LifCurrentParams{.refractory_ms = refractory_ms}, grid, -40.0);
    group.channel(sim::Channel::excitatory)[10] = 50.0F;
    REQUIRE(group.advance(1).size() == 11);
    const auto held = grid.whole_steps(refractory_ms, "refractory_ms");
    for (sim::Step step = 2; step <= 1 + held; ++step) {
        REQUIRE(group.advance(step).empty());
        REQUIRE(group.v_mv()[10] == -70.0F);
    }
    static_cast<void>(group.advance(2 + held));
    REQUIRE(group.v_mv()[10] > -70.0F);
    REQUIRE_THAT(group.values(sim::Channel::excitatory)[10],
                 WithinAbs(50.0 * std::exp(-grid.ms_of(2 + held) / 5.0), 1e-4));
}

TEST_CASE("LIF, current-based: two half steps equal one", "[sim][neuron]") {
    const sim::TimeGrid whole(0.2);
    const sim::TimeGrid half(0.1);
    const sim::LifCurrentParams params{.bias_mv = 10.0};
    sim::NeuronGroup coarse = test::lone_group(params, whole);
    sim::NeuronGroup fine = test::lone_group(params, half);
    coarse.channel(sim::Channel::excitatory)[10] = 20.0F;
    fine.channel(sim::Channel::excitatory)[10] = 20.0F;
    for (sim::Step step = 1; step <= 200; ++step) {
        static_cast<void>(coarse.advance(step));
        static_cast<void>(fine.advance(2 * step - 1));
        static_cast<void>(fine.advance(2 * step));
        REQUIRE_THAT(coarse.v_mv()[10], WithinAbs(fine.v_mv()[10], 2 * kPotentialMv));
    }
}

TEST_CASE("LIF, current-based: a channel that has decayed to nothing is exactly zero", "[sim][neuron]") {
    const sim::TimeGrid grid(1.0);
    sim::NeuronGroup group = test::lone_group(sim::LifCurrentParams{}, grid);
    group.channel(sim::Channel::excitatory)[10] = 1.0F;
    bool denormal = false;
    for (sim::Step step = 1; step <= 300; ++step) {
        static_cast<void>(group.advance(step));
        const float left = group.values(sim::Channel::excitatory)[10];
        denormal = denormal || (left != 0.0F && left < std::numeric_limits<float>::min());
    }
    REQUIRE_FALSE(denormal);
    REQUIRE(group.values(sim::Channel::excitatory)[10] == 0.0F);
}

TEST_CASE("LIF, current-based: parameters that cannot be are named", "[sim][neuron]") {
    const sim::TimeGrid grid(0.1);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    REQUIRE_THROWS_WITH(constants_of(sim::LifCurrentParams{.tau_m_ms = -3.0}, grid),
                        Contains("tau_m_ms = -3 must be > 0"));
    REQUIRE_THROWS_AS(constants_of(sim::LifCurrentParams{.tau_m_ms = nan}, grid), sim::InvalidParameter);
    REQUIRE_THROWS_WITH(constants_of(sim::LifCurrentParams{.v_reset_mv = -50.0}, grid),
                        Contains("v_reset_mv = -50 must be below v_thresh_mv = -50"));
    REQUIRE_THROWS_WITH(constants_of(sim::LifCurrentParams{.refractory_ms = 0.25}, grid),
                        Contains("refractory_ms = 0.25"));
    REQUIRE_THROWS_WITH(constants_of(sim::LifCurrentParams{.channels = {.tau_inhibitory_ms = 0.0}}, grid),
                        Contains("tau_inhibitory_ms = 0"));
}
