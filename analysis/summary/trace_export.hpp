#pragma once

#include <filesystem>
#include <functional>

namespace stdpscope::analysis {

/// Writes what a run's trace counts as CSV files into `folder`, which must be there and empty: layers, records, events,
/// updates, other, units, moments, samples (where the trace has them) and metrics (where the run has them), and a
/// README.txt that describes their columns. Rows are streamed; `progress` is called after each.
///
/// `path` is a run folder or a segment. Throws MissingTrace, DamagedTrace, WriteFailed.
void export_trace(const std::filesystem::path& path, const std::filesystem::path& folder,
                  const std::function<void()>& progress);

}  // namespace stdpscope::analysis
