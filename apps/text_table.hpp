#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace stdpscope::apps {

/// A table of text for a terminal: columns as wide as their widest cell, two blanks between them, no blanks at a line's
/// end. Widths count characters, not bytes, of UTF-8.
class TextTable {
public:
    enum class Align { left, right };

    /// A title of several lines is given with '\n'; its lines are set at the bottom of the header.
    void add_column(std::string title, Align align = Align::right);
    /// Missing cells are empty. Throws std::logic_error on more cells than columns.
    void add_row(std::vector<std::string> cells);
    /// A line of dashes between the rows before and after it.
    void add_rule();

    /// Header, rule, rows; each line begins with `indent` blanks and ends with a line feed.
    [[nodiscard]] std::string text(std::size_t indent = 2) const;

private:
    struct Column {
        std::vector<std::string> title;
        Align align;
    };
    struct Row {
        std::vector<std::string> cells;
        bool is_rule;
    };
    [[nodiscard]] std::vector<std::size_t> widths() const;

    std::vector<Column> columns_;
    std::vector<Row> rows_;
};

/// 1234567 as "1,234,567".
[[nodiscard]] std::string grouped(std::uint64_t number);
/// At most 7 characters: "999,999", "12.35 M", "1.235 G" (powers of 1000: M, G, T, P, E).
[[nodiscard]] std::string shortened(std::uint64_t number);
/// 0.12345 as "12.35 %"; "-" where it is not a number.
[[nodiscard]] std::string percent(double share);
/// A difference of shares in points of percent with its sign: "+1.25", "-0.03".
[[nodiscard]] std::string signed_points(double difference);
/// Four significant digits; "-" where it is not a number.
[[nodiscard]] std::string rounded(double number);
/// "512 B", "1.5 KiB", "2.0 GiB".
[[nodiscard]] std::string byte_size(std::uint64_t bytes);

}  // namespace stdpscope::apps
