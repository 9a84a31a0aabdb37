#pragma once

#include <vector>

#include "analysis/report/report_context.hpp"

namespace stdpscope::analysis {

/// The categories' shares over training under the report's measure and timing: the whole network, one panel a run.
[[nodiscard]] Figure composition_of_runs(const ReportContext& context, Level level);

/// The composition figure under the states of the page's controls, as its downloads name them:
///
///     composition_LEVEL_MEASURE_TIMING_SHOWN[_kinds]            the whole network, one panel a run, under every state
///     composition_LEVEL_MEASURE_TIMING_of-four_of_PART          a layer or a population, one panel a run
///     composition_LEVEL_MEASURE_TIMING_of-four_layers_run-N     a run, one panel a layer; likewise `populations`
///
/// with SHOWN `of-four`, `of-all`, `count` and, at update level, `of-update`; the last two under the report's measure
/// and timing alone. Empty where no run has a record.
[[nodiscard]] std::vector<Figure> composition_states(const ReportContext& context);

}  // namespace stdpscope::analysis
