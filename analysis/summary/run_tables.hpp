#pragma once

#include "analysis/summary/run_summary.hpp"
#include "analysis/summary/trace_summary.hpp"

namespace stdpscope::analysis {

/// The tables of a run. Of a simulation, weights are the synapses that there are, not every pair of neurons; its biases
/// (has_biases) mean nothing.
[[nodiscard]] TraceSummary summarise_run(const TraceFacts& trace, const SummaryOptions& options);

/// Whether the layers of a trace have biases: those of a simulation have none.
[[nodiscard]] bool has_biases(const TraceFacts& trace);

}  // namespace stdpscope::analysis
