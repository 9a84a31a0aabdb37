#pragma once

#include <filesystem>

#include "apps/configuration/toml_table.hpp"
#include "sim/network/network.hpp"

namespace stdpscope::apps {

/// The population that the keys of a table describe (docs/networks.md); files of spikes are sought beside `file_folder`
/// where their names are relative. Throws ConfigError for a mistake of form, and what the readers of spikes throw; the
/// model's own conditions are checked where it is used. Unknown keys are left to reader.finish().
[[nodiscard]] sim::PopulationSpec read_population(TableReader& reader, const std::filesystem::path& file_folder);

}  // namespace stdpscope::apps
