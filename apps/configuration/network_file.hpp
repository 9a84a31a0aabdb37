#pragma once

#include <filesystem>
#include <string>

#include "ann/network_spec.hpp"
#include "apps/configuration/toml_table.hpp"

namespace stdpscope::apps {

/// Reads a network file (docs/cli.md, "Network files"). Throws data::MissingInput and ConfigError.
[[nodiscard]] ann::NetworkSpec read_network_file(const std::filesystem::path& path);

/// Reads name, input, loss and the layers of a network from a table of a configuration file; its training settings stay
/// at their defaults. Throws ConfigError.
[[nodiscard]] ann::NetworkSpec read_network_table(const toml::table& table, const std::string& file);

/// What read_network_table reads, as the table `network` of a configuration file: from "[network]" on.
[[nodiscard]] std::string network_table_toml(const ann::NetworkSpec& spec);

}  // namespace stdpscope::apps
