#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <map>
#include <random>

#include "sim/error.hpp"
#include "sim/simulation/simulation.hpp"

using Catch::Matchers::Contains;
using Catch::Matchers::WithinAbs;
using namespace stdpscope::sim;

namespace {

using Trains = std::vector<std::vector<double>>;

struct NamedModel {
    std::string name;
    PlasticityModel model;
    bool changes_at_spikes_only = true;
};

/// Fast enough that weights meet their bounds within seconds.
std::vector<NamedModel> all_models() {
    std::vector<NamedModel> models;
    const auto window = [](double a, double b, double c, double d) {
        return PairStdpParams{.pre_post_potentiation = {a, 17.0},
                              .pre_post_depression = {b, 30.0},
                              .post_pre_potentiation = {c, 34.0},
                              .post_pre_depression = {d, 25.0}};
    };
    for (const Pairing pairing :
         {Pairing::all_to_all, Pairing::nearest_symmetric, Pairing::nearest_pre_centred, Pairing::nearest_reduced}) {
        for (const Tie tie : {Tie::no_pair, Tie::pre_first}) {
            PairStdpParams pair = window(0.02, 0.0, 0.0, 0.021);
            pair.pairing = pairing;
            pair.tie = tie;
            const std::string suffix = " " + std::to_string(static_cast<int>(pairing) * 2 + static_cast<int>(tie));
            models.push_back({"pair additive" + suffix, pair});
            pair.dependence = WeightDependence::multiplicative();
            models.push_back({"pair multiplicative" + suffix, pair});
        }
    }
    PairStdpParams power = window(0.02, 0.0, 0.0, 0.02);
    power.dependence = WeightDependence::power_law(0.4, 0.5);
    models.push_back({"pair power law", power});
    models.push_back({"pair anti-Hebbian", window(0.0, 0.02, 0.015, 0.0)});
    models.push_back({"pair of four quadrants", window(0.03, 0.01, 0.02, 0.03)});
    models.push_back(
        {"table", TableStdpParams{.window = {{-40.0, 0.0}, {-10.0, -0.02}, {0.0, 0.0}, {5.0, 0.03}, {50.0, 0.0}}}});
    models.push_back({"triplet", TripletStdpParams::hippocampal_full(TripletPairing::all_to_all)});
    models.push_back({"triplet nearest", TripletStdpParams::visual_cortex_full(TripletPairing::nearest)});
    models.push_back({"inhibitory", InhibitoryStdpParams{.learning_rate = 0.02, .target_rate_hz = 15.0}});
    models.push_back({"pre-post factors", PrePostModel{.rule = {.d_minus = 0.05, .d_plus = 0.05, .c_plus = 0.02}}});
    models.push_back({"rate derivative", RateDerivativeParams{.learning_rate = 1.0}, false});
    models.push_back({"calcium", CalciumPlasticityParams{.tau_ms = 2e3}, false});
    models.push_back({"voltage", VoltageModel{}, false});
    models.push_back({"voltage with homeostasis",
                      VoltageModel{.rule = {.homeostasis = Homeostasis::on, .tau_homeostasis_ms = 100.0}}, false});
    models.push_back(
        {"reward", RewardModel{.reward_population = "reward", .reward_per_spike = 0.5, .reward_delay_ms = 5.0}, false});
    return models;
}

/// Spikes on a grid of 1 ms, so dense that many coincide; neuron 0 falls silent for a second, neuron 1 never fires.
Trains random_trains(std::size_t neurons, double rate_hz, double duration_ms, std::mt19937_64& random) {
    Trains trains(neurons);
    std::bernoulli_distribution fires(rate_hz * 1e-3);
    for (std::size_t neuron = 0; neuron < neurons; ++neuron) {
        for (double t = 0.0; t < duration_ms; t += 1.0) {
            const bool silent = neuron == 1 || (neuron == 0 && t > 700.0 && t < 1700.0);
            if (fires(random) && !silent) trains[neuron].push_back(t);
        }
    }
    return trains;
}

constexpr Step kSteps = 2000;  // of 1 ms
const std::vector<double> kRewardsMs = {150.0, 600.0, 601.0, 1200.0, 1990.0};

Network pairing_network(const PlasticityModel& model, const Trains& pre, const Trains& post, double axonal_ms,
                        double dendritic_ms) {
    Network network;
    network.add({.name = "pre", .size = static_cast<std::uint32_t>(pre.size()), .model = RecordedParams{pre}});
    network.add({.name = "post", .size = static_cast<std::uint32_t>(post.size()), .model = RecordedParams{post}});
    network.add({.name = "reward", .size = 1, .model = RecordedParams{{kRewardsMs}}});
    network.add({.name = "synapses",
                 .pre = "pre",
                 .post = "post",
                 .connectivity = AllToAll{},
                 .weight = UniformWeight{0.2, 0.8},
                 .axonal_delay_ms = axonal_ms,
                 .dendritic_delay_ms = dendritic_ms,
                 .plasticity = model});
    return network;
}

bool fires(const std::vector<double>& train, double t) {
    return std::find(train.begin(), train.end(), t) != train.end();
}

struct Slow {
    double weight;
    PlasticityCounts counts;
};

/// The rule step by step of the clock, whether anything arrives or not; `v_mv(step)` is the membrane in the step that
/// ends there.
Slow slow_synapse(const NamedModel& named, double weight, const std::vector<double>& pre,
                  const std::vector<double>& post, const std::function<double(Step)>& v_mv) {
    Slow slow{.weight = weight, .counts = {}};
    const bool meet = named.name == "table" ||
                      (named.name.starts_with("pair") && named.name.find_first_of("1357") != std::string::npos);
    std::visit(
        [&]<class Model>(const Model& model) {
            if constexpr (!std::is_same_v<Model, AdditivePairParams>) {
                auto rule = rule_of(model, weight);
                bool pre_before = false;
                bool post_before = false;
                for (Step step = 0; step < kSteps; ++step) {
                    const auto t = static_cast<double>(step);
                    SynapseInput input{.pre_spike = fires(pre, t), .post_spike = fires(post, t)};
                    input.post_v_mv = v_mv(step);
                    if (named.name == "reward" && fires(kRewardsMs, t - 5.0)) input.reward = 0.5;
                    const WeightChange change = rule.step(step == 0 ? 0.0 : 1.0, input);
                    PlasticityCounts& c = slow.counts;
                    const bool same = meet && input.pre_spike && input.post_spike;
                    const auto count = [](double part, bool met, auto& up, auto& down, auto& none, double& up_sum,
                                          double& down_sum) {
                        if (part != 0.0) ++(part > 0.0 ? up : down);
                        if (part == 0.0 && met) ++none;
                        (part > 0.0 ? up_sum : down_sum) += std::abs(part);
                    };
                    count(change.pre_first, input.post_spike && (pre_before || same), c.pre_post_potentiation,
                          c.pre_post_depression, c.pre_post_unchanged, c.pre_post_potentiation_sum,
                          c.pre_post_depression_sum);
                    count(change.post_first, input.pre_spike && post_before, c.post_pre_potentiation,
                          c.post_pre_depression, c.post_pre_unchanged, c.post_pre_potentiation_sum,
                          c.post_pre_depression_sum);
                    if (change.unpaired != 0.0) ++c.untimed;
                    c.untimed_sum += std::abs(change.unpaired);
                    if (same && change.pre_first != 0.0) ++c.same_time;
                    pre_before = pre_before || input.pre_spike;
                    post_before = post_before || input.post_spike;
                }
                slow.weight = rule.weight();
            }
        },
        named.model);
    return slow;
}

Trains shifted(Trains trains, double delay_ms) {
    for (auto& train : trains) {
        for (double& t : train) t += delay_ms;
    }
    return trains;
}

/// The forced spikes of a source as the membrane shows them: 33 mV for 2 ms from the arrival on.
std::function<double(Step)> forced_membrane(const std::vector<double>& post_arrivals) {
    return [&post_arrivals](Step step) {
        const auto t = static_cast<double>(step);
        return fires(post_arrivals, t - 1.0) || fires(post_arrivals, t - 2.0) ? 33.0 : -70.6;
    };
}

class Recorder : public Observer {
public:
    void spikes(Step step, std::size_t population, std::span<const std::uint32_t> neurons) override {
        for (const std::uint32_t neuron : neurons) all.emplace_back(step, population, neuron);
    }
    void weight_changed(const SynapseChange& change) override { changes.push_back(change); }

    std::vector<std::tuple<Step, std::size_t, std::uint32_t>> all;
    std::vector<SynapseChange> changes;
};

// The slow twin takes an exponential a step, the projection one an event: thousands of roundings of 1e-16, amplified
// where calcium passes a threshold (a slope of some 0.1 a ms).
constexpr double kSteppedTwin = 1e-10;

}  // namespace

TEST_CASE("Rule projection: every rule equals its synapse stepped alone, delays of 0 included", "[sim][stdp]") {
    const auto delays = GENERATE(std::pair(0.0, 0.0), std::pair(2.0, 0.0), std::pair(0.0, 3.0), std::pair(2.0, 3.0));
    std::mt19937_64 random(21);
    const Trains pre = random_trains(4, 50.0, 1990.0, random);
    const Trains post = random_trains(9, 40.0, 1990.0, random);
    const Trains pre_arrivals = shifted(pre, delays.first);
    const Trains post_arrivals = shifted(post, delays.second);
    for (const NamedModel& named : all_models()) {
        CAPTURE(named.name, delays.first, delays.second);
        const WeightBounds bounds = bounds_of(named.model);
        Simulation simulation(pairing_network(named.model, pre, post, delays.first, delays.second),
                              {.dt_ms = 1.0, .seed = 4});
        const auto initial = simulation.synapses(0);
        simulation.run_steps(kSteps);
        const auto final = simulation.synapses(0);
        PlasticityCounts expected;
        double largest_move = 0.0;
        for (std::size_t k = 0; k < final.size(); ++k) {
            const auto& post_train = post_arrivals[final[k].post];
            const Slow slow = slow_synapse(named, initial[k].weight, pre_arrivals[final[k].pre], post_train,
                                           forced_membrane(post_train));
            CAPTURE(final[k].pre, final[k].post);
            REQUIRE((final[k].weight >= bounds.min && final[k].weight <= bounds.max));
            REQUIRE_THAT(final[k].weight, WithinAbs(slow.weight, kSteppedTwin));
            largest_move = std::max(largest_move, std::abs(final[k].weight - initial[k].weight));
            expected += slow.counts;
        }
        REQUIRE(largest_move > 0.01);
        if (!named.changes_at_spikes_only) continue;
        PlasticityCounts counts = simulation.counts(0);
        for (double PlasticityCounts::*sum :
             {&PlasticityCounts::pre_post_potentiation_sum, &PlasticityCounts::pre_post_depression_sum,
              &PlasticityCounts::post_pre_potentiation_sum, &PlasticityCounts::post_pre_depression_sum,
              &PlasticityCounts::untimed_sum}) {
            CHECK(counts.*sum == Approx(expected.*sum).epsilon(1e-9));
            counts.*sum = expected.*sum;
        }
        CHECK(counts == expected);
    }
}

TEST_CASE("Rule projection: sampled synapses tell every change with its pair", "[sim][stdp]") {
    const int threads = GENERATE(1, 2);
    std::mt19937_64 random(22);
    const Trains pre = random_trains(4, 50.0, 1990.0, random);
    const Trains post = random_trains(20, 40.0, 1990.0, random);
    const Trains post_arrivals = shifted(post, 1.0);
    for (const NamedModel& named : all_models()) {
        CAPTURE(named.name, threads);
        Simulation simulation(pairing_network(named.model, pre, post, 0.0, 1.0),
                              {.dt_ms = 1.0, .seed = 4, .threads = threads});
        for (std::uint32_t p = 0; p < 4; ++p) {
            for (std::uint32_t q = 0; q < 20; ++q) simulation.sample({0, p, q});
        }
        Recorder recorder;
        simulation.add_observer(recorder);
        std::map<std::pair<std::uint32_t, std::uint32_t>, double> weights;
        for (const Synapse& synapse : simulation.synapses(0)) weights[{synapse.pre, synapse.post}] = synapse.weight;
        simulation.run_steps(kSteps);
        // What came after a synapse's last event.
        const auto rest = simulation.unsettled_changes();
        recorder.changes.insert(recorder.changes.end(), rest.begin(), rest.end());

        struct Told {
            std::uint64_t changes = 0;
            double update_sum = 0.0;
        };
        Told pre_post;
        Told post_pre;
        Told untimed;
        std::uint64_t same_time = 0;
        for (const SynapseChange& change : recorder.changes) {
            double& weight = weights[{change.pre, change.post}];
            REQUIRE(change.weight_before == weight);
            weight = change.weight_after;
            const bool paired = change.attribution == Attribution::pair;
            Told& told = !paired ? untimed : change.step_difference() >= 0 ? pre_post : post_pre;
            ++told.changes;
            told.update_sum += std::abs(change.weight_after - change.weight_before);
            if (!paired) continue;
            if (change.step_difference() == 0) ++same_time;
            REQUIRE(fires(pre[change.pre], static_cast<double>(change.pre_step)));
            REQUIRE(fires(post_arrivals[change.post], static_cast<double>(change.post_step)));
            REQUIRE(change.step >= std::max(change.pre_step, change.post_step));
            if (named.changes_at_spikes_only) {
                REQUIRE(change.step == std::max(change.pre_step, change.post_step));
                // The nearest: no other spike of the earlier neuron in between (one of the same step does not pair).
                const bool pre_first = change.step_difference() >= 0;
                const auto& earlier = pre_first ? pre[change.pre] : post_arrivals[change.post];
                const auto from = static_cast<double>(std::min(change.pre_step, change.post_step));
                const auto next = std::upper_bound(earlier.begin(), earlier.end(), from);
                if (next != earlier.end()) REQUIRE(*next >= static_cast<double>(change.step));
            }
        }
        for (const Synapse& synapse : simulation.synapses(0)) {
            REQUIRE(synapse.weight == weights[{synapse.pre, synapse.post}]);
        }
        REQUIRE(recorder.changes.size() > 1000);
        const PlasticityCounts counts = simulation.counts(0);
        const auto agree = [&](const Told& told, std::uint64_t counted, double update_sum) {
            CHECK(told.changes == counted);
            CHECK(told.update_sum == Approx(update_sum).epsilon(1e-9));
        };
        agree(pre_post, counts.pre_post_potentiation + counts.pre_post_depression + counts.pre_post_unchanged,
              counts.pre_post_update_sum());
        agree(post_pre, counts.post_pre_potentiation + counts.post_pre_depression + counts.post_pre_unchanged,
              counts.post_pre_update_sum());
        agree(untimed, counts.untimed, counts.untimed_sum);
        if (named.changes_at_spikes_only) CHECK(same_time >= counts.same_time);
    }
}

namespace {

/// Noise onto recurrent neurons, plastic by the model in both projections; neurons that fire reward the synapses.
Network recurrent(const PlasticityModel& model, double axonal_ms, double dendritic_ms) {
    PlasticityModel rule = model;
    if (auto* reward = std::get_if<RewardModel>(&rule)) {
        reward->reward_population = "i";
        reward->reward_per_spike = 0.01;
    }
    Network network;
    network.add({.name = "noise", .size = 30, .model = PoissonParams{40.0}});
    network.add({.name = "e",
                 .size = 60,
                 .model = LifConductanceParams{.bias_mv = 12.0},
                 .initial_potential = InitialPotential{-60.0, -50.0}});
    network.add(
        {.name = "i", .size = 20, .model = LifCurrentParams{.bias_mv = 22.0}, .transmitter = Transmitter::inhibitory});
    const auto add = [&](const std::string& pre, const std::string& post, std::optional<PlasticityModel> plasticity) {
        network.add({.name = pre + post,
                     .pre = pre,
                     .post = post,
                     .connectivity = FixedProbability{0.3, Autapses::excluded},
                     .weight = UniformWeight{0.05, 0.2},
                     .axonal_delay_ms = axonal_ms,
                     .dendritic_delay_ms = dendritic_ms,
                     .plasticity = std::move(plasticity)});
    };
    add("noise", "e", rule);
    add("e", "e", rule);
    add("i", "e", {});
    return network;
}

struct Outcome {
    std::vector<std::tuple<Step, std::size_t, std::uint32_t>> spikes;
    std::vector<Synapse> synapses[2];
    PlasticityCounts counts[2];
    std::vector<double> told;

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome outcome(const Network& network, int threads, Step first_run, Step steps) {
    Simulation simulation(network, {.seed = 9, .threads = threads});
    Recorder recorder;
    simulation.add_observer(recorder);
    for (const Synapse& synapse : simulation.synapses(1)) {
        if (synapse.pre < 5) simulation.sample({1, synapse.pre, synapse.post});
    }
    simulation.run_steps(first_run);
    static_cast<void>(simulation.counts(1));  // looking changes nothing
    static_cast<void>(simulation.synapses(1));
    simulation.run_steps(steps - first_run);
    Outcome result{.spikes = recorder.all, .synapses = {}, .counts = {}, .told = {}};
    for (std::size_t k = 0; k < 2; ++k) {
        result.synapses[k] = simulation.synapses(k);
        result.counts[k] = simulation.counts(k);
    }
    for (const SynapseChange& change : recorder.changes) {
        for (const double number : {static_cast<double>(change.step), static_cast<double>(change.pre_step),
                                    static_cast<double>(change.post_step), change.weight_before, change.weight_after}) {
            result.told.push_back(number);
        }
    }
    return result;
}

}  // namespace

TEST_CASE("Rule projection: the same bits at any number of threads and however a run is cut", "[sim][stdp]") {
    const auto delays = GENERATE(std::pair(0.8, 0.0), std::pair(0.0, 0.8), std::pair(0.0, 0.0));
    for (const NamedModel& named : all_models()) {
        if (named.name.starts_with("pair") && named.name.ends_with("5")) continue;  // as its neighbours
        CAPTURE(named.name, delays.first, delays.second);
        const Network network = recurrent(named.model, delays.first, delays.second);
        constexpr Step kRecurrentSteps = 800;
        const Outcome one = outcome(network, 1, 0, kRecurrentSteps);
        REQUIRE(one.spikes.size() > 100);
        REQUIRE(one.told.size() > 100);
        REQUIRE(outcome(network, 1, 777, kRecurrentSteps) == one);
        REQUIRE(outcome(network, 2, 333, kRecurrentSteps) == one);
        // Without delays threads meet at every step: long where they are more than processors.
        if (delays != std::pair(0.0, 0.0)) REQUIRE(outcome(network, 4, 334, kRecurrentSteps) == one);
    }
}

TEST_CASE("Rule projection: the voltage rule reads the membrane of its neuron, a dendritic delay late", "[sim][stdp]") {
    const double dendritic_ms = GENERATE(0.0, 2.0);
    const double axonal_ms = GENERATE(0.0, 3.0);
    const VoltageModel model{.rule = {.theta_minus_mv = -60.0, .theta_plus_mv = -52.0}};
    std::mt19937_64 random(23);
    Network network;
    const Trains pre = random_trains(6, 60.0, 1990.0, random);
    network.add({.name = "pre", .size = 6, .model = RecordedParams{pre}});
    network.add({.name = "post", .size = 3, .model = LifCurrentParams{.bias_mv = 19.5}});
    network.add({.name = "synapses",
                 .pre = "pre",
                 .post = "post",
                 .connectivity = AllToAll{},
                 .weight = UniformWeight{0.2, 0.8},
                 .axonal_delay_ms = axonal_ms,
                 .dendritic_delay_ms = dendritic_ms,
                 .plasticity = model});
    Simulation simulation(network, {.dt_ms = 1.0, .seed = 4});
    Recorder recorder;
    simulation.add_observer(recorder);
    const auto initial = simulation.synapses(0);
    std::vector<std::vector<float>> membranes;
    for (Step step = 0; step < kSteps; ++step) {
        simulation.run_steps(1);
        membranes.push_back(simulation.v_mv(1));
    }
    Trains post_arrivals(3);
    for (const auto& [step, population, neuron] : recorder.all) {
        if (population == 1) post_arrivals[neuron].push_back(static_cast<double>(step) + dendritic_ms);
    }
    const Trains pre_arrivals = shifted(pre, axonal_ms);
    const auto final = simulation.synapses(0);
    for (std::size_t k = 0; k < final.size(); ++k) {
        const std::uint32_t post = final[k].post;
        REQUIRE(post_arrivals[post].size() > 10);
        const auto membrane = [&](Step step) {
            const auto t = static_cast<double>(step);
            if (fires(post_arrivals[post], t - 1.0) || fires(post_arrivals[post], t - 2.0)) return 33.0;
            const auto seen = std::max<Step>(step - 1 - static_cast<Step>(dendritic_ms), 0);
            return static_cast<double>(membranes[static_cast<std::size_t>(seen)][post]);
        };
        const Slow slow = slow_synapse({"voltage", model, false}, initial[k].weight, pre_arrivals[final[k].pre],
                                       post_arrivals[post], membrane);
        REQUIRE_THAT(final[k].weight, WithinAbs(slow.weight, kSteppedTwin));
        REQUIRE((final[k].pre == 1 || final[k].weight != initial[k].weight));  // neuron 1 never fires
    }
}

TEST_CASE("Rule projection: a spike transmits the weight it finds", "[sim][stdp]") {
    // Post before pre, on one synapse: the pre spike's own depression comes after its transmission.
    Network network;
    network.add({.name = "source", .size = 1, .model = RecordedParams{{{1.0, 11.0}}}});
    network.add({.name = "neuron", .size = 1, .model = LifCurrentParams{}});
    network.add({.name = "synapse",
                 .pre = "source",
                 .post = "neuron",
                 .connectivity = OneToOne{},
                 .weight = 0.5,
                 .plasticity = InhibitoryStdpParams{.learning_rate = 0.1, .target_rate_hz = 50.0}});
    Simulation simulation(network, {});
    simulation.run_ms(1.1);
    const double depression = 0.1 * 2.0 * 0.05 * 20.0;
    REQUIRE_THAT(simulation.synapses(0)[0].weight, WithinAbs(0.5 - depression, 1e-12));
    simulation.run_ms(25.0);
    const double now_ms = 26.0;  // the last step's
    const auto shape = [](double t) { return 5.0 / (5.0 - 20.0) * (std::exp(-t / 5.0) - std::exp(-t / 20.0)); };
    const double expected = -70.0 + 0.5 * shape(now_ms - 1.0) + (0.5 - depression) * shape(now_ms - 11.0);
    REQUIRE_THAT(simulation.v_mv(1)[0], WithinAbs(expected, 1e-4));
}
