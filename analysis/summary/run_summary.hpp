#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/summary/flat_settings.hpp"
#include "analysis/summary/tally.hpp"
#include "analysis/trace/trace_options.hpp"
#include "ann/observer.hpp"

namespace stdpscope::analysis {

/// "off", "counts", ...; "pairs", "integral": as in the configuration.
[[nodiscard]] std::string_view name_of(TraceLevel level);
[[nodiscard]] std::string_view name_of(UpdateTiming timing);

/// A trace, read once from its first committed row to the last.
struct TraceFacts {
    TraceHeader header;
    bool complete = false;  ///< whether the last segment was closed
    Tally tally;
};

/// All that a run folder says but the rows themselves.
struct RunSummary {
    std::string path;
    std::vector<FlatSetting> configuration;  ///< sorted by key; empty where the folder has none
    std::vector<ann::EpochMetrics> metrics;  ///< by epoch; empty before the first one ended
    nlohmann::json result;                   ///< result.json; null while the run has none
    nlohmann::json environment;              ///< environment.json; null where there is none
    std::optional<TraceFacts> trace;         ///< without a value where the run was trained without a trace

    /// The value of a setting as text; "" where there is none.
    [[nodiscard]] std::string setting(const std::string& key) const;
};

/// Throws MissingTrace unless the path is a file, or a folder that holds anything of a run.
void require_run(const std::filesystem::path& path);

/// Reads a run folder, or a segment of a trace without the folder around it. `progress` is called after every row.
/// Throws MissingTrace where the path is missing or nothing of a run is there, DamagedTrace where a file of the run
/// cannot be read.
[[nodiscard]] RunSummary read_run(const std::filesystem::path& path, const std::function<void()>& progress);

/// The trace of a run that must have one with rows. Throws MissingTrace which says why there is none.
[[nodiscard]] const TraceFacts& require_trace(const RunSummary& run);

}  // namespace stdpscope::analysis
