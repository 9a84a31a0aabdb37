#pragma once

#include <string>

#include "analysis/report/report.hpp"

/// What a test looks at of a report. All but section_of() throw std::out_of_range where there is no such part.
namespace stdpscope::tests {

/// Null where the report lacks it.
[[nodiscard]] const analysis::Section* section_of(const analysis::Report& report, const std::string& id);
[[nodiscard]] const analysis::Table& table_of(const analysis::Section& section, const std::string& id);
[[nodiscard]] const analysis::FigureSet& figures_of(const analysis::Section& section, const std::string& id);
/// A line of the table's CSV, counted from 0 below the line of ids.
[[nodiscard]] std::string row_of(const analysis::Table& table, std::size_t row = 0);

}  // namespace stdpscope::tests
