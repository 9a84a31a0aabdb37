#pragma once

#include <string_view>

namespace stdpscope::analysis {

/// The page of a report with its script and style (analysis/report/page/, bundled when the program is built), and
/// places for title, body, data and files. Empty where the program was built with STDPSCOPE_HTML_REPORT=OFF.
[[nodiscard]] std::string_view report_page();

}  // namespace stdpscope::analysis
