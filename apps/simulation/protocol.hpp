#pragma once

#include <vector>

#include "apps/configuration/configuration.hpp"
#include "sim/network/network.hpp"
#include "sim/protocol/pairing_presets.hpp"

/// The protocols of `stdpscope simulate` by name.
namespace stdpscope::apps {

/// The experiments that simulation.experiment asks for.
[[nodiscard]] std::vector<sim::PairingExperiment> chosen_experiments(const Configuration& settings);

/// What simulation.protocol simulates.
[[nodiscard]] sim::Network protocol_network(const Configuration& settings, sim::Counting counting);

/// What a protocol chooses where nobody else does.
struct ProtocolDefaults {
    double seconds = 1.0;     ///< of biological time
    bool is_parallel = true;  ///< whether threads beyond the first have something to do
};
[[nodiscard]] ProtocolDefaults protocol_defaults(const Configuration& settings);

}  // namespace stdpscope::apps
