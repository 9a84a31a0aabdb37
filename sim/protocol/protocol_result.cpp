#include "sim/protocol/protocol_result.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>

namespace stdpscope::sim {

namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double peak_resident_bytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) * 1024.0;
}

void add_weights(ProtocolResult& result, const std::vector<Synapse>& synapses, double w_max) {
    for (const Synapse& synapse : synapses) {
        const double fraction = synapse.weight / w_max;
        result.mean_weight += fraction;
        ++result.weight_histogram[std::min<std::size_t>(9, static_cast<std::size_t>(fraction * 10.0))];
    }
}

}  // namespace

ProtocolResult run_protocol(const Network& network, const ProtocolOptions& options, double dt_ms) {
    ProtocolResult result;
    result.biological_seconds = options.biological_seconds;
    result.weight_histogram.assign(10, 0);

    const auto construction = std::chrono::steady_clock::now();
    Simulation simulation(network, {.dt_ms = dt_ms, .seed = options.seed, .threads = options.threads});
    result.construction_seconds = seconds_since(construction);

    const auto run = std::chrono::steady_clock::now();
    simulation.run_ms(options.biological_seconds * 1e3);
    result.wall_seconds = seconds_since(run);
    result.peak_bytes = peak_resident_bytes();

    for (std::size_t k = 0; k < network.populations().size(); ++k) {
        const PopulationSpec& population = network.populations()[k];
        const std::uint64_t spikes = simulation.spike_count(k);
        result.rates.push_back({.population = population.name,
                                .spikes = spikes,
                                .rate_hz = static_cast<double>(spikes) / population.size / options.biological_seconds});
    }
    for (std::size_t k = 0; k < network.projections().size(); ++k) {
        const ProjectionSpec& projection = network.projections()[k];
        const auto synapses = static_cast<double>(simulation.synapse_count(k));
        const PopulationRate& pre = result.rates[network.population_of(projection.pre, "pre")];
        const PopulationRate& post = result.rates[network.population_of(projection.post, "post")];
        result.synapses += simulation.synapse_count(k);
        result.transmitted_events += synapses * pre.rate_hz * options.biological_seconds;
        if (!projection.plasticity) continue;
        result.plastic_synapses += simulation.synapse_count(k);
        result.weight_updates += synapses * (pre.rate_hz + post.rate_hz) * options.biological_seconds;
        result.counts += simulation.counts(k);
        add_weights(result, simulation.synapses(k), bounds_of(*projection.plasticity).max);
    }
    if (result.plastic_synapses > 0) result.mean_weight /= static_cast<double>(result.plastic_synapses);
    return result;
}

}  // namespace stdpscope::sim
