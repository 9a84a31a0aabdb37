#pragma once

#include <string>

#include "analysis/summary/comparison.hpp"
#include "analysis/summary/csv.hpp"
#include "analysis/summary/trace_summary.hpp"

namespace stdpscope::analysis {

/// The header of the rows of write_summary: run, table, level, measure, timing, layer, population, epoch, quantity,
/// value, share.
void write_summary_header(CsvWriter& csv);

/// Whether the moments of biases are written: those of a simulation mean nothing.
enum class Biases { written, left_out };

/// Every table of the summary in long form, one value a row. `layer`, `population` and `epoch` are empty where a row
/// runs over all of them; `level`, `measure` and `timing` where the table does not depend on them; `share` where
/// the value is no part of a whole. Tables and quantities are named as in the JSON form (docs/cli.md).
void write_summary(CsvWriter& csv, const std::string& run, const TraceSummary& summary,
                   Biases biases = Biases::written);

/// As write_summary_header, for write_comparison: table, run, level, epoch, quantity, value, difference.
void write_comparison_header(CsvWriter& csv);

/// Settings that differ, errors by epoch and category shares, one value a row; `difference` is to the first run, empty
/// where there is none.
void write_comparison(CsvWriter& csv, const Comparison& comparison);

}  // namespace stdpscope::analysis
