#pragma once

#include <functional>
#include <vector>

#include "analysis/summary/run_summary.hpp"
#include "analysis/trace/trace_reader.hpp"

namespace stdpscope::analysis {

/// The counts of a run over time, finer than its epochs where it has few of them.
struct Timeline {
    /// Most bins of a timeline; figures have room for no more.
    static constexpr std::size_t kMostBins = 120;

    /// Counts by bin: epochs() of this tally are bins, numbered from 0.
    Tally tally;
    /// Where each bin ends, in epochs since the run began.
    std::vector<double> ends;
};

/// Bins are neighbouring records of one epoch in runs of less than 30 epochs, else one or more whole epochs. `facts` is
/// of the same trace; where its tally by epoch is all that is needed, nothing is read. `progress` is called after every
/// record.
[[nodiscard]] Timeline read_timeline(const TraceReader& reader, const TraceFacts& facts,
                                     const std::function<void()>& progress);

}  // namespace stdpscope::analysis
