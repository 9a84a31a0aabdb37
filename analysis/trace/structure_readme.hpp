#pragma once

#include <string>
#include <vector>

#include "analysis/trace/trace_options.hpp"

namespace stdpscope::analysis {

/// The text that explains a trace file to who opens it, line by line.
[[nodiscard]] std::vector<std::string> readme_of(const TraceHeader& header);

}  // namespace stdpscope::analysis
