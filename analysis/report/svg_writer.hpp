#pragma once

#include <fmt/format.h>

#include <iterator>
#include <string>
#include <utility>

#include "analysis/report/figure.hpp"
#include "analysis/report/palette.hpp"

/// What the parts of a figure's SVG share: the text under way, its colours and the sizes of letters.
namespace stdpscope::analysis::svg {

constexpr double kTextPixels = 12.0;
constexpr double kLetterWidth = 6.4;  ///< of a sans-serif at that size, on average

/// Of all but data.
constexpr const char* kText = "#1d232b";
constexpr const char* kQuiet = "#5b6472";
constexpr const char* kGrid = "#e3e6ea";
constexpr const char* kBackground = "#ffffff";

/// Pixels that a UTF-8 text takes on average.
[[nodiscard]] double text_width(const std::string& text);
/// Cut at a letter so that it stays within `width`.
[[nodiscard]] std::string fitted(const std::string& text, double width);

/// A text of SVG elements under way.
class Writer {
public:
    /// `id`: of the figure; its pattern is named after it, since one page may have many figures.
    explicit Writer(const std::string& id);

    [[nodiscard]] const std::string& text() const { return text_; }
    /// Of the pattern of hatches: letters, digits, - and _.
    [[nodiscard]] const std::string& hatch() const { return hatch_; }

    template <class... Values>
    void add(fmt::format_string<Values...> format, Values&&... values) {
        fmt::format_to(std::back_inserter(text_), format, std::forward<Values>(values)...);
    }
    void line(double x1, double y1, double x2, double y2, const std::string& colour, double width = 1.0) {
        add("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\" stroke-width=\"{}\"/>", x1, y1,
            x2, y2, colour, width);
    }
    /// `more`: further attributes.
    void words(double x, double y, const std::string& content, const char* anchor, const std::string& colour,
               const std::string& more = "");
    void marker(double x, double y, const Look& look, double radius);

private:
    std::string hatch_ = "hatch-";
    std::string text_;
};

/// The attribute, with a space before it.
[[nodiscard]] const char* dashes_of(Dash dash);
/// What is temporally inverted is hatched.
[[nodiscard]] bool is_hatched(const Look& look);

}  // namespace stdpscope::analysis::svg
