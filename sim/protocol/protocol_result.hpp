#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/simulation/simulation.hpp"

/// Published experiments that build their network, run it and tell what came of it.
namespace stdpscope::sim {

struct ProtocolOptions {
    double biological_seconds = 10.0;
    std::uint64_t seed = 0;
    int threads = 1;
    Counting counting = Counting::on;
};

struct PopulationRate {
    std::string population;
    std::uint64_t spikes = 0;
    double rate_hz = 0.0;  ///< mean over its neurons
};

struct ProtocolResult {
    double biological_seconds = 0.0;
    double construction_seconds = 0.0;
    double wall_seconds = 0.0;  ///< of the simulation alone
    double peak_bytes = 0.0;    ///< resident memory of the process at most, up to the end of the simulation
    std::vector<PopulationRate> rates;
    std::uint64_t synapses = 0;
    std::uint64_t plastic_synapses = 0;
    double transmitted_events = 0.0;  ///< spikes times the synapses they reach
    double weight_updates = 0.0;      ///< at plastic synapses: one a pre spike and one a post spike
    double mean_weight = 0.0;         ///< of the plastic synapses, as a fraction of w_max; 0 where there are none
    /// Plastic weights in ten equal bins of [0, w_max], the last one closed.
    std::vector<std::uint64_t> weight_histogram;
    PlasticityCounts counts;

    [[nodiscard]] double real_time_factor() const { return wall_seconds / biological_seconds; }
};

/// Builds and runs a network, and measures both. Weights and counts are those of the plastic projections together,
/// which must share one w_max.
[[nodiscard]] ProtocolResult run_protocol(const Network& network, const ProtocolOptions& options, double dt_ms = 0.1);

}  // namespace stdpscope::sim
