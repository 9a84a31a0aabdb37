#pragma once

#include <vector>

#include "analysis/bridge/spike_plan.hpp"
#include "apps/configuration/configuration.hpp"
#include "sim/network/network.hpp"
#include "sim/protocol/pairing_presets.hpp"
#include "sim/protocol/rate_ramps.hpp"

/// The protocols of `stdpscope simulate` by name.
namespace stdpscope::apps {

/// The experiments that simulation.experiment asks for.
[[nodiscard]] std::vector<sim::PairingExperiment> chosen_experiments(const Configuration& settings);

/// The ramps of protocol rate-derivative.
[[nodiscard]] sim::RateRampParams rate_ramps(const Configuration& settings);

/// How protocol from-trace turns events into spikes.
[[nodiscard]] analysis::BridgeMapping bridge_mapping(const Configuration& settings);
/// The events that it takes. Throws UsageError where simulation.source is not given, and as read_training_events.
[[nodiscard]] analysis::TrainingEvents bridge_events(const Configuration& settings);

/// What simulation.protocol simulates, unless it is from-trace.
[[nodiscard]] sim::Network protocol_network(const Configuration& settings, sim::Counting counting);

/// What a protocol chooses where nobody else does.
struct ProtocolDefaults {
    double seconds = 1.0;     ///< of biological time
    bool is_parallel = true;  ///< whether threads beyond the first have something to do
};
[[nodiscard]] ProtocolDefaults protocol_defaults(const Configuration& settings);

}  // namespace stdpscope::apps
