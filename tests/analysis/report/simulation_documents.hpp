#pragma once

#include <nlohmann/json.hpp>

#include "analysis/summary/run_summary.hpp"

/// result.json of simulations, small and with numbers that all differ.
namespace stdpscope::tests {

/// Protocol song2000: ten synapses of largest weight 2, one projection.
[[nodiscard]] nlohmann::json weights_document();
/// Protocol pairing: two experiments of three points, of which the second misses its category once.
[[nodiscard]] nlohmann::json pairing_document();
/// Protocol rate-derivative: two rules, the points of the second not in order and of two rates.
[[nodiscard]] nlohmann::json ramps_document();
/// Protocol from-trace: layers dense1 and dense2, and all.
[[nodiscard]] nlohmann::json bridge_document();

/// A run with this result and no trace.
[[nodiscard]] analysis::RunSummary simulated_run(const std::string& path, nlohmann::json result);

}  // namespace stdpscope::tests
