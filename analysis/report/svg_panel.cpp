#include "analysis/report/svg_panel.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "analysis/report/ticks.hpp"

namespace stdpscope::analysis::svg {
namespace {

constexpr std::size_t kPixelColumns = 400;

struct Range {
    double minimum = 0.0;
    double maximum = 1.0;
};

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

class PanelDrawing {
public:
    PanelDrawing(Writer& svg, const Panel& panel, Box plot)
        : svg_(svg),
          panel_(panel),
          plot_(plot),
          x_(x_range(), panel.x.logarithmic, plot.left, plot.left + plot.width),
          y_(y_range(), panel.y.logarithmic, plot.top + plot.height, plot.top) {}

    void draw() {
        svg_.words(plot_.left, plot_.top - 9, fitted(panel_.title, plot_.width), "start", kText, "font-weight=\"600\"");
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
        svg_.line(plot_.left, plot_.top + plot_.height, plot_.left + plot_.width, plot_.top + plot_.height, kQuiet);
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
        return std::max<std::size_t>(1,
                                     static_cast<std::size_t>(std::ceil(pixels * static_cast<double>(count) / length)));
    }
    [[nodiscard]] static bool shows_name(const Axis& axis, std::size_t place, std::size_t every) {
        if (axis.symmetric)
            return is_named(place, axis.categories.size(), every == 1 ? 1 : std::max<std::size_t>(2, (every + 1) / 2));
        return place % every == 0;
    }

    void draw_names_x(double bottom) {
        const std::size_t count = panel_.x.categories.size();
        const std::size_t every = thinning(count, plot_.width, 46.0);
        const double offset = panel_.kind == PanelKind::heat ? 0.5 : 0.0;
        for (std::size_t place = 0; place < count; ++place) {
            if (!shows_name(panel_.x, place, every)) continue;
            svg_.words(x_.at(static_cast<double>(place) + offset), bottom + 15, panel_.x.categories[place], "middle",
                       kQuiet);
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
                    svg_.line(x_.at(tick), plot_.top, x_.at(tick), bottom, kGrid);
                }
                svg_.words(x_.at(tick), bottom + 15, tick_text(tick, panel_.x.percent), "middle", kQuiet);
            }
        }
        svg_.words(plot_.left + plot_.width / 2, bottom + 32, panel_.x.title + (panel_.x.percent ? " (%)" : ""),
                   "middle", kQuiet);
    }

    void draw_axis_y() {
        if (!panel_.y.categories.empty()) {
            const std::size_t count = panel_.y.categories.size();
            const std::size_t every = thinning(count, plot_.height, 14.0);
            for (std::size_t place = 0; place < count; ++place) {
                if (!shows_name(panel_.y, place, every)) continue;
                const double y = y_.at(static_cast<double>(place) + 0.5);
                if (panel_.kind == PanelKind::dots) {
                    svg_.line(plot_.left, y, plot_.left + plot_.width, y, kGrid);
                }
                svg_.words(plot_.left - 8, y + 4, fitted(panel_.y.categories[place], 250.0), "end",
                           panel_.kind == PanelKind::dots ? kText : kQuiet);
            }
            return;
        }
        const Range range = y_range();
        const auto most = static_cast<std::size_t>(std::max(2.0, plot_.height / 38.0));
        const auto ticks = panel_.y.logarithmic ? decade_ticks(range.minimum, range.maximum, most)
                                                : round_ticks(range.minimum, range.maximum, most);
        for (const double tick : ticks) {
            svg_.line(plot_.left, y_.at(tick), plot_.left + plot_.width, y_.at(tick), kGrid);
            svg_.words(plot_.left - 6, y_.at(tick) + 4, tick_text(tick, panel_.y.percent), "end", kQuiet);
        }
        const double middle = plot_.top + plot_.height / 2;
        const double x = plot_.left - 42;
        svg_.words(x, middle, panel_.y.title + (panel_.y.percent ? " (%)" : ""), "middle", kQuiet,
                   fmt::format("transform=\"rotate(-90 {:.1f} {:.1f})\"", x, middle));
    }

    void draw_line(const Series& whole) {
        Series series = whole;
        reduce_to_pixels(series, kPixelColumns);
        const std::string colour = colour_of(series.look, Paper::light);
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
                path +=
                    fmt::format("{}{:.1f} {:.1f}", point == 0 ? "M" : "L", x_.at(series.x[point]), y_.at(above[point]));
            }
            for (std::size_t point = series.x.size(); point-- > 0;) {
                path +=
                    fmt::format("L{:.1f} {:.1f}", x_.at(series.x[point]), y_.at(below.empty() ? 0.0 : below[point]));
            }
            const std::string colour = colour_of(series.look, Paper::light);
            svg_.add("<path d=\"{0}Z\" fill=\"{1}\" stroke=\"{2}\" stroke-width=\"0.6\"/>", path, colour, kBackground);
            if (is_hatched(series.look)) svg_.add("<path d=\"{}Z\" fill=\"url(#{})\"/>", path, svg_.hatch());
            svg_.add("\n");
        }
    }

    /// What the axis does not reach ends at its end, without a cap.
    void draw_interval(double low, double high, double y, const std::string& colour) {
        if (std::isnan(low) || std::isnan(high)) return;
        const double begin = panel_.x.minimum ? std::max(low, *panel_.x.minimum) : low;
        const double end = panel_.x.maximum ? std::min(high, *panel_.x.maximum) : high;
        if (!x_.shows(begin) || !x_.shows(end)) return;
        svg_.line(x_.at(begin), y, x_.at(end), y, colour, 2.0);
        if (begin == low) svg_.line(x_.at(low), y - 4, x_.at(low), y + 4, colour, 2.0);
        if (end == high) svg_.line(x_.at(high), y - 4, x_.at(high), y + 4, colour, 2.0);
    }

    void draw_dots(const Series& series) {
        const std::string colour = colour_of(series.look, Paper::light);
        for (std::size_t point = 0; point < series.x.size(); ++point) {
            const double y = y_.at(series.y[point] + 0.5);
            if (!series.low.empty()) draw_interval(series.low[point], series.high[point], y, colour);
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
                fmt::format_to(std::back_inserter(dots),
                               "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"1.6\" fill=\"#fff\" stroke=\"#000\" "
                               "stroke-width=\"0.5\"/>",
                               left + width / 2, top + height / 2);
            }
        }
        for (const auto& [colour, path] : paths) svg_.add("<path d=\"{}\" fill=\"{}\"/>", path, colour);
        svg_.add("{}\n", dots);
    }

    Writer& svg_;
    const Panel& panel_;
    Box plot_;
    Scale x_;
    Scale y_;
};

}  // namespace

double label_width(const Panel& panel) {
    if (panel.y.categories.empty()) return 52.0;
    std::size_t longest = 0;
    for (const std::string& name : panel.y.categories) longest = std::max(longest, name.size());
    return std::clamp(kLetterWidth * static_cast<double>(longest) + 16.0, 52.0, 260.0);
}

void draw_panel(Writer& writer, const Panel& panel, const Box& plot) {
    PanelDrawing(writer, panel, plot).draw();
}

}  // namespace stdpscope::analysis::svg
