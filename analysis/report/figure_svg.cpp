#include "analysis/report/figure_svg.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <numbers>

#include "analysis/report/table.hpp"
#include "analysis/report/ticks.hpp"

namespace stdpscope::analysis {
namespace {

constexpr double kTextPixels = 12.0;
constexpr double kLetterWidth = 6.4;  ///< of a sans-serif at that size, on average
constexpr std::size_t kPixelColumns = 400;

struct Colours {
    Paper paper;
    const char* text;
    const char* quiet;
    const char* grid;
    const char* background;
};

Colours colours_on(Paper paper) {
    if (paper == Paper::light) return {paper, "#1d232b", "#5b6472", "#e3e6ea", "#ffffff"};
    return {paper, "#e8ecf1", "#9aa4b2", "#333a44", "#14181d"};
}

struct Box {
    double left = 0.0;
    double top = 0.0;
    double width = 0.0;
    double height = 0.0;
};

struct Range {
    double minimum = 0.0;
    double maximum = 1.0;
};

double text_width(const std::string& text) {
    return kLetterWidth * static_cast<double>(text.size());
}

/// Cut so that it stays within `width`.
std::string fitted(const std::string& text, double width) {
    const auto most = static_cast<std::size_t>(std::max(4.0, width / kLetterWidth));
    return text.size() <= most ? text : text.substr(0, most - 3) + "...";
}

/// Where values lie along one axis of a panel.
class Scale {
public:
    Scale(Range range, bool logarithmic, double begin, double end)
        : range_(range), logarithmic_(logarithmic), begin_(begin), end_(end) {}

    [[nodiscard]] double at(double value) const {
        const double share = logarithmic_ ? (std::log10(value) - std::log10(range_.minimum)) /
                                                (std::log10(range_.maximum) - std::log10(range_.minimum))
                                          : (value - range_.minimum) / (range_.maximum - range_.minimum);
        return begin_ + share * (end_ - begin_);
    }
    [[nodiscard]] bool shows(double value) const { return std::isfinite(value) && (!logarithmic_ || value > 0.0); }

private:
    Range range_;
    bool logarithmic_;
    double begin_;
    double end_;
};

/// Of the values, with the axis' own bounds where it has them; never empty.
class RangeFinder {
public:
    explicit RangeFinder(const Axis& axis) : axis_(axis) {}
    void add(double value) {
        if (!std::isfinite(value) || (axis_.logarithmic && !(value > 0.0))) return;
        minimum_ = std::min(minimum_, value);
        maximum_ = std::max(maximum_, value);
    }
    [[nodiscard]] Range range() const {
        Range range{axis_.logarithmic ? 0.1 : 0.0, 1.0};
        if (minimum_ <= maximum_) range = {minimum_, maximum_};
        if (axis_.minimum) range.minimum = *axis_.minimum;
        if (axis_.maximum) range.maximum = *axis_.maximum;
        if (!(range.minimum < range.maximum)) {
            const double half = range.minimum == 0.0 ? 0.5 : 0.05 * std::abs(range.minimum);
            range = {range.minimum - half, range.minimum + half};
            if (axis_.logarithmic) range = {range.maximum / 1.5, range.maximum * 1.5};
        } else if (!axis_.maximum && !axis_.logarithmic) {
            range.maximum += 0.05 * (range.maximum - range.minimum);
        }
        return range;
    }

private:
    const Axis& axis_;
    double minimum_ = std::numeric_limits<double>::infinity();
    double maximum_ = -std::numeric_limits<double>::infinity();
};

class SvgWriter {
public:
    SvgWriter(Colours colours, std::string id) : colours_(colours), id_(std::move(id)) {}

    [[nodiscard]] const Colours& colours() const { return colours_; }
    [[nodiscard]] const std::string& text() const { return text_; }
    /// Of the figure: its patterns are named after it, since one page has many figures.
    [[nodiscard]] const std::string& id() const { return id_; }

    template <class... Values>
    void add(fmt::format_string<Values...> format, Values&&... values) {
        fmt::format_to(std::back_inserter(text_), format, std::forward<Values>(values)...);
    }
    void line(double x1, double y1, double x2, double y2, const std::string& colour, double width = 1.0) {
        add("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\" stroke-width=\"{}\"/>", x1, y1, x2,
            y2, colour, width);
    }
    void words(double x, double y, const std::string& content, const char* anchor, const std::string& colour,
               const std::string& more = "") {
        add("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" fill=\"{}\" {}>{}</text>\n", x, y, anchor, colour, more,
            html_escaped(content));
    }
    void marker(double x, double y, const Look& look, double radius);

private:
    Colours colours_;
    std::string id_;
    std::string text_;
};

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

void SvgWriter::marker(double x, double y, const Look& look, double radius) {
    const std::string colour = colour_of(look, colours_.paper);
    const std::string style = fmt::format("fill=\"{}\" stroke=\"{}\" stroke-width=\"1.4\"",
                                          look.outlined ? colours_.background : colour, colour);
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

/// What is temporally inverted is hatched.
bool is_hatched(const Look& look) {
    return (look.paint == Paint::category && (look.index == 1 || look.index == 2)) ||
           (look.paint == Paint::response && look.index == 2);
}

double label_width(const Panel& panel) {
    if (panel.y.categories.empty()) return 52.0;
    std::size_t longest = 0;
    for (const std::string& name : panel.y.categories) longest = std::max(longest, name.size());
    return std::clamp(kLetterWidth * static_cast<double>(longest) + 16.0, 52.0, 260.0);
}

/// The space around a plot area.
struct Margins {
    double left = 56.0;
    double right = 14.0;
    double top = 26.0;
    double bottom = 44.0;
};

class PanelDrawing {
public:
    PanelDrawing(SvgWriter& svg, const Panel& panel, Box plot)
        : svg_(svg),
          panel_(panel),
          plot_(plot),
          x_(x_range(), panel.x.logarithmic, plot.left, plot.left + plot.width),
          y_(y_range(), panel.y.logarithmic, plot.top + plot.height, plot.top) {}

    void draw() {
        svg_.words(plot_.left, plot_.top - 9, fitted(panel_.title, plot_.width), "start", svg_.colours().text,
                   "font-weight=\"600\"");
        draw_axis_x();
        draw_axis_y();
        switch (panel_.kind) {
            case PanelKind::lines:
                for (const Series& series : panel_.series) draw_line(series);
                break;
            case PanelKind::stack:
                draw_stack();
                break;
            case PanelKind::dots:
                for (const Series& series : panel_.series) draw_dots(series);
                break;
            case PanelKind::heat:
                draw_heat();
                break;
        }
        svg_.line(plot_.left, plot_.top + plot_.height, plot_.left + plot_.width, plot_.top + plot_.height,
                  svg_.colours().quiet);
    }

private:
    [[nodiscard]] Range x_range() const {
        if (panel_.kind == PanelKind::heat) return {0.0, static_cast<double>(panel_.x.categories.size())};
        RangeFinder finder(panel_.x);
        for (const Series& series : panel_.series) {
            for (const double value : series.x) finder.add(value);
            if (panel_.kind != PanelKind::dots) continue;
            for (const double value : series.low) finder.add(value);
            for (const double value : series.high) finder.add(value);
        }
        Range range = finder.range();
        if (panel_.kind != PanelKind::dots && !panel_.x.maximum && !panel_.x.logarithmic) {
            range.maximum -= (range.maximum - range.minimum) * 0.05 / 1.05;  // lines end at the edge
        }
        return range;
    }
    [[nodiscard]] Range y_range() const {
        if (panel_.kind == PanelKind::heat || panel_.kind == PanelKind::dots) {
            return {0.0, std::max(1.0, static_cast<double>(panel_.y.categories.size()))};
        }
        RangeFinder finder(panel_.y);
        if (panel_.kind == PanelKind::stack) {
            finder.add(0.0);
            for (const double value : heights(panel_.series.size())) finder.add(value);
            return finder.range();
        }
        for (const Series& series : panel_.series) {
            for (const double value : series.y) finder.add(value);
        }
        return finder.range();
    }

    /// The tops of the first `count` areas.
    [[nodiscard]] std::vector<double> heights(std::size_t count) const {
        std::vector<double> sums;
        for (std::size_t place = 0; place < count; ++place) {
            const Series& series = panel_.series[place];
            sums.resize(series.y.size(), 0.0);
            for (std::size_t point = 0; point < series.y.size(); ++point) {
                if (std::isfinite(series.y[point])) sums[point] += series.y[point];
            }
        }
        return sums;
    }

    /// How many categories share a name, where `pixels` are needed for one.
    [[nodiscard]] static std::size_t thinning(std::size_t count, double length, double pixels) {
        return std::max<std::size_t>(1, static_cast<std::size_t>(std::ceil(pixels * static_cast<double>(count) / length)));
    }
    [[nodiscard]] static bool shows_name(const Axis& axis, std::size_t place, std::size_t every) {
        if (axis.symmetric) return is_named(place, axis.categories.size(), every == 1 ? 1 : std::max<std::size_t>(2, (every + 1) / 2));
        return place % every == 0;
    }

    void draw_names_x(double bottom) {
        const std::size_t count = panel_.x.categories.size();
        const std::size_t every = thinning(count, plot_.width, 46.0);
        const double offset = panel_.kind == PanelKind::heat ? 0.5 : 0.0;
        for (std::size_t place = 0; place < count; ++place) {
            if (!shows_name(panel_.x, place, every)) continue;
            svg_.words(x_.at(static_cast<double>(place) + offset), bottom + 15, panel_.x.categories[place], "middle",
                       svg_.colours().quiet);
        }
    }

    void draw_axis_x() {
        const double bottom = plot_.top + plot_.height;
        if (!panel_.x.categories.empty()) {
            draw_names_x(bottom);
        } else {
            const Range range = x_range();
            const auto most = static_cast<std::size_t>(std::max(2.0, plot_.width / 60.0));
            const auto ticks = panel_.x.logarithmic ? decade_ticks(range.minimum, range.maximum, most)
                                                    : round_ticks(range.minimum, range.maximum, most);
            for (const double tick : ticks) {
                if (panel_.x.whole && tick != std::floor(tick)) continue;
                if (panel_.kind == PanelKind::dots) {
                    svg_.line(x_.at(tick), plot_.top, x_.at(tick), bottom, svg_.colours().grid);
                }
                svg_.words(x_.at(tick), bottom + 15, tick_text(tick, panel_.x.percent), "middle", svg_.colours().quiet);
            }
        }
        svg_.words(plot_.left + plot_.width / 2, bottom + 32, panel_.x.title + (panel_.x.percent ? " (%)" : ""), "middle",
                   svg_.colours().quiet);
    }

    void draw_axis_y() {
        if (!panel_.y.categories.empty()) {
            const std::size_t count = panel_.y.categories.size();
            const std::size_t every = thinning(count, plot_.height, 14.0);
            for (std::size_t place = 0; place < count; ++place) {
                if (!shows_name(panel_.y, place, every)) continue;
                const double y = y_.at(static_cast<double>(place) + 0.5);
                if (panel_.kind == PanelKind::dots) {
                    svg_.line(plot_.left, y, plot_.left + plot_.width, y, svg_.colours().grid);
                }
                svg_.words(plot_.left - 8, y + 4, fitted(panel_.y.categories[place], 250.0), "end",
                           panel_.kind == PanelKind::dots ? svg_.colours().text : svg_.colours().quiet);
            }
            return;
        }
        const Range range = y_range();
        const auto most = static_cast<std::size_t>(std::max(2.0, plot_.height / 38.0));
        const auto ticks = panel_.y.logarithmic ? decade_ticks(range.minimum, range.maximum, most)
                                                : round_ticks(range.minimum, range.maximum, most);
        for (const double tick : ticks) {
            svg_.line(plot_.left, y_.at(tick), plot_.left + plot_.width, y_.at(tick), svg_.colours().grid);
            svg_.words(plot_.left - 6, y_.at(tick) + 4, tick_text(tick, panel_.y.percent), "end", svg_.colours().quiet);
        }
        const double middle = plot_.top + plot_.height / 2;
        const double x = plot_.left - 42;
        svg_.words(x, middle, panel_.y.title + (panel_.y.percent ? " (%)" : ""), "middle", svg_.colours().quiet,
                   fmt::format("transform=\"rotate(-90 {:.1f} {:.1f})\"", x, middle));
    }

    void draw_line(const Series& whole) {
        Series series = whole;
        reduce_to_pixels(series, kPixelColumns);
        const std::string colour = colour_of(series.look, svg_.colours().paper);
        std::string path;
        bool pen_down = false;
        for (std::size_t point = 0; point < series.x.size(); ++point) {
            const bool shown = x_.shows(series.x[point]) && y_.shows(series.y[point]);
            if (shown) {
                path += fmt::format("{}{:.1f} {:.1f}", pen_down ? "L" : "M", x_.at(series.x[point]),
                                    y_.at(series.y[point]));
            }
            pen_down = shown;
        }
        const bool context = series.look.paint == Paint::context;
        svg_.add("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"{}/>\n", path, colour, context ? 1 : 2,
                 dashes_of(series.look.dash));
        if (series.look.marker == Marker::none) return;
        const std::size_t every = std::max<std::size_t>(1, series.x.size() / 10);
        for (std::size_t point = 0; point < series.x.size(); point += every) {
            if (!x_.shows(series.x[point]) || !y_.shows(series.y[point])) continue;
            svg_.marker(x_.at(series.x[point]), y_.at(series.y[point]), series.look, 3.2);
        }
    }

    void draw_stack() {
        for (std::size_t place = 0; place < panel_.series.size(); ++place) {
            const Series& series = panel_.series[place];
            if (series.x.empty()) continue;
            const std::vector<double> below = heights(place);
            const std::vector<double> above = heights(place + 1);
            std::string path;
            for (std::size_t point = 0; point < series.x.size(); ++point) {
                path += fmt::format("{}{:.1f} {:.1f}", point == 0 ? "M" : "L", x_.at(series.x[point]), y_.at(above[point]));
            }
            for (std::size_t point = series.x.size(); point-- > 0;) {
                path += fmt::format("L{:.1f} {:.1f}", x_.at(series.x[point]), y_.at(below.empty() ? 0.0 : below[point]));
            }
            const std::string colour = colour_of(series.look, svg_.colours().paper);
            svg_.add("<path d=\"{0}Z\" fill=\"{1}\" stroke=\"{2}\" stroke-width=\"0.6\"/>", path, colour,
                     svg_.colours().background);
            if (is_hatched(series.look)) svg_.add("<path d=\"{}Z\" fill=\"url(#hatch-{})\"/>", path, svg_.id());
            svg_.add("\n");
        }
    }

    void draw_dots(const Series& series) {
        const std::string colour = colour_of(series.look, svg_.colours().paper);
        for (std::size_t point = 0; point < series.x.size(); ++point) {
            const double y = y_.at(series.y[point] + 0.5);
            if (!series.low.empty() && x_.shows(series.low[point]) && x_.shows(series.high[point])) {
                const double low = x_.at(series.low[point]);
                const double high = x_.at(series.high[point]);
                svg_.line(low, y, high, y, colour, 2.0);
                svg_.line(low, y - 4, low, y + 4, colour, 2.0);
                svg_.line(high, y - 4, high, y + 4, colour, 2.0);
            }
            if (x_.shows(series.x[point])) svg_.marker(x_.at(series.x[point]), y, series.look, 4.0);
        }
        svg_.add("\n");
    }

    void draw_heat() {
        const double width = plot_.width / static_cast<double>(std::max<std::size_t>(1, panel_.x.categories.size()));
        const double height = plot_.height / static_cast<double>(std::max<std::size_t>(1, panel_.y.categories.size()));
        std::map<std::string, std::string> paths;  // by colour
        std::string dots;
        for (const HeatCell& cell : panel_.cells) {
            const double left = x_.at(cell.column);
            const double top = y_.at(cell.row + 1.0);
            const double share = panel_.scale == HeatScale::count
                                     ? std::log1p(cell.value) / std::log1p(std::max(panel_.heat_maximum, 1.0))
                                     : cell.value / panel_.heat_maximum;
            constexpr double kSteps = 63.0;  // of colour; one path each is a fraction of a rectangle a cell
            fmt::format_to(std::back_inserter(paths[heat_colour(std::round(share * kSteps) / kSteps)]),
                           "M{:.1f} {:.1f}h{:.2f}v{:.2f}h-{:.2f}z", left, top, width + 0.2, height + 0.2, width + 0.2);
            if (cell.marked) {
                fmt::format_to(std::back_inserter(dots),"<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"1.6\" fill=\"#fff\" stroke=\"#000\" stroke-width=\"0.5\"/>",
                         left + width / 2, top + height / 2);
            }
        }
        for (const auto& [colour, path] : paths) svg_.add("<path d=\"{}\" fill=\"{}\"/>", path, colour);
        svg_.add("{}\n", dots);
    }

    SvgWriter& svg_;
    const Panel& panel_;
    Box plot_;
    Scale x_;
    Scale y_;
};

/// Entries from left to right, wrapped; returns where they end.
double draw_legend(SvgWriter& svg, const Figure& figure, double top, double width) {
    double x = 8.0;
    for (const LegendEntry& entry : figure.legend) {
        const double needed = 44.0 + text_width(entry.name);
        if (x > 8.0 && x + needed > width) {
            x = 8.0;
            top += 20.0;
        }
        const std::string colour = colour_of(entry.look, svg.colours().paper);
        if (entry.area) {
            svg.add("<rect x=\"{0:.1f}\" y=\"{1:.1f}\" width=\"22\" height=\"12\" fill=\"{2}\"/>", x, top - 10, colour);
            if (is_hatched(entry.look)) {
                svg.add("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"22\" height=\"12\" fill=\"url(#hatch-{})\"/>", x, top - 10,
                        figure.id);
            }
        } else {
            svg.add("<path d=\"M{:.1f} {:.1f}h22\" stroke=\"{}\" stroke-width=\"2\"{}/>", x, top - 4, colour,
                    dashes_of(entry.look.dash));
            svg.marker(x + 11, top - 4, entry.look, 3.6);
        }
        svg.words(x + 28, top, entry.name, "start", svg.colours().text);
        x += needed;
    }
    return figure.legend.empty() ? top - 12.0 : top + 12.0;
}

double draw_heat_scale(SvgWriter& svg, const Panel& panel, double top) {
    constexpr int kSteps = 60;
    for (int step = 0; step < kSteps; ++step) {
        svg.add("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"3.1\" height=\"10\" fill=\"{}\"/>", 40.0 + 3.0 * step, top,
                heat_colour(step / (kSteps - 1.0)));
    }
    const bool share = panel.scale == HeatScale::share;
    svg.words(34, top + 9, "0", "end", svg.colours().quiet);
    svg.words(46 + 3.0 * kSteps, top + 9,
              share ? tick_text(panel.heat_maximum, true) + " %" : tick_text(panel.heat_maximum, false) + " (logarithmic)",
              "start", svg.colours().quiet);
    return top + 26.0;
}

}  // namespace

std::string svg_of(const Figure& figure, double width, Paper paper) {
    const Colours colours = colours_on(paper);
    SvgWriter svg(colours, figure.id);
    double top = 26.0;
    svg.words(8, top, figure.title, "start", colours.text, "font-size=\"16\" font-weight=\"700\"");
    top = draw_legend(svg, figure, top + 26.0, width);
    if (!figure.panels.empty() && figure.panels.front().kind == PanelKind::heat) {
        top = draw_heat_scale(svg, figure.panels.front(), top);
    }
    const std::size_t columns = std::clamp<std::size_t>(figure.panels.size(), 1, std::max<std::size_t>(figure.columns, 1));
    const double panel_width = width / static_cast<double>(columns);
    for (std::size_t place = 0; place < figure.panels.size(); ++place) {
        const Panel& panel = figure.panels[place];
        Margins margins;
        margins.left = label_width(panel) + (panel.y.categories.empty() ? 4.0 : 0.0);
        const double panel_height = margins.top + figure.panel_height + margins.bottom;
        const double left = panel_width * static_cast<double>(place % columns);
        const double panel_top = top + panel_height * static_cast<double>(place / columns);
        PanelDrawing(svg, panel,
                     {left + margins.left, panel_top + margins.top,
                      std::max(40.0, panel_width - margins.left - margins.right), figure.panel_height})
            .draw();
    }
    const auto rows = static_cast<double>((figure.panels.size() + columns - 1) / columns);
    const double height = top + rows * (Margins{}.top + figure.panel_height + Margins{}.bottom) + 4.0;
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
        "role=\"img\" font-family=\"system-ui, 'Helvetica Neue', Arial, sans-serif\" font-size=\"{2:.0f}\">"
        "<title>{3}</title><desc>{4}</desc><defs><pattern id=\"hatch-{7}\" width=\"6\" height=\"6\" "
        "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect width=\"1.6\" height=\"6\" fill=\"#ffffff\" "
        "fill-opacity=\"0.55\"/></pattern></defs><rect width=\"100%\" height=\"100%\" fill=\"{5}\"/>\n{6}</svg>\n",
        width, height, kTextPixels, html_escaped(figure.title), html_escaped(figure.summary), colours.background,
        svg.text(), figure.id);
}

}  // namespace stdpscope::analysis
