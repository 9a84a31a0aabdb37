#include "analysis/summary/comparison.hpp"

#include <algorithm>

namespace stdpscope::analysis {
namespace {

std::optional<CategoryTable> table_of(const RunSummary& run, Level level, const SummaryOptions& options) {
    if (!run.trace || run.trace->tally.records() == 0) return std::nullopt;
    const SummaryOptions whole_run{.levels = {level}, .measure = options.measure, .timing = options.timing};
    return summarise(run.trace->tally, whole_run).categories.back().counts;
}

}  // namespace

Comparison compare(const std::vector<RunSummary>& runs, const SummaryOptions& options) {
    Comparison comparison;
    comparison.measure = options.measure;
    comparison.timing = options.timing;
    std::vector<std::vector<FlatSetting>> configurations;
    for (const RunSummary& run : runs) {
        comparison.paths.push_back(run.path);
        comparison.metrics.push_back(run.metrics);
        configurations.push_back(run.configuration);
    }
    comparison.settings = differences_of(configurations);
    for (const Level level : options.levels) {
        Comparison::LevelTables tables{level, {}};
        for (const RunSummary& run : runs) tables.tables.push_back(table_of(run, level, options));
        comparison.levels.push_back(std::move(tables));
    }
    return comparison;
}

std::size_t most_epochs(const Comparison& comparison) {
    std::size_t most = 0;
    for (const auto& metrics : comparison.metrics) most = std::max(most, metrics.size());
    return most;
}

}  // namespace stdpscope::analysis
