#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace stdpscope::analysis {

/// How the numbers of a column are shown to people. CSV and JSON always have the whole value.
enum class Format {
    text,
    whole,    ///< 12,345
    percent,  ///< a fraction as 12.34, its heading gets "%"
    points,   ///< a difference of fractions as +1.23, its heading gets "points of %"
    general   ///< four significant digits
};

struct Column {
    std::string id;       ///< in CSV and JSON: "test_error"
    std::string heading;  ///< "test error"
    Format format = Format::text;
    int decimals = 2;  ///< of percent and points
};

/// Without a value: not measured, or not defined.
using Cell = std::variant<std::monostate, std::string, std::uint64_t, double>;
[[nodiscard]] Cell cell_of(const std::optional<double>& value);

struct Table {
    std::string id;       ///< of files and links: "errors_by_run"
    std::string caption;  ///< a sentence or two
    std::vector<Column> columns;
    std::vector<std::vector<Cell>> rows;  ///< each as long as `columns`
};

/// As people read it: "-" without a value (or for NaN), thin spaces nowhere.
[[nodiscard]] std::string text_of(const Cell& cell, const Column& column);
/// The heading with its unit.
[[nodiscard]] std::string heading_of(const Column& column);

/// RFC 4180: a line of ids, then the values in full; empty without a value.
[[nodiscard]] std::string csv_of(const Table& table);
/// A LaTeX table with booktabs rules; text is escaped.
[[nodiscard]] std::string latex_of(const Table& table);
/// <table> with <caption>, column and row headings; text is escaped.
[[nodiscard]] std::string html_of(const Table& table);
/// {"id", "caption", "columns": [{"id", "heading"}], "rows": [[...]]}; null without a value and for NaN.
[[nodiscard]] nlohmann::ordered_json json_of(const Table& table);

/// &, <, >, " and ' as entities.
[[nodiscard]] std::string html_escaped(const std::string& text);

}  // namespace stdpscope::analysis
