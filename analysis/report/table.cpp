#include "analysis/report/table.hpp"

#include <fmt/format.h>

#include <cmath>
#include <sstream>

#include "analysis/summary/csv.hpp"

namespace stdpscope::analysis {
namespace {

bool is_numeric(const Column& column) {
    return column.format != Format::text;
}

std::string with_thousands(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t place = digits.size(); place > 3; place -= 3) digits.insert(place - 3, ",");
    return digits;
}

std::string text_of_number(double number, const Column& column) {
    if (std::isnan(number)) return "-";
    if (std::isinf(number)) return number > 0 ? "infinite" : "-infinite";
    if (number == 0.0) number = 0.0;  // not "-0"
    switch (column.format) {
        case Format::percent:
            return fmt::format("{:.{}f}", 100.0 * number, column.decimals);
        case Format::points:
            return fmt::format("{:+.{}f}", 100.0 * number, column.decimals);
        case Format::whole:
            return fmt::format("{:.0f}", number);
        case Format::text:
        case Format::general:
            break;
    }
    return fmt::format("{:.4g}", number);
}

std::string latex_escaped(const std::string& text) {
    std::string result;
    for (const char letter : text) {
        switch (letter) {
            case '&':
            case '%':
            case '$':
            case '#':
            case '_':
            case '{':
            case '}':
                result += '\\';
                result += letter;
                break;
            case '~':
                result += "\\textasciitilde{}";
                break;
            case '^':
                result += "\\textasciicircum{}";
                break;
            case '\\':
                result += "\\textbackslash{}";
                break;
            case '<':
                result += "\\textless{}";
                break;
            case '>':
                result += "\\textgreater{}";
                break;
            case '|':
                result += "\\textbar{}";
                break;
            case '\n':
            case '\r':
                result += ' ';
                break;
            default:
                result += letter;
        }
    }
    return result;
}

/// A minus sign in numbers, not a hyphen.
std::string latex_cell(const std::string& text, const Column& column) {
    if (is_numeric(column) && text.size() > 1 && text.front() == '-') return "$-$" + latex_escaped(text.substr(1));
    return latex_escaped(text);
}

nlohmann::ordered_json json_of_cell(const Cell& cell) {
    if (const auto* text = std::get_if<std::string>(&cell)) return *text;
    if (const auto* number = std::get_if<std::uint64_t>(&cell)) return *number;
    if (const auto* number = std::get_if<double>(&cell); number != nullptr && std::isfinite(*number)) return *number;
    return nullptr;
}

}  // namespace

Cell cell_of(const std::optional<double>& value) {
    return value ? Cell(*value) : Cell(std::monostate{});
}

std::string text_of(const Cell& cell, const Column& column) {
    if (const auto* text = std::get_if<std::string>(&cell)) return *text;
    if (const auto* number = std::get_if<std::uint64_t>(&cell)) return with_thousands(*number);
    if (const auto* number = std::get_if<double>(&cell)) return text_of_number(*number, column);
    return "-";
}

std::string heading_of(const Column& column) {
    if (column.format == Format::percent) return column.heading + " (%)";
    if (column.format == Format::points) return column.heading + " (points of %)";
    return column.heading;
}

std::string csv_of(const Table& table) {
    std::ostringstream text;
    CsvWriter csv(text);
    for (const Column& column : table.columns) csv.field(column.id);
    csv.end_row();
    for (const auto& row : table.rows) {
        for (const Cell& cell : row) {
            if (const auto* number = std::get_if<std::uint64_t>(&cell)) {
                csv.field(*number);
            } else if (const auto* real = std::get_if<double>(&cell); real != nullptr && !std::isnan(*real)) {
                csv.field(*real);
            } else if (const auto* words = std::get_if<std::string>(&cell)) {
                csv.field(*words);
            } else {
                csv.field("");
            }
        }
        csv.end_row();
    }
    return text.str();
}

std::string latex_of(const Table& table) {
    std::string text =
        "% Made by stdpscope; needs \\usepackage{booktabs}.\n\\begin{table}\n  \\centering\n  \\caption{" +
        latex_escaped(table.caption) + "}\n  \\label{tab:" + table.id + "}\n  \\begin{tabular}{";
    for (const Column& column : table.columns) text += is_numeric(column) ? 'r' : 'l';
    text += "}\n    \\toprule\n    ";
    const auto add_row = [&](auto text_at) {
        for (std::size_t place = 0; place < table.columns.size(); ++place) {
            text += (place == 0 ? "" : " & ") + text_at(place);
        }
        text += " \\\\\n    ";
    };
    add_row([&](std::size_t place) { return latex_escaped(heading_of(table.columns[place])); });
    text += "\\midrule\n    ";
    for (const auto& row : table.rows) {
        add_row([&](std::size_t place) {
            return latex_cell(text_of(row[place], table.columns[place]), table.columns[place]);
        });
    }
    return text + "\\bottomrule\n  \\end{tabular}\n\\end{table}\n";
}

std::string html_of(const Table& table) {
    std::string text =
        "<table id=\"table-" + table.id + "\"><caption>" + html_escaped(table.caption) + "</caption><thead><tr>";
    for (const Column& column : table.columns) {
        text += fmt::format("<th scope=\"col\"{}>{}</th>", is_numeric(column) ? " class=\"number\"" : "",
                            html_escaped(heading_of(column)));
    }
    text += "</tr></thead><tbody>";
    for (const auto& row : table.rows) {
        text += "<tr>";
        for (std::size_t place = 0; place < row.size(); ++place) {
            const Column& column = table.columns[place];
            const std::string cell = html_escaped(text_of(row[place], column));
            if (place == 0) {
                text += "<th scope=\"row\">" + cell + "</th>";
            } else {
                text += fmt::format("<td{}>{}</td>", is_numeric(column) ? " class=\"number\"" : "", cell);
            }
        }
        text += "</tr>\n";
    }
    return text + "</tbody></table>\n";
}

nlohmann::ordered_json json_of(const Table& table) {
    nlohmann::ordered_json columns = nlohmann::ordered_json::array();
    for (const Column& column : table.columns) columns.push_back({{"id", column.id}, {"heading", heading_of(column)}});
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const auto& row : table.rows) {
        nlohmann::ordered_json cells = nlohmann::ordered_json::array();
        for (const Cell& cell : row) cells.push_back(json_of_cell(cell));
        rows.push_back(std::move(cells));
    }
    return {{"id", table.id}, {"caption", table.caption}, {"columns", columns}, {"rows", rows}};
}

std::string html_escaped(const std::string& text) {
    std::string result;
    for (const char letter : text) {
        switch (letter) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            case '\'':
                result += "&#39;";
                break;
            default:
                result += letter;
        }
    }
    return result;
}

}  // namespace stdpscope::analysis
