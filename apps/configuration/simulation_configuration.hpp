#pragma once

#include <boost/program_options.hpp>
#include <optional>
#include <string>

#include "apps/configuration/resolved_configuration.hpp"
#include "apps/configuration/spiking_network_file.hpp"

namespace stdpscope::apps {

/// Everything that a simulation can be told: the settings of the groups simulation and trace, and for protocol network
/// the network of the configuration file.
struct ResolvedSimulation {
    Configuration settings;
    std::optional<SpikingNetworkTable> network = {};
};

/// Adds the flags of `stdpscope simulate` that stand for settings, and --set and --config.
void add_simulation_flags(boost::program_options::options_description& options);

/// What the flags gave, with the environment of this process.
[[nodiscard]] ConfigurationSources simulation_sources(const boost::program_options::variables_map& values);

/// Applies precedence: flag, environment, file, the protocol's own (a record a second among them), default. Throws as
/// resolve() does, and where no protocol is given.
[[nodiscard]] ResolvedSimulation resolve_simulation(const ConfigurationSources& sources);

/// The resolved configuration as TOML that --config reads back to the same run.
[[nodiscard]] std::string resolved_toml(const ResolvedSimulation& resolved, ThreadCount thread_count);

}  // namespace stdpscope::apps
