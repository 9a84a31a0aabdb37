#include "apps/text_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace stdpscope::apps {
namespace {

constexpr std::size_t kGap = 2;

std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char character) {
        return (static_cast<unsigned char>(character) & 0xC0U) != 0x80U;  // not a continuation byte
    }));
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines{""};
    for (const char character : text) {
        if (character == '\n') {
            lines.emplace_back();
        } else {
            lines.back() += character;
        }
    }
    return lines;
}

std::string padded(const std::string& text, std::size_t width, TextTable::Align align) {
    const std::string blanks(width - width_of(text), ' ');
    return align == TextTable::Align::left ? text + blanks : blanks + text;
}

std::string without_trailing_blanks(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

}  // namespace

void TextTable::add_column(std::string title, Align align) {
    columns_.push_back({lines_of(title), align});
}

void TextTable::add_row(std::vector<std::string> cells) {
    if (cells.size() > columns_.size()) throw std::logic_error("a table row has more cells than the table columns");
    cells.resize(columns_.size());
    rows_.push_back({std::move(cells), false});
}

void TextTable::add_rule() {
    rows_.push_back({{}, true});
}

std::vector<std::size_t> TextTable::widths() const {
    std::vector<std::size_t> result;
    for (std::size_t column = 0; column < columns_.size(); ++column) {
        std::size_t width = 0;
        for (const auto& line : columns_[column].title) width = std::max(width, width_of(line));
        for (const Row& row : rows_) {
            if (!row.is_rule) width = std::max(width, width_of(row.cells[column]));
        }
        result.push_back(width);
    }
    return result;
}

std::string TextTable::text(std::size_t indent) const {
    const auto width = widths();
    std::size_t whole_width = 0;
    for (std::size_t column = 0; column < width.size(); ++column)
        whole_width += width[column] + (column > 0 ? kGap : 0);
    const std::string rule = std::string(indent, ' ') + std::string(whole_width, '-') + "\n";

    const auto line_of = [&](const std::vector<std::string>& cells) {
        std::string line(indent, ' ');
        for (std::size_t column = 0; column < cells.size(); ++column) {
            if (column > 0) line += std::string(kGap, ' ');
            line += padded(cells[column], width[column], columns_[column].align);
        }
        return without_trailing_blanks(line) + "\n";
    };

    std::size_t header_lines = 0;
    for (const Column& column : columns_) header_lines = std::max(header_lines, column.title.size());
    std::string result;
    for (std::size_t line = 0; line < header_lines; ++line) {
        std::vector<std::string> cells;
        for (const Column& column : columns_) {
            const std::size_t missing = header_lines - column.title.size();
            cells.push_back(line < missing ? "" : column.title[line - missing]);
        }
        result += line_of(cells);
    }
    result += rule;
    for (const Row& row : rows_) result += row.is_rule ? rule : line_of(row.cells);
    return result;
}

std::string grouped(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t place = digits.size(); place > 3;) {
        place -= 3;
        digits.insert(place, ",");
    }
    return digits;
}

std::string shortened(std::uint64_t number) {
    if (number < 1'000'000) return grouped(number);
    constexpr std::array kUnits = {'M', 'G', 'T', 'P', 'E'};
    double scaled = static_cast<double>(number) / 1e6;
    std::size_t unit = 0;
    while (scaled >= 999.95 && unit + 1 < kUnits.size()) {
        scaled /= 1000.0;
        ++unit;
    }
    const int decimals = scaled < 9.9995 ? 3 : scaled < 99.995 ? 2 : 1;
    return fmt::format("{:.{}f} {}", scaled, decimals, kUnits[unit]);
}

std::string percent(double share) {
    return std::isnan(share) ? "-" : fmt::format("{:.2f} %", 100.0 * share);
}

std::string signed_points(double difference) {
    if (std::isnan(difference)) return "-";
    const std::string text = fmt::format("{:+.2f}", 100.0 * difference);
    return text == "-0.00" ? "+0.00" : text;
}

std::string rounded(double number) {
    return std::isnan(number) ? "-" : fmt::format("{:.4g}", number);
}

std::string byte_size(std::uint64_t bytes) {
    if (bytes < 1024) return fmt::format("{} B", bytes);
    constexpr std::array kUnits = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    double scaled = static_cast<double>(bytes) / 1024.0;
    std::size_t unit = 0;
    while (scaled >= 1023.95 && unit + 1 < kUnits.size()) {
        scaled /= 1024.0;
        ++unit;
    }
    return fmt::format("{:.1f} {}", scaled, kUnits[unit]);
}

}  // namespace stdpscope::apps
