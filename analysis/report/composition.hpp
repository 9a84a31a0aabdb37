#pragma once

#include <nlohmann/json.hpp>

#include "analysis/report/report_context.hpp"

namespace stdpscope::analysis {

/// Table 5's counts over time under every level, measure and timing reading, so that the page's controls only choose
/// and add:
///
///     {"categories": [4 names],
///      "runs": [{"run": index, "ends": [epochs, by bin],
///                "groups": [{"level": "event" | "update", "layer": name, "population": name,
///                            "counts": {"magnitude descent": [4][bin], "signed descent": ..., "... gradient": ...},
///                            "outside": {"no_pair" | "unchanged" | "untimed" | "invalid": [bin]}}],
///                "absolute_update": {"magnitude descent": [4][bin], ...}}]}
///
/// `groups` are the populations of each layer; whatever is wanted are sums of these whole numbers. `absolute_update`,
/// sums of |update|, is over the whole network. All are those of summarise(). Null where no run has a record.
[[nodiscard]] nlohmann::ordered_json composition_json(const ReportContext& context);

}  // namespace stdpscope::analysis
