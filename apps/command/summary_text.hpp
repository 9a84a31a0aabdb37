#pragma once

#include <string>

#include "analysis/summary/run_summary.hpp"
#include "analysis/summary/trace_summary.hpp"

namespace stdpscope::apps {

enum class HebbianNames { hidden, shown };

/// The tables of one run for a person to read, within 100 columns unless names are long.
[[nodiscard]] std::string summary_text(const analysis::RunSummary& run, const analysis::TraceSummary& summary,
                                       HebbianNames hebbian_names);

/// "event level (firing pairs); measure magnitude, timing descent"
[[nodiscard]] std::string convention_text(analysis::Level level, analysis::Measure measure,
                                          analysis::TimingReading timing);

}  // namespace stdpscope::apps
