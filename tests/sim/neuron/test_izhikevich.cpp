#include <catch2/catch.hpp>
#include <cmath>

#include "sim/error.hpp"
#include "tests/sim/neuron/lone_neuron.hpp"

using Catch::Matchers::Contains;
using namespace stdpscope;

TEST_CASE("Izhikevich: without input it stays at its fixed point", "[sim][neuron]") {
    const sim::TimeGrid grid(0.1);
    // 0.04 v^2 + (5 - b) v + 140 = 0 at b = 0.2: the lower root is -70.
    sim::NeuronGroup group = test::lone_group(sim::IzhikevichParams{}, grid, -70.0);
    REQUIRE(test::spikes_of(group, 5000).empty());
    REQUIRE(std::abs(group.v_mv()[10] + 70.0F) < 1e-3F);
    REQUIRE(std::abs(group.adaptation()[10] + 14.0F) < 1e-3F);
}

TEST_CASE("Izhikevich: regular spiking adapts, fast spiking does not", "[sim][neuron]") {
    const sim::TimeGrid grid(0.1);
    sim::NeuronGroup regular = test::lone_group(sim::IzhikevichParams{.bias = 10.0}, grid);
    const auto adapting = test::spikes_of(regular, 10000);
    REQUIRE(adapting.size() > 5);
    const auto early = adapting[1] - adapting[0];
    const auto late = adapting[adapting.size() - 1] - adapting[adapting.size() - 2];
    REQUIRE(late > early + early / 2);

    sim::NeuronGroup fast = test::lone_group(sim::IzhikevichParams{.a = 0.1, .d = 2.0, .bias = 10.0}, grid);
    REQUIRE(test::spikes_of(fast, 10000).size() > 2 * adapting.size());
}

TEST_CASE("Izhikevich: one step is the formula", "[sim][neuron]") {
    const sim::TimeGrid grid(0.1);
    sim::NeuronGroup group = test::lone_group(sim::IzhikevichParams{}, grid, -60.0);
    group.channel(sim::Channel::excitatory)[10] = 3.0F;
    group.channel(sim::Channel::inhibitory)[10] = 1.0F;
    static_cast<void>(group.advance(1));
    REQUIRE(std::abs(group.v_mv()[10] - (-60.0 + 0.1 * (0.04 * 3600 - 300 + 140 + 12 + 2))) < 1e-5);
    REQUIRE(std::abs(group.adaptation()[10] + 12.0) < 1e-5);
}

TEST_CASE("Izhikevich: at the peak it resets", "[sim][neuron]") {
    const sim::TimeGrid grid(0.1);
    sim::NeuronGroup group = test::lone_group(sim::IzhikevichParams{}, grid, 30.0);
    REQUIRE(group.advance(1).size() == 11);
    REQUIRE(group.v_mv()[10] == -65.0F);
    REQUIRE(group.adaptation()[10] == Approx(0.2 * 30.0 + 8.0));
    REQUIRE_THROWS_WITH(constants_of(sim::IzhikevichParams{.c_mv = 30.0}, grid), Contains("c_mv = 30 must be below"));
}
