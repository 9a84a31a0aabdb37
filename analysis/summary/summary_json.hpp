#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "analysis/summary/comparison.hpp"
#include "analysis/summary/run_summary.hpp"
#include "analysis/summary/trace_summary.hpp"

namespace stdpscope::analysis {

/// The summary with every row of its tables; docs/cli.md describes the keys. Numbers that are not finite become null,
/// as do the parts of a group over which a row runs.
[[nodiscard]] nlohmann::ordered_json json_of(const TraceSummary& summary);

/// {"pre_post_potentiation": ..., ...}: the value of each of the four.
[[nodiscard]] nlohmann::ordered_json json_of_shares(const CategoryTable& counts);

[[nodiscard]] nlohmann::ordered_json json_of(const Group& group);
[[nodiscard]] nlohmann::ordered_json json_of(const Moments& moments);
[[nodiscard]] nlohmann::ordered_json json_of(const TraceFacts& trace);
[[nodiscard]] nlohmann::ordered_json json_of(const std::vector<ann::EpochMetrics>& metrics);

/// Settings that differ, metrics and category tables of several runs.
[[nodiscard]] nlohmann::ordered_json json_of(const Comparison& comparison);

}  // namespace stdpscope::analysis
