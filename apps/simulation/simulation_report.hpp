#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "apps/terminal.hpp"
#include "sim/protocol/pairing_presets.hpp"
#include "sim/protocol/rate_ramps.hpp"
#include "sim/simulation/simulation.hpp"

namespace stdpscope::apps {

/// A line on stderr that tells how far a simulation is: shown on a terminal only.
class SimulationProgress {
public:
    SimulationProgress(std::string protocol, double biological_seconds);
    void show(double biological_seconds);
    void clear() { status_.clear(); }

private:
    using Clock = std::chrono::steady_clock;
    std::string protocol_;
    double all_seconds_;
    bool is_shown_;
    Clock::time_point begun_;
    Clock::time_point shown_;
    StatusLine status_;
};

/// What came of a simulation: populations with their rates; plastic projections with their weights and, where they were
/// counted, their updates by category.
[[nodiscard]] nlohmann::json json_of_network(const sim::Network& network, const sim::Simulation& simulation,
                                             double biological_seconds, sim::Counting counting);

/// Of each pairing experiment: the change of weight at each delta, and how many of the updates that changed a weight
/// have the category that the experiment's window gives to the order of the spikes.
[[nodiscard]] nlohmann::json json_of_experiments(const std::vector<sim::PairingExperiment>& experiments,
                                                 const sim::Network& network, const sim::Simulation& simulation);

/// Of protocol rate-derivative: the change of weight under each rule against the presynaptic rate times the slope of
/// the postsynaptic one, and how far it follows.
[[nodiscard]] nlohmann::json json_of_ramps(const std::vector<sim::RateRampPoint>& points);

/// A result document (docs/cli.md) as text.
[[nodiscard]] std::string simulation_text(const nlohmann::json& result);

}  // namespace stdpscope::apps
