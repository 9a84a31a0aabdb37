#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/report/report.hpp"

/// A report as files for papers and programs.
namespace stdpscope::analysis {

struct ReportFile {
    std::string name;  ///< without a folder
    std::string content;
};

/// Which figures: those of the sections, or with them Report::states.
enum class FigureScope { sections, with_states };

/// Every table (ID.csv), and the data behind every figure (figure_ID.csv) in full.
[[nodiscard]] std::vector<ReportFile> csv_files(const Report& report, FigureScope scope);
/// Every table (ID.tex).
[[nodiscard]] std::vector<ReportFile> latex_files(const Report& report);
/// Every figure (ID.svg).
[[nodiscard]] std::vector<ReportFile> svg_files(const Report& report, FigureScope scope);

/// {"title", "options", "runs", "configurations", "sections": [{"id", "title", "paragraphs", "warnings", "items":
/// [{"table": ...} |
/// {"figures": {"id", "choices", "figures"}}]}], "composition"}
[[nodiscard]] nlohmann::ordered_json json_of(const Report& report);

}  // namespace stdpscope::analysis
