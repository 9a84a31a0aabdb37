#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/bridge/agreement.hpp"

namespace stdpscope::apps {

/// How far spikes agree with the training that they were made of (docs/bridge.md).
[[nodiscard]] nlohmann::json json_of_bridge(const analysis::TrainingEvents& events,
                                            const analysis::BridgeMapping& mapping, const std::vector<double>& changes);

/// The same as text.
[[nodiscard]] std::string bridge_text(const nlohmann::json& bridge);

/// One line an event, as CSV.
void write_bridge_table(const std::filesystem::path& path, const analysis::TrainingEvents& events,
                        const analysis::BridgeNetwork& bridge, const std::vector<double>& changes);

}  // namespace stdpscope::apps
