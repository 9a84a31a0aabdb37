#pragma once

#include <filesystem>
#include <optional>

#include "ann/network_spec.hpp"
#include "apps/configuration/configuration.hpp"

namespace stdpscope::apps {

/// Assigns every setting of a configuration file. Returns the network that the file holds in full ([[network.layer]]),
/// if it does. Throws data::MissingInput, and ConfigError with file and line for what is no TOML, unknown (with the
/// nearest key), of a wrong type or out of bounds.
std::optional<ann::NetworkSpec> assign_file(Configuration& configuration, const std::filesystem::path& path);

}  // namespace stdpscope::apps
