#pragma once

#include <string>
#include <string_view>

#include "analysis/report/report.hpp"

namespace stdpscope::analysis {

/// The report as one HTML document that refers to nothing outside itself. Tables and texts are plain HTML; figures and
/// the files that one may save (those of csv_files(), latex_files() and svg_files()) are packed as base64 of
/// zlib-compressed JSON. `page` is report_page(), `program` what the footer names.
[[nodiscard]] std::string html_of(const Report& report, std::string_view page, const std::string& program);

}  // namespace stdpscope::analysis
