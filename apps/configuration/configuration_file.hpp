#pragma once

#include <filesystem>
#include <optional>

#include "ann/network_spec.hpp"
#include "apps/configuration/configuration.hpp"
#include "apps/configuration/spiking_network_file.hpp"

namespace stdpscope::apps {

/// The networks that a configuration file holds in full.
struct FileNetworks {
    std::optional<ann::NetworkSpec> trained;     ///< [[network.layer]]
    std::optional<SpikingNetworkTable> spiking;  ///< [[network.population]]
};

/// Assigns every setting of a configuration file. Throws data::MissingInput, and ConfigError with file and line for
/// what is no TOML, unknown (with the nearest key), of a wrong type or out of bounds.
FileNetworks assign_file(Configuration& configuration, const std::filesystem::path& path);

}  // namespace stdpscope::apps
