#pragma once

#include <nlohmann/json.hpp>

#include "analysis/report/report_context.hpp"

namespace stdpscope::analysis {

/// Table 5's counts over time under every level, measure and timing reading, so that the page's controls only choose:
///
///     {"categories": [4 names],
///      "runs": [{"run": index, "ends": [epochs, by bin],
///                "groups": [{"level": "event" | "update", "layer": name | null, "population": name | null,
///                            "counts": {"magnitude descent": [4][bin], "signed descent": ..., "... gradient": ...},
///                            "absolute_update": the same in sums of |update| (level update, whole network and layers),
///                            "outside": {"no_pair" | "unchanged" | "untimed" | "invalid": [bin]}}]}]}
///
/// Groups are the whole network, each layer, each population, and each population of a layer that has several; null: over
/// all of them. The counts are those of summarise(); null where no run has a record.
[[nodiscard]] nlohmann::ordered_json composition_json(const ReportContext& context);

}  // namespace stdpscope::analysis
