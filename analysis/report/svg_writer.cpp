#include "analysis/report/svg_writer.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <numbers>

#include "analysis/report/table.hpp"

namespace stdpscope::analysis::svg {
namespace {

/// Whether a byte begins a letter of UTF-8.
bool begins_letter(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
}

std::size_t letters_of(const std::string& text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_letter));
}

std::string polygon_points(double x, double y, double radius, int corners, double inner) {
    std::string points;
    const int count = inner < 1.0 ? 2 * corners : corners;
    for (int corner = 0; corner < count; ++corner) {
        const double angle = -std::numbers::pi / 2 + 2 * std::numbers::pi * corner / count;
        const double length = inner < 1.0 && corner % 2 == 1 ? inner * radius : radius;
        points += fmt::format("{:.1f},{:.1f} ", x + length * std::cos(angle), y + length * std::sin(angle));
    }
    return points;
}

}  // namespace

double text_width(const std::string& text) {
    return kLetterWidth * static_cast<double>(letters_of(text));
}

std::string fitted(const std::string& text, double width) {
    const auto most = static_cast<std::size_t>(std::max(4.0, width / kLetterWidth));
    if (letters_of(text) <= most) return text;
    std::size_t letters = 0;
    const auto end =
        std::find_if(text.begin(), text.end(), [&](char byte) { return begins_letter(byte) && ++letters > most - 3; });
    return std::string(text.begin(), end) + "...";
}

Writer::Writer(const std::string& id) {
    for (const char letter : id) {
        const auto byte = static_cast<unsigned char>(letter);
        hatch_ += std::isalnum(byte) != 0 || letter == '-' ? letter : '_';
    }
}

void Writer::words(double x, double y, const std::string& content, const char* anchor, const std::string& colour,
                   const std::string& more) {
    add("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" fill=\"{}\" {}>{}</text>\n", x, y, anchor, colour, more,
        html_escaped(content));
}

void Writer::marker(double x, double y, const Look& look, double radius) {
    const std::string colour = colour_of(look, Paper::light);
    const std::string style = fmt::format("fill=\"{}\" stroke=\"{}\" stroke-width=\"1.4\"",
                                          look.outlined ? std::string(kBackground) : colour, colour);
    switch (look.marker) {
        case Marker::none:
            return;
        case Marker::circle:
            add("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\" {}/>", x, y, radius, style);
            return;
        case Marker::square:
            add("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{}\" height=\"{}\" {}/>", x - 0.9 * radius, y - 0.9 * radius,
                1.8 * radius, 1.8 * radius, style);
            return;
        case Marker::cross:
            add("<path d=\"M{0:.1f} {1:.1f}L{2:.1f} {3:.1f}M{0:.1f} {3:.1f}L{2:.1f} {1:.1f}\" stroke=\"{4}\" "
                "stroke-width=\"2.2\"/>",
                x - radius, y - radius, x + radius, y + radius, colour);
            return;
        case Marker::bar:
            line(x, y - 1.6 * radius, x, y + 1.6 * radius, colour, 2.4);
            return;
        case Marker::triangle:
            add("<polygon points=\"{}\" {}/>", polygon_points(x, y, 1.25 * radius, 3, 1.0), style);
            return;
        case Marker::diamond:
            add("<polygon points=\"{}\" {}/>", polygon_points(x, y, 1.3 * radius, 4, 1.0), style);
            return;
        case Marker::pentagon:
            add("<polygon points=\"{}\" {}/>", polygon_points(x, y, 1.15 * radius, 5, 1.0), style);
            return;
        case Marker::star:
            add("<polygon points=\"{}\" {}/>", polygon_points(x, y, 1.5 * radius, 5, 0.45), style);
            return;
    }
}

const char* dashes_of(Dash dash) {
    switch (dash) {
        case Dash::solid:
            break;
        case Dash::dashed:
            return " stroke-dasharray=\"6 4\"";
        case Dash::dotted:
            return " stroke-dasharray=\"1.5 3\"";
    }
    return "";
}

bool is_hatched(const Look& look) {
    return (look.paint == Paint::category && (look.index == 1 || look.index == 2)) ||
           (look.paint == Paint::response && look.index == 2);
}

}  // namespace stdpscope::analysis::svg
