#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>

#include "sim/error.hpp"
#include "tests/sim/neuron/lone_neuron.hpp"

using Catch::Matchers::Contains;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using namespace stdpscope;

namespace {

/// v after 20 ms of a decaying excitatory conductance, spikes impossible.
double end_of_transient_mv(double dt_ms) {
    const sim::TimeGrid grid(dt_ms);
    sim::NeuronGroup group =
        test::lone_group(sim::LifConductanceParams{.v_thresh_mv = 50.0, .refractory_ms = 0.0}, grid, -60.0);
    group.channel(sim::Channel::excitatory)[10] = 2.0F;
    group.channel(sim::Channel::inhibitory)[10] = 1.0F;
    const auto steps = static_cast<sim::Step>(std::llround(20.0 / dt_ms));
    for (sim::Step step = 1; step <= steps; ++step) static_cast<void>(group.advance(step));
    return group.v_mv()[10];
}

/// The same in double precision with a thousand times smaller steps, classical Runge-Kutta.
double reference_mv() {
    const auto slope = [](double t, double v) {
        const double g_e = 2.0 * std::exp(-t / 5.0);
        const double g_i = 1.0 * std::exp(-t / 10.0);
        return (-60.0 - v + g_e * (0.0 - v) + g_i * (-80.0 - v)) / 20.0;
    };
    double v = -60.0;
    constexpr double kStep = 1e-3;
    for (int n = 0; n < 20000; ++n) {
        const double t = n * kStep;
        const double k1 = slope(t, v);
        const double k2 = slope(t + kStep / 2, v + kStep / 2 * k1);
        const double k3 = slope(t + kStep / 2, v + kStep / 2 * k2);
        const double k4 = slope(t + kStep, v + kStep * k3);
        v += kStep / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
    }
    return v;
}

}  // namespace

TEST_CASE("LIF, conductance-based: the membrane decays exponentially", "[sim][neuron]") {
    const sim::TimeGrid grid(0.1);
    sim::NeuronGroup group = test::lone_group(sim::LifConductanceParams{}, grid, -51.0);
    for (sim::Step step = 1; step <= 400; ++step) {
        REQUIRE(group.advance(step).empty());
        // The trapezoidal rule errs by (dt/tau)^2/12 of the exponent.
        REQUIRE_THAT(group.v_mv()[10], WithinAbs(-60.0 + 9.0 * std::exp(-grid.ms_of(step) / 20.0), 1e-4));
    }
}

TEST_CASE("LIF, conductance-based: half the step, a quarter of the error", "[sim][neuron]") {
    const double exact_mv = reference_mv();
    const double coarse = std::abs(end_of_transient_mv(2.0) - exact_mv);
    const double fine = std::abs(end_of_transient_mv(1.0) - exact_mv);
    REQUIRE(coarse > 1e-3);
    REQUIRE_THAT(coarse / fine, WithinRel(4.0, 0.15));
    REQUIRE_THAT(end_of_transient_mv(0.1), WithinAbs(exact_mv, 5e-4));
}

TEST_CASE("LIF, conductance-based: no conductance is too strong for it", "[sim][neuron]") {
    const sim::TimeGrid grid(1.0);
    sim::NeuronGroup group = test::lone_group(sim::LifConductanceParams{.v_thresh_mv = 10.0}, grid);
    group.channel(sim::Channel::excitatory)[10] = 1e6F;
    for (sim::Step step = 1; step <= 50; ++step) {
        static_cast<void>(group.advance(step));
        REQUIRE((group.v_mv()[10] >= -60.5F && group.v_mv()[10] < 60.5F));
    }
}

TEST_CASE("LIF, conductance-based: the f-I curve is that of the closed form, to the grid", "[sim][neuron]") {
    const sim::TimeGrid grid(0.1);
    const double bias_mv = GENERATE(11.0, 20.0);
    sim::NeuronGroup group = test::lone_group(sim::LifConductanceParams{.bias_mv = bias_mv}, grid);
    const auto spikes = test::spikes_of(group, 20000);
    REQUIRE(spikes.size() > 20);
    const double interval_ms = 5.0 + 20.0 * std::log(bias_mv / (bias_mv - 10.0));
    for (std::size_t k = 1; k < spikes.size(); ++k) {
        REQUIRE_THAT(grid.ms_of(spikes[k] - spikes[k - 1]), WithinAbs(interval_ms, 0.1 + 1e-9));
    }
}

TEST_CASE("Neurons: every instruction set gives the same bits", "[sim][neuron]") {
    const auto best = GENERATE(sim::kernel::Isa::avx2, sim::kernel::Isa::avx512);
    if (!sim::kernel::supported(best)) return;
    const sim::TimeGrid grid(0.1);
    const sim::NeuronModel model = GENERATE(sim::NeuronModel(sim::LifConductanceParams{.bias_mv = 12.0}),
                                            sim::NeuronModel(sim::LifCurrentParams{.bias_mv = 22.0}),
                                            sim::NeuronModel(sim::AdexParams{.bias_pa = 900.0}),
                                            sim::NeuronModel(sim::IzhikevichParams{.bias = 10.0}));
    std::vector<std::vector<float>> potentials;
    std::vector<std::size_t> spikes;
    for (const auto isa : {sim::kernel::Isa::baseline, best}) {
        const test::ScopedSimIsa scoped(isa);
        sim::NeuronGroup group(model, 0, 37, grid, sim::InitialPotential{-70.0, -52.0},
                               sim::RandomStream(1, sim::RandomPurpose::initial_state));
        for (std::uint32_t i = 0; i < 37; ++i)
            group.channel(sim::Channel::excitatory)[i] = 0.1F * static_cast<float>(i);
        std::size_t fired = 0;
        for (sim::Step step = 1; step <= 1000; ++step) fired += group.advance(step).size();
        potentials.emplace_back(group.v_mv().begin(), group.v_mv().end());
        spikes.push_back(fired);
    }
    REQUIRE(spikes[0] > 37);
    REQUIRE(spikes[0] == spikes[1]);
    REQUIRE(potentials[0] == potentials[1]);
}

TEST_CASE("LIF, conductance-based: parameters that cannot be are named", "[sim][neuron]") {
    const sim::TimeGrid grid(0.1);
    REQUIRE_THROWS_WITH(constants_of(sim::LifConductanceParams{.v_thresh_mv = -61.0}, grid),
                        Contains("v_reset_mv = -60 must be below v_thresh_mv = -61"));
    REQUIRE_THROWS_WITH(constants_of(sim::LifConductanceParams{.refractory_ms = -1.0}, grid),
                        Contains("refractory_ms = -1 must be >= 0"));
    REQUIRE_THROWS_WITH(test::lone_group(sim::LifConductanceParams{}, grid, std::nan("")), Contains("low_mv = nan"));
}
