#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <random>

#include "analysis/classify/sign.hpp"
#include "analysis/ledger/spiking_ledger.hpp"
#include "analysis/trace/event_places.hpp"
#include "tests/analysis/ledger/kept_records.hpp"

using namespace stdpscope;
using analysis::axis_of;
using analysis::EventCounts;
using analysis::Sign;
using analysis::UpdateCounts;

namespace {

using Trains = std::vector<std::vector<double>>;

constexpr double kDurationMs = 400.0;
constexpr std::uint64_t kRecordSteps = 150;
constexpr double kAxonalMs = 2.0;
constexpr double kDendriticMs = 3.0;

// Each visit rounds by half a unit of 2^-29 here and takes its sums in floats: some thirty visits.
constexpr double kWeight = 1e-7;

/// Spikes on a grid of 1 ms, so dense that many coincide and no trace fades below the weights' resolution.
Trains random_trains(std::size_t neurons, double rate_hz, std::mt19937_64& random) {
    Trains trains(neurons);
    std::bernoulli_distribution fires(rate_hz * 1e-3);
    for (std::size_t neuron = 0; neuron + 1 < neurons; ++neuron) {  // the last one never fires
        for (double t = 0.0; t < kDurationMs; t += 1.0) {
            if (fires(random)) trains[neuron].push_back(t);
        }
    }
    return trains;
}

struct Case {
    sim::AdditivePairParams rule;
    sim::Transmitter transmitter;
    sim::Receptor receptor;
};

sim::Network network_of(const Case& one, const Trains& pre, const Trains& post) {
    sim::Network network;
    network.add({.name = "pre",
                 .size = static_cast<std::uint32_t>(pre.size()),
                 .model = sim::RecordedParams{pre},
                 .transmitter = one.transmitter});
    network.add({.name = "post", .size = static_cast<std::uint32_t>(post.size()), .model = sim::RecordedParams{post}});
    network.add({.name = "fixed", .pre = "post", .post = "pre", .connectivity = sim::AllToAll{}});
    network.add({.name = "plastic",
                 .pre = "pre",
                 .post = "post",
                 .connectivity = sim::AllToAll{},
                 .weight = sim::UniformWeight{0.0, one.rule.w_max},
                 .receptor = one.receptor,
                 .axonal_delay_ms = kAxonalMs,
                 .dendritic_delay_ms = kDendriticMs,
                 .plasticity = one.rule});
    return network;
}

/// One spike's effect on one synapse.
struct SlowUpdate {
    double time_ms;
    bool pre_first;
    bool same_time;
    Sign asked;     ///< of a number of receptors
    double before;  ///< number of receptors
    double after;
    double pre_ms;
    double post_ms;
};

/// Every update of one synapse by the rule's definition, event by event, each the sum over all earlier spikes.
std::vector<SlowUpdate> slow_updates(const sim::AdditivePairParams& rule, double weight, std::vector<double> pre,
                                     std::vector<double> post) {
    for (double& t : pre) t += kAxonalMs;
    for (double& t : post) t += kDendriticMs;
    const bool ties = rule.tie == sim::Tie::pre_first;
    std::vector<SlowUpdate> updates;
    const auto change = [&](double t, bool pre_first, bool same, double update, double pre_ms, double post_ms) {
        const double after = std::clamp(weight + update, 0.0, rule.w_max);
        updates.push_back({t, pre_first, same, analysis::sign_of(update), weight, after, pre_ms, post_ms});
        weight = after;
    };
    const auto post_spike = [&](double t) {
        double trace = 0.0;
        double last = 0.0;
        for (const double spike : pre) {
            if (spike > t || (spike == t && !ties)) continue;
            trace += std::exp((spike - t) / rule.tau_plus_ms);
            last = spike;
        }
        if (trace > 0.0) change(t, true, last == t, rule.a_plus * trace, last, t);
    };
    const auto pre_spike = [&](double t) {
        double trace = 0.0;
        double last = 0.0;
        for (const double spike : post) {
            if (spike >= t) continue;
            trace += std::exp((spike - t) / rule.tau_minus_ms);
            last = spike;
        }
        if (trace > 0.0) change(t, false, false, -rule.a_minus * trace, t, last);
    };
    for (double t = 0.0; t < kDurationMs; t += 1.0) {
        const bool has_post = std::find(post.begin(), post.end(), t) != post.end();
        if (has_post && !ties) post_spike(t);
        if (std::find(pre.begin(), pre.end(), t) != pre.end()) pre_spike(t);
        if (has_post && ties) post_spike(t);
    }
    return updates;
}

struct SlowLayer {
    EventCounts events;
    UpdateCounts updates;
    std::uint64_t same_time = 0;
};

SlowLayer slow_record(const Case& one, const std::vector<std::vector<SlowUpdate>>& synapses, double from, double to) {
    const Sign transmitter = one.transmitter == sim::Transmitter::excitatory ? 1 : -1;
    const Sign receptor = one.receptor == sim::Receptor::normal ? 1 : -1;
    SlowLayer slow;
    for (const auto& updates : synapses) {
        for (const SlowUpdate& update : updates) {
            if (update.time_ms < from || update.time_ms >= to) continue;
            const Sign timing = update.pre_first ? 1 : -1;
            // The signed weight is receptor x number; its change is transmitter x timing x response.
            const Sign response = receptor * update.asked * transmitter * timing;
            ++slow.events.histogram[EventCounts::place(axis_of(transmitter), axis_of(receptor), axis_of(timing),
                                                       axis_of(response))];
            const Sign change = receptor * analysis::sign_of(update.after - update.before);
            const std::size_t place = UpdateCounts::place(axis_of(receptor), axis_of(timing), axis_of(change));
            ++slow.updates.histogram[place];
            slow.updates.absolute_update[place] += std::abs(update.after - update.before);
            slow.same_time += update.same_time && change != 0 ? 1 : 0;
        }
    }
    return slow;
}

/// Keeps event rows too.
class KeptRows : public tests::KeptRecords {
public:
    using KeptRecords::append;
    void append(analysis::EventRows event) override { rows.push_back(std::move(event)); }
    std::vector<analysis::EventRows> rows;
};

template <class Value>
std::vector<Value> column_of(const KeptRows& kept, std::size_t stream, std::size_t column) {
    std::vector<Value> values;
    for (const analysis::EventRows& rows : kept.rows) {
        if (rows.stream != stream) continue;
        const auto* first = reinterpret_cast<const Value*>(rows.columns.at(column).data());
        values.insert(values.end(), first, first + rows.columns.at(column).size() / sizeof(Value));
    }
    return values;
}

void run(sim::Simulation& simulation, analysis::SpikingLedger& ledger) {
    const auto steps = static_cast<sim::Step>(kDurationMs);
    while (simulation.steps() < steps) {
        simulation.run_steps(std::min<sim::Step>(50, steps - simulation.steps()));
        if (simulation.steps() % static_cast<sim::Step>(kRecordSteps) == 0) ledger.end_record();
    }
    ledger.end();
}

}  // namespace

TEST_CASE("SpikingLedger: histograms equal a sum over all spikes and synapses", "[analysis][ledger][spiking]") {
    const auto signs = GENERATE(std::pair(1.0, 1.0), std::pair(-1.0, -1.0), std::pair(1.0, -1.0), std::pair(-1.0, 0.0));
    const auto tie = GENERATE(sim::Tie::no_pair, sim::Tie::pre_first);
    const auto transmitter = GENERATE(sim::Transmitter::excitatory, sim::Transmitter::inhibitory);
    const auto receptor = GENERATE(sim::Receptor::normal, sim::Receptor::opposite);
    const int threads = GENERATE(1, 2, 4);
    const Case one{{.tau_plus_ms = 34.0,
                    .tau_minus_ms = 51.0,
                    .a_plus = signs.first * 0.05,
                    .a_minus = signs.second * 0.03,
                    .w_max = 2.0,
                    .tie = tie},
                   transmitter,
                   receptor};
    std::mt19937_64 random(21);
    const Trains pre = random_trains(6, 60.0, random);
    const Trains post = random_trains(37, 90.0, random);
    const sim::Network network = network_of(one, pre, post);
    sim::Simulation simulation(network, {.dt_ms = 1.0, .seed = 4, .threads = threads});
    const auto initial = simulation.synapses(1);
    const analysis::TraceOptions options{.level = analysis::TraceLevel::counts, .record_every = kRecordSteps};
    const analysis::TraceHeader header = analysis::spiking_header(network, simulation, 1.0, options, 4);
    REQUIRE(header.layers.size() == 1);
    REQUIRE(header.layers.front().name == "plastic");
    KeptRows kept;
    analysis::SpikingLedger ledger(header, network, simulation, kept);
    run(simulation, ledger);

    std::vector<std::vector<SlowUpdate>> synapses;
    for (const sim::Synapse& synapse : initial) {
        synapses.push_back(slow_updates(one.rule, synapse.weight, pre[synapse.pre], post[synapse.post]));
    }
    REQUIRE(kept.records.size() == 3);
    const double factor = receptor == sim::Receptor::normal ? 1.0 : -1.0;
    double from = 0.0;
    std::uint64_t unchanged = 0;
    for (const analysis::Record& record : kept.records) {
        const double to = std::min(kDurationMs, from + kRecordSteps);
        REQUIRE(record.first_step == static_cast<std::uint64_t>(from));
        REQUIRE(record.end_step == static_cast<std::uint64_t>(to));
        REQUIRE(record.layers.size() == 1);
        const analysis::LayerRecord& layer = record.layers.front();
        const SlowLayer slow = slow_record(one, synapses, from, to);
        REQUIRE(layer.events.front() == slow.events);
        REQUIRE(layer.updates.front().histogram == slow.updates.histogram);
        REQUIRE(layer.spiking.same_time == slow.same_time);
        for (std::size_t place = 0; place < 27; ++place) {
            REQUIRE(layer.updates.front().absolute_update[place] ==
                    Approx(slow.updates.absolute_update[place]).epsilon(1e-5).margin(1e-9));
        }
        for (const Sign timing : {-1, 1}) {
            unchanged += slow.updates.histogram[UpdateCounts::place(factor > 0 ? 2 : 0, axis_of(timing), 1)];
        }
        double sum = 0.0;
        std::array<std::uint64_t, analysis::kWeightBins> bins{};
        for (std::size_t k = 0; k < synapses.size(); ++k) {
            double weight = initial[k].weight;
            for (const SlowUpdate& update : synapses[k]) weight = update.time_ms < to ? update.after : weight;
            sum += weight;
            ++bins[std::min<std::size_t>(bins.size() - 1, static_cast<std::size_t>(weight / 2.0 * 20.0))];
        }
        REQUIRE(layer.updates.front().weights.mean ==
                Approx(factor * sum / static_cast<double>(synapses.size())).epsilon(1e-5));
        REQUIRE(layer.spiking.weight_histogram == bins);
        std::uint64_t dead = 0;
        for (std::size_t neuron = 0; neuron < post.size(); ++neuron) {
            const auto spikes =
                std::count_if(post[neuron].begin(), post[neuron].end(), [&](double t) { return t >= from && t < to; });
            REQUIRE(layer.unit_response[3 * neuron + 2] == static_cast<std::uint64_t>(spikes));
            dead += spikes == 0 ? 1 : 0;
        }
        REQUIRE(layer.dead_units == dead);
        REQUIRE(dead >= 1);
        from = to;
    }
    REQUIRE(unchanged > 0);
}

TEST_CASE("SpikingLedger: sampled synapses tell every change with its pair, in order", "[analysis][ledger][spiking]") {
    const auto receptor = GENERATE(sim::Receptor::normal, sim::Receptor::opposite);
    const int threads = GENERATE(1, 2, 4);
    const Case one{{.tau_plus_ms = 34.0, .tau_minus_ms = 51.0, .a_plus = 0.002, .a_minus = 0.003, .w_max = 2.0},
                   sim::Transmitter::excitatory,
                   receptor};
    std::mt19937_64 random(22);
    const Trains pre = random_trains(6, 60.0, random);
    const Trains post = random_trains(37, 90.0, random);
    const sim::Network network = network_of(one, pre, post);
    sim::Simulation simulation(network, {.dt_ms = 1.0, .seed = 4, .threads = threads});
    const auto initial = simulation.synapses(1);
    const analysis::TraceOptions options{
        .level = analysis::TraceLevel::samples, .record_every = kRecordSteps, .sample_synapses = 20};
    const analysis::TraceHeader header = analysis::spiking_header(network, simulation, 1.0, options, 4);
    const auto& sampled = header.spiking->projections.front().sampled;
    REQUIRE(sampled.size() == 20);
    KeptRows kept;
    analysis::SpikingLedger ledger(header, network, simulation, kept);
    run(simulation, ledger);

    const std::size_t stream = analysis::changes_stream(header, 0);
    const auto synapse = column_of<std::uint32_t>(kept, stream, 0);
    const auto time_ms = column_of<double>(kept, stream, 1);
    const auto pre_ms = column_of<double>(kept, stream, 2);
    const auto post_ms = column_of<double>(kept, stream, 3);
    const auto weight = column_of<double>(kept, stream, 4);
    const auto update = column_of<double>(kept, stream, 5);
    const double factor = receptor == sim::Receptor::normal ? 1.0 : -1.0;
    std::size_t compared = 0;
    for (std::uint32_t place = 0; place < sampled.size(); ++place) {
        const auto post_neuron = static_cast<std::uint32_t>(sampled[place][0]);
        const auto pre_neuron = static_cast<std::uint32_t>(sampled[place][1]);
        const auto start = std::find_if(initial.begin(), initial.end(), [&](const sim::Synapse& other) {
            return other.pre == pre_neuron && other.post == post_neuron;
        });
        const auto slow = slow_updates(one.rule, start->weight, pre[pre_neuron], post[post_neuron]);
        std::size_t next = 0;
        for (std::size_t k = 0; k < synapse.size(); ++k) {
            if (synapse[k] != place) continue;
            REQUIRE(next < slow.size());
            REQUIRE(time_ms[k] == slow[next].time_ms);
            REQUIRE(pre_ms[k] == slow[next].pre_ms);
            REQUIRE(post_ms[k] == slow[next].post_ms);
            REQUIRE(weight[k] == Approx(factor * slow[next].before).margin(kWeight));
            REQUIRE(update[k] == Approx(factor * (slow[next].after - slow[next].before)).margin(kWeight));
            ++next;
        }
        REQUIRE(next == slow.size());
        compared += next;
    }
    REQUIRE(compared == synapse.size());
    REQUIRE(compared > 500);
}

TEST_CASE("SpikingLedger: spikes come as they were given, by time", "[analysis][ledger][spiking]") {
    const Case one{{}, sim::Transmitter::excitatory, sim::Receptor::normal};
    std::mt19937_64 random(23);
    const Trains pre = random_trains(6, 60.0, random);
    const Trains post = random_trains(37, 90.0, random);
    const sim::Network network = network_of(one, pre, post);
    sim::Simulation simulation(network, {.dt_ms = 1.0, .seed = 4});
    const analysis::TraceOptions options{.level = analysis::TraceLevel::samples, .record_every = kRecordSteps};
    const analysis::TraceHeader header = analysis::spiking_header(network, simulation, 1.0, options, 4);
    KeptRows kept;
    analysis::SpikingLedger ledger(header, network, simulation, kept);
    run(simulation, ledger);
    const auto times = column_of<double>(kept, analysis::spikes_stream(header, 1), 0);
    const auto neurons = column_of<std::uint64_t>(kept, analysis::spikes_stream(header, 1), 1);
    REQUIRE(std::is_sorted(times.begin(), times.end()));
    Trains seen(post.size());
    for (std::size_t k = 0; k < times.size(); ++k) seen[neurons[k]].push_back(times[k]);
    REQUIRE(seen == post);
}

TEST_CASE("SpikingLedger: a network without plastic projections cannot be traced", "[analysis][ledger][spiking]") {
    sim::Network network;
    network.add({.name = "a", .size = 2, .model = sim::PoissonParams{}});
    network.add({.name = "fixed", .pre = "a", .post = "a", .connectivity = sim::AllToAll{}});
    const sim::Simulation simulation(network, {});
    REQUIRE_THROWS_WITH(analysis::spiking_header(network, simulation, 0.1, {}, 0),
                        Catch::Matchers::Contains("plastic projection"));
}
