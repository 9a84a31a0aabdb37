#include <catch2/catch.hpp>
#include <fstream>

#include "analysis/trace/error.hpp"
#include "apps/configuration/error.hpp"
#include "apps/configuration/spiking_network_file.hpp"
#include "apps/configuration/toml_table.hpp"
#include "data/error.hpp"
#include "sim/simulation/simulation.hpp"
#include "tests/apps/program.hpp"

using namespace stdpscope;
using namespace stdpscope::apps;
using Catch::Matchers::Contains;
using tests::TestFolder;

namespace {

SpikingNetworkTable table_of(const std::string& file) {
    return {std::make_shared<toml::table>(read_toml_file(file)), file};
}

sim::Network read(const std::string& file, double dt_ms = 0.1) {
    return read_spiking_network(table_of(file), dt_ms);
}

const std::string kPopulations = R"([[network.population]]
name = "a"
size = 4
model = "poisson"
[[network.population]]
name = "b"
size = 5
model = "lif_current"
)";  // eight lines

/// A projection from a to b from line 9 on, its own keys from line 12 on.
std::string projection(const std::string& keys) {
    return kPopulations + "[[network.projection]]\npre = \"a\"\npost = \"b\"\n" + keys;
}

template <class Params>
const Params& rule_in(const sim::Network& network, std::size_t projection) {
    return std::get<Params>(*network.projections().at(projection).plasticity);
}

}  // namespace

TEST_CASE("a spiking network file gives every model of a population with all its settings", "[apps][configuration]") {
    const TestFolder folder;
    folder.write("trains.csv", "neuron,time_ms\n1,2.5\n0,4\n");
    const sim::Network network = read(folder.write("net.toml", R"([[network.population]]
name = "g"
size = 3
model = "lif_conductance"
transmitter = "inhibitory"
initial_mv = [-65, -55.5]
tau_m_ms = 11
e_leak_mv = -61
bias_mv = 1.5
e_excitatory_mv = 1
e_inhibitory_mv = -81
v_thresh_mv = -51
v_reset_mv = -62
refractory_ms = 4
tau_excitatory_ms = 6
tau_inhibitory_ms = 12
[[network.population]]
name = "c"
size = 2
model = "lif_current"
tau_m_ms = 12
refractory_ms = 1
tau_inhibitory_ms = 7
[[network.population]]
name = "x"
size = 2
model = "adex"
capacitance_pf = 200
g_leak_ns = 10
e_leak_mv = -70
slope_mv = 3
v_thresh_mv = -49
v_cut_mv = 0
v_reset_mv = -58
bias_pa = 500
tau_w_ms = 100
a_ns = 2
b_pa = 60
refractory_ms = 2
[[network.population]]
name = "z"
size = 1
model = "izhikevich"
a = 0.1
b = 0.25
c_mv = -55
d = 2
bias = 10
v_peak_mv = 35
[[network.population]]
name = "p"
size = 7
model = "poisson"
rate_hz = 12.5
[[network.population]]
name = "q"
size = 7
model = "inhomogeneous_poisson"
rates = [[0, 5], [100.0, 20]]
[[network.population]]
name = "r"
size = 1
model = "regular"
first_ms = 3
period_ms = 25
[[network.population]]
name = "s"
size = 2
model = "recorded"
times_ms = [[1.0, 2.0], []]
[[network.population]]
name = "t"
size = 2
model = "recorded"
file = "trains.csv"
)"));
    const auto& populations = network.populations();
    REQUIRE(populations.size() == 9);
    REQUIRE(populations[0].name == "g");
    REQUIRE(populations[0].size == 3);
    REQUIRE(populations[0].transmitter == sim::Transmitter::inhibitory);
    REQUIRE(populations[0].initial_potential->low_mv == -65.0);
    REQUIRE(populations[0].initial_potential->high_mv == -55.5);
    const auto neuron = [&](std::size_t k) { return std::get<sim::NeuronModel>(populations[k].model); };
    const auto stimulus = [&](std::size_t k) { return std::get<sim::StimulusModel>(populations[k].model); };
    const auto g = std::get<sim::LifConductanceParams>(neuron(0));
    REQUIRE((g.tau_m_ms == 11.0 && g.e_leak_mv == -61.0 && g.bias_mv == 1.5 && g.e_excitatory_mv == 1.0));
    REQUIRE((g.e_inhibitory_mv == -81.0 && g.v_thresh_mv == -51.0 && g.v_reset_mv == -62.0 && g.refractory_ms == 4.0));
    REQUIRE((g.channels.tau_excitatory_ms == 6.0 && g.channels.tau_inhibitory_ms == 12.0));
    const auto c = std::get<sim::LifCurrentParams>(neuron(1));
    REQUIRE((c.tau_m_ms == 12.0 && c.refractory_ms == 1.0 && c.channels.tau_inhibitory_ms == 7.0));
    REQUIRE(c.v_thresh_mv == sim::LifCurrentParams{}.v_thresh_mv);
    const auto x = std::get<sim::AdexParams>(neuron(2));
    REQUIRE((x.capacitance_pf == 200.0 && x.g_leak_ns == 10.0 && x.e_leak_mv == -70.0 && x.slope_mv == 3.0));
    REQUIRE((x.v_thresh_mv == -49.0 && x.v_cut_mv == 0.0 && x.v_reset_mv == -58.0 && x.bias_pa == 500.0));
    REQUIRE((x.tau_w_ms == 100.0 && x.a_ns == 2.0 && x.b_pa == 60.0 && x.refractory_ms == 2.0));
    const auto z = std::get<sim::IzhikevichParams>(neuron(3));
    REQUIRE((z.a == 0.1 && z.b == 0.25 && z.c_mv == -55.0 && z.d == 2.0 && z.bias == 10.0 && z.v_peak_mv == 35.0));
    REQUIRE(std::get<sim::PoissonParams>(stimulus(4)).rate_hz == 12.5);
    const auto q = std::get<sim::InhomogeneousPoissonParams>(stimulus(5));
    REQUIRE((q.rate_hz(99.0) == 5.0 && q.rate_hz(101.0) == 20.0));
    const auto r = std::get<sim::RegularParams>(stimulus(6));
    REQUIRE((r.first_ms == 3.0 && r.period_ms == 25.0));
    using Trains = std::vector<std::vector<double>>;
    REQUIRE(std::get<sim::RecordedParams>(stimulus(7)).times_ms == Trains{{1.0, 2.0}, {}});
    REQUIRE(std::get<sim::RecordedParams>(stimulus(8)).times_ms == Trains{{4.0}, {2.5}});
}

TEST_CASE("a spiking network file gives every connectivity", "[apps][configuration]") {
    const TestFolder folder;
    const sim::Network network = read(folder.write("net.toml", R"([[network.population]]
name = "a"
size = 4
model = "poisson"
[[network.projection]]
name = "all"
pre = "a"
post = "a"
connect = "all_to_all"
autapses = false
weight = 0.5
receptor = "opposite"
axonal_delay_ms = 0.3
dendritic_delay_ms = 1.2
counted = false
[[network.projection]]
pre = "a"
post = "a"
connect = "one_to_one"
weight = [0.25, 0.75]
[[network.projection]]
name = "p"
pre = "a"
post = "a"
connect = "probability"
probability = 0.2
[[network.projection]]
name = "i"
pre = "a"
post = "a"
connect = "in_degree"
degree = 2
autapses = false
[[network.projection]]
name = "o"
pre = "a"
post = "a"
connect = "out_degree"
degree = 3
[[network.projection]]
name = "l"
pre = "a"
post = "a"
connect = "list"
links = [[0, 3, 0.5], [2, 1, 1]]
)"));
    const auto& projections = network.projections();
    REQUIRE(projections.size() == 6);
    REQUIRE(projections[0].name == "all");
    REQUIRE(std::get<sim::AllToAll>(projections[0].connectivity).autapses == sim::Autapses::excluded);
    REQUIRE(std::get<double>(projections[0].weight) == 0.5);
    REQUIRE(projections[0].receptor == sim::Receptor::opposite);
    REQUIRE((projections[0].axonal_delay_ms == 0.3 && projections[0].dendritic_delay_ms == 1.2));
    REQUIRE(projections[0].counting == sim::Counting::off);
    REQUIRE(projections[1].name == "a-a");
    REQUIRE(std::holds_alternative<sim::OneToOne>(projections[1].connectivity));
    REQUIRE(std::get<sim::UniformWeight>(projections[1].weight).low == 0.25);
    REQUIRE(std::get<sim::UniformWeight>(projections[1].weight).high == 0.75);
    REQUIRE(projections[1].counting == sim::Counting::on);
    REQUIRE(std::get<sim::FixedProbability>(projections[2].connectivity).probability == 0.2);
    REQUIRE(std::get<sim::FixedInDegree>(projections[3].connectivity).degree == 2);
    REQUIRE(std::get<sim::FixedInDegree>(projections[3].connectivity).autapses == sim::Autapses::excluded);
    REQUIRE(std::get<sim::FixedOutDegree>(projections[4].connectivity).degree == 3);
    const auto& links = std::get<sim::ExplicitList>(projections[5].connectivity).links;
    REQUIRE(links.size() == 2);
    REQUIRE((links[0].pre == 0 && links[0].post == 3 && links[0].weight == 0.5));
    REQUIRE((links[1].pre == 2 && links[1].post == 1 && links[1].weight == 1.0));
}

TEST_CASE("a spiking network file gives every plasticity rule", "[apps][configuration]") {
    const TestFolder folder;
    const auto with_rule = [&](const std::string& keys) {
        return read(folder.write("net.toml", projection("connect = \"all_to_all\"\nweight = 0.5\n"
                                                        "[network.projection.plasticity]\n" +
                                                        keys)));
    };
    const auto additive = rule_in<sim::AdditivePairParams>(
        with_rule("rule = \"additive_pair\"\ntau_plus_ms = 17\ntau_minus_ms = 34\na_plus = 0.1\na_minus = -0.2\n"
                  "w_max = 2\ntie = \"pre_first\""),
        0);
    REQUIRE((additive.tau_plus_ms == 17.0 && additive.tau_minus_ms == 34.0 && additive.a_plus == 0.1));
    REQUIRE((additive.a_minus == -0.2 && additive.w_max == 2.0 && additive.tie == sim::Tie::pre_first));

    const auto pair = rule_in<sim::PairStdpParams>(
        with_rule("rule = \"pair\"\npre_post_depression = {amplitude = 0.1, tau_ms = 5}\n"
                  "post_pre_potentiation = {amplitude = 0.2}\nscaling = \"power_law\"\nmu_plus = 0.4\nmu_minus = 1\n"
                  "reference_weight = 0.5\npairing = \"nearest_reduced\"\ntie = \"pre_first\"\nw_min = 0.1\nw_max = 3"),
        0);
    REQUIRE((pair.pre_post_potentiation.amplitude == 0.0 && pair.post_pre_depression.amplitude == 0.0));
    REQUIRE((pair.pre_post_depression.amplitude == 0.1 && pair.pre_post_depression.tau_ms == 5.0));
    REQUIRE((pair.post_pre_potentiation.amplitude == 0.2 && pair.post_pre_potentiation.tau_ms == 20.0));
    REQUIRE((pair.dependence.scaling == sim::WeightScaling::power_law && pair.dependence.mu_plus == 0.4));
    REQUIRE((pair.dependence.mu_minus == 1.0 && pair.dependence.reference_weight == 0.5));
    REQUIRE((pair.pairing == sim::Pairing::nearest_reduced && pair.tie == sim::Tie::pre_first));
    REQUIRE((pair.bounds.min == 0.1 && pair.bounds.max == 3.0));

    const auto table = rule_in<sim::TableStdpParams>(
        with_rule("rule = \"table\"\nwindow = [[-20, 0], [0, 0.1]]\npairing = \"nearest_pre_centred\""), 0);
    REQUIRE((table.window.size() == 2 && table.window[0].delta_ms == -20.0 && table.window[1].update == 0.1));
    REQUIRE(table.pairing == sim::Pairing::nearest_pre_centred);

    const auto triplet = rule_in<sim::TripletStdpParams>(
        with_rule("rule = \"triplet\"\nset = \"hippocampal_full\"\npairing = \"nearest\"\na2_plus = 0.125"), 0);
    const auto full = sim::TripletStdpParams::hippocampal_full(sim::TripletPairing::nearest);
    REQUIRE((triplet.a2_plus == 0.125 && triplet.a3_plus == full.a3_plus && triplet.tau_x_ms == full.tau_x_ms));
    REQUIRE(triplet.pairing == sim::TripletPairing::nearest);

    const auto voltage = rule_in<sim::VoltageModel>(
        with_rule("rule = \"voltage\"\na_ltp_per_mv2 = 1e-4\nhomeostasis = true\nspike_width_ms = 1.5\nrest_mv = -65"),
        0);
    REQUIRE((voltage.rule.a_ltp_per_mv2 == 1e-4 && voltage.rule.homeostasis == sim::Homeostasis::on));
    REQUIRE((voltage.spike_width_ms == 1.5 && voltage.rule.rest_mv == -65.0 && voltage.spike_v_mv == 33.0));

    const auto calcium = rule_in<sim::CalciumPlasticityParams>(
        with_rule("rule = \"calcium\"\nset = \"d_prime\"\nbistable = false\ntheta_p = 3"), 0);
    REQUIRE((calcium.gamma_d == sim::CalciumPlasticityParams::d_prime().gamma_d && calcium.theta_p == 3.0));
    REQUIRE(calcium.bistability == sim::Bistability::off);

    const auto factors = rule_in<sim::PrePostModel>(
        with_rule("rule = \"pre_post_factors\"\nd_plus = 0.01\nrelease_min = 0.1\namplitude_max = 4\n"
                  "initial_release = 0.25"),
        0);
    REQUIRE((factors.rule.d_plus == 0.01 && factors.rule.release_bounds.min == 0.1));
    REQUIRE((factors.rule.amplitude_bounds.max == 4.0 && factors.initial_release == 0.25));

    const auto derivative =
        rule_in<sim::RateDerivativeParams>(with_rule("rule = \"rate_derivative\"\ntau_rate_ms = 30"), 0);
    REQUIRE(derivative.tau_rate_ms == 30.0);
    const auto inhibitory =
        rule_in<sim::InhibitoryStdpParams>(with_rule("rule = \"inhibitory\"\ntarget_rate_hz = 8"), 0);
    REQUIRE(inhibitory.target_rate_hz == 8.0);
    const auto reward = rule_in<sim::RewardModel>(
        with_rule("rule = \"reward\"\nreward_population = \"a\"\nreward_per_spike = 0.5\nreward_delay_ms = 3\n"
                  "tau_dopamine_ms = 100"),
        0);
    REQUIRE((reward.reward_population == "a" && reward.reward_per_spike == 0.5 && reward.reward_delay_ms == 3.0));
    REQUIRE(reward.rule.tau_dopamine_ms == 100.0);
}

TEST_CASE("a spiking network file's mistakes are told with file, line and what must hold", "[apps][configuration]") {
    const TestFolder folder;
    const auto refused = [&](const std::string& text, int line, const std::string& message) {
        const std::string file = folder.write("net.toml", text);
        REQUIRE_THROWS_AS(read(file), ConfigError);
        REQUIRE_THROWS_WITH(read(file), Contains(file + ":" + std::to_string(line) + ": ") && Contains(message));
    };
    const std::string population = "[[network.population]]\nname = \"a\"\nsize = 4\n";
    refused(population + "model = \"poison\"\n", 4, "must be one of lif_conductance, ");
    refused(population + "model = \"poison\"\n", 4, "nearest is poisson");
    refused(population + "model = \"poisson\"\nrate = 3\n", 5, "population 1: unknown key rate; nearest is rate_hz");
    refused(population + "model = \"poisson\"\ntau_m_ms = 3\n", 5, "unknown key tau_m_ms");
    refused(population + "model = \"poisson\"\nrate_hz = -3\n", 5, "population a: rate_hz = -3 must be >= 0");
    refused(population + "model = \"lif_current\"\ntau_m_ms = \"x\"\n", 5, "tau_m_ms = 'x' must be a finite number");
    refused(population + "model = \"lif_current\"\ntau_m_ms = 0\n", 5, "population a: tau_m_ms = 0 must be > 0");
    refused(population + "model = \"lif_current\"\nrefractory_ms = 0.25\n", 5, "refractory_ms = 0.25");
    refused(population + "model = \"lif_current\"\ninitial_mv = [-50]\n", 5, "initial_mv = [ -50 ] must be 2 finite");
    refused(population + "model = \"lif_current\"\ninitial_mv = [-50, -60]\n", 5, "low_mv = -50 must be <= high_mv");
    refused(population + "model = \"recorded\"\n", 4, "must have either times_ms or file");
    refused(population + "model = \"recorded\"\ntimes_ms = [[1]]\n", 5, "must hold one train for each neuron");
    refused(population + "model = \"inhomogeneous_poisson\"\nrates = [[5, 1], [2, 1]]\n", 5,
            "from_ms = 2 must be later");
    refused(kPopulations + population + "model = \"poisson\"\n", 10, "name = a must be a new one");
    for (const std::string name : {"a/b", "/", ".", ".."}) {
        refused("[[network.population]]\nname = \"" + name + "\"\nsize = 1\nmodel = \"poisson\"\n", 2,
                "population 1: name = '" + name + "' must be a name without \"/\"");
        refused(projection("connect = \"all_to_all\"\nname = \"" + name + "\"\n"), 13,
                "projection 1: name = '" + name + "' must be a name without \"/\"");
    }
    refused("[[network.population]]\nname = \"\"\nsize = 1\nmodel = \"poisson\"\n", 2,
            "must be a text that is not empty");
    refused(kPopulations + "[[network.projections]]\npre = \"a\"\n", 9,
            "unknown key projections; nearest is projection");

    refused(projection("connect = \"probability\"\nprobability = 1.5\n"), 13, "projection a-b: probability = 1.5");
    refused(projection("connect = \"all\"\n"), 12, "must be one of all_to_all");
    refused(projection("connect = \"one_to_one\"\n"), 9, "one-to-one = 4 to 5 must join populations of one size");
    refused(projection("connect = \"list\"\nlinks = [[0, 1.5, 1]]\n"), 13, "neuron 1.5 must be a whole number");
    refused(projection("connect = \"list\"\nlinks = [[0, 5, 1]]\n"), 11, "post = 5 must be below 5");
    refused(projection("connect = \"list\"\nlinks = [[0, 1, 1]]\nweight = 1\n"), 14, "unknown key weight");
    refused(projection("connect = \"all_to_all\"\naxonal_delay_ms = 0.05\n"), 13, "axonal_delay_ms = 0.05");
    refused(projection("connect = \"all_to_all\"\nweight = -1\n"), 13, "weight = -1 must be >= 0");
    const std::string plastic = "connect = \"all_to_all\"\nweight = 0.5\n[network.projection.plasticity]\n";
    refused(projection(plastic + "rule = \"pairs\"\n"), 15, "must be one of additive_pair, pair, ");
    refused(projection(plastic + "rule = \"pair\"\n"), 15, "rule pair must have a quadrant of the window");
    refused(projection(plastic + "rule = \"pair\"\npre_post_potentiation = {size = 1}\n"), 16,
            "pre_post_potentiation: unknown key size");
    refused(projection(plastic + "rule = \"pair\"\npre_post_potentiation = {amplitude = -1}\n"), 16,
            "pre_post_potentiation.amplitude = -1 must be >= 0");
    refused(projection(plastic + "rule = \"triplet\"\ntau_x = 3\n"), 16,
            "plasticity: unknown key tau_x; nearest is tau_x_ms");
    refused(projection(plastic + "rule = \"triplet\"\nw_max = 0.25\n"), 13, "initial_weight = 0.5 must lie in");
    refused(projection(plastic + "rule = \"voltage\"\nspike_width_ms = 0.05\n"), 16, "spike_width_ms = 0.05");
    refused(projection(plastic + "rule = \"reward\"\n"), 14, "reward_population is missing");
    refused(projection(plastic + "rule = \"reward\"\nreward_population = \"c\"\n"), 16, "must name a population");

    const std::string file = folder.write("net.toml", population + "model = \"recorded\"\nfile = \"none.csv\"\n");
    REQUIRE_THROWS_AS(read(file), data::MissingInput);
    const std::string sonata = folder.write("net.toml", population + "model = \"recorded\"\nfile = \"none.h5\"\n");
    REQUIRE_THROWS_AS(read(sonata), analysis::MissingTrace);
}

TEST_CASE("a spiking network's table is written so that it reads back to the same network", "[apps][configuration]") {
    const TestFolder folder;
    folder.write("trains.csv", "neuron,time_ms\n1,2.5\n0,4\n");
    const std::string text = projection(R"(connect = "in_degree"
degree = 2
weight = [0.1, 0.7]
[network.projection.plasticity]
rule = "pair"
pre_post_potentiation = {amplitude = 0.003, tau_ms = 17.25}
[[network.population]]
name = "recorded"
size = 2
model = "recorded"
file = "trains.csv"
)");
    const SpikingNetworkTable table = table_of(folder.write("net.toml", text));
    const TestFolder elsewhere;
    const SpikingNetworkTable again = table_of(elsewhere.write("config.toml", spiking_network_toml(table)));
    const sim::Network one = read_spiking_network(table, 0.1);
    const sim::Network two = read_spiking_network(again, 0.1);
    REQUIRE(one.populations().size() == two.populations().size());
    REQUIRE(spiking_network_toml(again) == spiking_network_toml(table));
    const auto outcome = [](const sim::Network& network) {
        sim::Simulation simulation(network, {.seed = 3});
        simulation.run_ms(500.0);
        return simulation.synapses(0);
    };
    REQUIRE(outcome(one) == outcome(two));
}

TEST_CASE("the example of a spiking network is balanced and learns", "[apps][configuration]") {
    const sim::Network network = read(STDPSCOPE_SOURCE_DIR "/examples/spiking_network.toml");
    sim::Simulation simulation(network, {.seed = 1, .threads = 2});
    simulation.run_ms(2000.0);
    for (const std::size_t population : {1U, 2U}) {
        const double rate_hz =
            static_cast<double>(simulation.spike_count(population)) / network.populations()[population].size / 2.0;
        CAPTURE(population, rate_hz);
        CHECK((rate_hz > 3.0 && rate_hz < 40.0));
    }
    for (const std::size_t k : {0U, 2U, 3U}) {
        const sim::PlasticityCounts counts = simulation.counts(k);
        CHECK(counts.pre_post_potentiation > 1000);
        CHECK(counts.post_pre_potentiation + counts.post_pre_depression > 1000);
    }
}
