#include <catch2/catch.hpp>
#include <cmath>

#include "sim/error.hpp"
#include "sim/simulation/simulation.hpp"
#include "tests/sim/neuron/lone_neuron.hpp"

using Catch::Matchers::Contains;
using Catch::Matchers::WithinAbs;
using namespace stdpscope;
using namespace stdpscope::sim;

namespace {

/// A source that fires at 1 ms, onto a neuron that never does.
Network one_synapse(double axonal_delay_ms, double dendritic_delay_ms,
                    Transmitter transmitter = Transmitter::excitatory, Receptor receptor = Receptor::normal) {
    Network network;
    network.add({.name = "source", .size = 1, .model = RecordedParams{{{1.0}}}, .transmitter = transmitter});
    network.add({.name = "neuron", .size = 1, .model = LifCurrentParams{}});
    network.add({.name = "synapse",
                 .pre = "source",
                 .post = "neuron",
                 .connectivity = OneToOne{},
                 .weight = 4.0,
                 .receptor = receptor,
                 .axonal_delay_ms = axonal_delay_ms,
                 .dendritic_delay_ms = dendritic_delay_ms});
    return network;
}

/// A recurrent network of excitatory and inhibitory neurons with all that threads could get wrong.
Network recurrent(double axonal_delay_ms, double dendritic_delay_ms) {
    Network network;
    network.add({.name = "noise", .size = 50, .model = PoissonParams{40.0}});
    network.add({.name = "e",
                 .size = 100,
                 .model = LifConductanceParams{.bias_mv = 12.0},
                 .initial_potential = InitialPotential{-60.0, -50.0}});
    network.add({.name = "i",
                 .size = 30,
                 .model = LifCurrentParams{.bias_mv = 18.0},
                 .transmitter = Transmitter::inhibitory,
                 .initial_potential = InitialPotential{-70.0, -50.0}});
    const AdditivePairParams rule{.a_plus = 0.02, .a_minus = 0.021, .w_max = 0.4};
    const auto add = [&](const std::string& pre, const std::string& post, Connectivity connectivity,
                         InitialWeight weight, double axonal_ms, double dendritic_ms, bool plastic) {
        ProjectionSpec spec{.name = pre + post,
                            .pre = pre,
                            .post = post,
                            .connectivity = std::move(connectivity),
                            .weight = weight,
                            .axonal_delay_ms = axonal_ms,
                            .dendritic_delay_ms = dendritic_ms};
        if (plastic) spec.plasticity = rule;
        network.add(spec);
    };
    add("noise", "e", FixedOutDegree{20}, UniformWeight{0.05, 0.4}, 0.3, dendritic_delay_ms, true);
    add("e", "e", FixedProbability{0.2, Autapses::excluded}, UniformWeight{0.1, 0.2}, axonal_delay_ms,
        dendritic_delay_ms, true);
    add("e", "i", FixedInDegree{10}, 1.0, axonal_delay_ms, dendritic_delay_ms, false);
    add("i", "e", FixedProbability{0.3}, UniformWeight{0.1, 0.3}, axonal_delay_ms + 0.5, dendritic_delay_ms, false);
    return network;
}

class SpikeRecorder : public Observer {
public:
    void spikes(Step step, std::size_t population, std::span<const std::uint32_t> neurons) override {
        for (const std::uint32_t neuron : neurons) all.emplace_back(step, population, neuron);
    }
    void weight_changed(const SynapseChange& change) override { changes.push_back(change); }

    std::vector<std::tuple<Step, std::size_t, std::uint32_t>> all;
    std::vector<SynapseChange> changes;
};

struct Outcome {
    std::vector<std::tuple<Step, std::size_t, std::uint32_t>> spikes;
    std::vector<Synapse> synapses;
    std::vector<float> v_mv;
    PlasticityCounts counts[2];

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome outcome(const Network& network, int threads, Step first_run, Step steps) {
    Simulation simulation(network, {.seed = 9, .threads = threads});
    SpikeRecorder recorder;
    simulation.add_observer(recorder);
    simulation.run_steps(first_run);
    simulation.run_steps(steps - first_run);
    Outcome result{.spikes = recorder.all, .synapses = {}, .v_mv = simulation.v_mv(1), .counts = {}};
    for (std::size_t projection = 0; projection < 4; ++projection) {
        const auto synapses = simulation.synapses(projection);
        result.synapses.insert(result.synapses.end(), synapses.begin(), synapses.end());
    }
    result.counts[0] = simulation.counts(0);
    result.counts[1] = simulation.counts(1);
    return result;
}

}  // namespace

TEST_CASE("Simulation: a spike acts after its delay, 0 included", "[sim][simulation]") {
    const double axonal_ms = GENERATE(0.0, 0.1, 1.3);
    const double dendritic_ms = GENERATE(0.0, 0.1, 0.7);
    Simulation simulation(one_synapse(axonal_ms, dendritic_ms), {});
    const double start_ms = 1.0 + axonal_ms + dendritic_ms;
    for (Step step = 0; step < 200; ++step) {
        simulation.run_steps(1);
        const double t = 0.1 * static_cast<double>(step) - start_ms;
        const double shape = t <= 1e-9 ? 0.0 : 5.0 / (5.0 - 20.0) * (std::exp(-t / 5.0) - std::exp(-t / 20.0));
        REQUIRE_THAT(simulation.v_mv(1)[0], WithinAbs(-70.0 + 4.0 * shape, 8e-5));
    }
}

TEST_CASE("Simulation: an inhibitory transmitter at an opposite-effect receptor excites", "[sim][simulation]") {
    const auto end_mv = [](Transmitter transmitter, Receptor receptor) {
        Simulation simulation(one_synapse(0.0, 0.0, transmitter, receptor), {});
        simulation.run_ms(5.0);
        return simulation.v_mv(1)[0];
    };
    REQUIRE(end_mv(Transmitter::excitatory, Receptor::normal) > -69.9F);
    REQUIRE(end_mv(Transmitter::inhibitory, Receptor::opposite) > -69.9F);
    REQUIRE(end_mv(Transmitter::excitatory, Receptor::opposite) < -70.1F);
    REQUIRE(end_mv(Transmitter::inhibitory, Receptor::normal) < -70.1F);
}

TEST_CASE("Simulation: the same bits at any number of threads and however a run is cut", "[sim][simulation]") {
    const auto delays = GENERATE(std::pair(0.8, 0.0), std::pair(0.0, 0.8), std::pair(0.0, 0.0), std::pair(0.2, 1.5));
    const Network network = recurrent(delays.first, delays.second);
    constexpr Step kSteps = 3000;
    const Outcome one = outcome(network, 1, 0, kSteps);
    REQUIRE(one.spikes.size() > 1000);
    REQUIRE(one.counts[1].pre_post_potentiation > 1000);
    REQUIRE(one.counts[1].post_pre_depression > 1000);
    REQUIRE(outcome(network, 1, 1234, kSteps) == one);
    for (const int threads : {2, 3, 4}) REQUIRE(outcome(network, threads, 777, kSteps) == one);
}

TEST_CASE("Simulation: every instruction set gives the same bits", "[sim][simulation]") {
    const auto isa = GENERATE(kernel::Isa::avx2, kernel::Isa::avx512);
    if (!kernel::supported(isa)) return;
    const Network network = recurrent(0.8, 0.0);
    const auto outcome_with = [&](kernel::Isa chosen) {
        const test::ScopedSimIsa scoped(chosen);
        return outcome(network, 1, 0, 2000);
    };
    REQUIRE(outcome_with(kernel::Isa::baseline) == outcome_with(isa));
}

TEST_CASE("Simulation: looking at weights and counts changes nothing", "[sim][simulation]") {
    const Network network = recurrent(0.8, 0.0);
    Simulation watched(network, {.seed = 9});
    for (int k = 0; k < 20; ++k) {
        watched.run_steps(100);
        static_cast<void>(watched.synapses(1));
        static_cast<void>(watched.counts(1));
    }
    Simulation alone(network, {.seed = 9});
    alone.run_steps(2000);
    REQUIRE(watched.synapses(1) == alone.synapses(1));
    REQUIRE(watched.counts(1) == alone.counts(1));
}

TEST_CASE("Simulation: counting changes no weight", "[sim][simulation]") {
    Network network = recurrent(0.8, 0.0);
    Network silent;
    for (const PopulationSpec& population : network.populations()) silent.add(population);
    for (ProjectionSpec projection : network.projections()) {
        projection.counting = Counting::off;
        silent.add(projection);
    }
    Simulation counted(network, {.seed = 9});
    Simulation uncounted(silent, {.seed = 9});
    counted.run_steps(3000);
    uncounted.run_steps(3000);
    REQUIRE(counted.synapses(1) == uncounted.synapses(1));
    REQUIRE(uncounted.counts(1) == PlasticityCounts{});
}

TEST_CASE("Simulation: spikes are announced as they are counted", "[sim][simulation]") {
    Simulation simulation(recurrent(0.8, 0.0), {.seed = 9, .threads = 2});
    SpikeRecorder recorder;
    simulation.add_observer(recorder);
    for (const Step steps : {1, 1999, 2096, 1, 5000}) {  // within a window of the sources, to its end, and beyond
        simulation.run_steps(steps);
        std::uint64_t counted = 0;
        for (std::size_t population = 0; population < 3; ++population) counted += simulation.spike_count(population);
        REQUIRE(recorder.all.size() == counted);
    }
    REQUIRE(std::is_sorted(recorder.all.begin(), recorder.all.end()));
}

TEST_CASE("Simulation: mistakes are named, errors of sources and observers pass through", "[sim][simulation]") {
    REQUIRE_THROWS_WITH(Simulation(one_synapse(0.05, 0.0), {}), Contains("axonal_delay_ms = 0.05"));
    REQUIRE_THROWS_WITH(Simulation(one_synapse(0.0, -0.1), {}), Contains("dendritic_delay_ms = -0.1"));
    REQUIRE_THROWS_WITH(Simulation(Network{}, {.threads = 0}), Contains("threads = 0"));
    REQUIRE_THROWS_WITH(Simulation(Network{}, {.dt_ms = 0.0}), Contains("dt_ms = 0"));
    Simulation simulation(one_synapse(0.0, 0.0), {});
    REQUIRE_THROWS_WITH(simulation.run_ms(0.25), Contains("duration_ms = 0.25"));
    REQUIRE_THROWS_WITH(simulation.sample({0, 0, 0}), Contains("must be plastic"));

    Network wild;
    wild.add(
        {.name = "s", .size = 40, .model = InhomogeneousPoissonParams{[](double t) { return t > 150 ? -1.0 : 9.0; }}});
    for (const int threads : {1, 3}) {
        Simulation failing(wild, {.threads = threads});
        REQUIRE_THROWS_WITH(failing.run_ms(1000.0), Contains("rate_hz = -1"));
    }
    class Thrower : public Observer {
        void spikes(Step /*step*/, std::size_t /*population*/, std::span<const std::uint32_t> /*neurons*/) override {
            throw std::runtime_error("disk full");
        }
    };
    Thrower thrower;
    Simulation watched(recurrent(0.8, 0.0), {.threads = 2});
    watched.add_observer(thrower);
    REQUIRE_THROWS_WITH(watched.run_ms(300.0), Contains("disk full"));
}
