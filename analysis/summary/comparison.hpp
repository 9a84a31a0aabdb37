#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "analysis/summary/run_summary.hpp"
#include "analysis/summary/trace_summary.hpp"

namespace stdpscope::analysis {

/// Runs side by side; every list within has one entry a run, in the order given.
struct Comparison {
    std::vector<std::string> paths;
    std::vector<SettingDifference> settings;  ///< those that are not the same in all runs
    std::vector<std::vector<ann::EpochMetrics>> metrics;

    struct LevelTables {
        Level level = Level::event;
        std::vector<std::optional<CategoryTable>> tables;  ///< over the whole run; none without a trace
    };
    std::vector<LevelTables> levels;

    Measure measure = Measure::magnitude;
    TimingReading timing = TimingReading::descent;
};

/// Compares category tables under the levels, the measure and the timing of `options`; its grouping plays no part.
[[nodiscard]] Comparison compare(const std::vector<RunSummary>& runs, const SummaryOptions& options);

/// The largest number of epochs that one of the runs has.
[[nodiscard]] std::size_t most_epochs(const Comparison& comparison);

}  // namespace stdpscope::analysis
