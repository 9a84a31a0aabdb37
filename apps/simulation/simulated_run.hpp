#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "analysis/bridge/spike_plan.hpp"
#include "apps/configuration/simulation_configuration.hpp"
#include "sim/simulation/simulation.hpp"

namespace stdpscope::apps {

/// The events of a training as spikes, and what their synapses held before.
struct BridgeRun {
    analysis::TrainingEvents events;
    analysis::BridgeMapping mapping;
    analysis::BridgeNetwork bridge;
    std::vector<double> before;
};

/// A simulation ready to run: all that may be wrong with it has been found before anything is written.
struct PreparedSimulation {
    ResolvedSimulation resolved;
    std::filesystem::path folder;
    sim::Counting counting = sim::Counting::on;  ///< off where there is no trace: nothing is spent on it
    sim::Network network;
    sim::Simulation simulation;
    sim::Step steps = 0;
    std::optional<BridgeRun> bridge = {};  ///< of protocol from-trace
};

/// Throws as resolve_simulation, and analysis::CannotCreate where the folder exists.
[[nodiscard]] PreparedSimulation prepare_simulation(ResolvedSimulation resolved, std::filesystem::path folder);

/// Runs it, everything kept in the new folder; until its end or a signal. Returns the result document.
[[nodiscard]] nlohmann::json run_simulation(PreparedSimulation& run);

}  // namespace stdpscope::apps
