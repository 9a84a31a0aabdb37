#include "analysis/report/figure.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <sstream>

#include "analysis/summary/csv.hpp"

namespace stdpscope::analysis {
namespace {

using Json = nlohmann::ordered_json;

/// No panel is wider on any screen; the CSV has every point.
constexpr std::size_t kPixelColumns = 600;

constexpr std::array kPaintNames = {"configuration", "category", "response", "effect", "context", "thesis"};
constexpr std::array kDashNames = {"solid", "dashed", "dotted"};
constexpr std::array kMarkerNames = {"none",  "circle",   "square", "triangle", "diamond",
                                     "cross", "pentagon", "star",   "bar"};
constexpr std::array kKindNames = {"lines", "stack", "dots", "heat"};

template <class Enumerator, std::size_t count>
const char* name_in(const std::array<const char*, count>& names, Enumerator enumerator) {
    return names.at(static_cast<std::size_t>(enumerator));
}

Json json_of_look(const Look& look) {
    Json result = {{"paint", name_in(kPaintNames, look.paint)}, {"index", look.index}};
    if (look.dash != Dash::solid) result["dash"] = name_in(kDashNames, look.dash);
    if (look.marker != Marker::none) result["marker"] = name_in(kMarkerNames, look.marker);
    if (look.outlined) result["outlined"] = true;
    return result;
}

Json json_of_axis(const Axis& axis) {
    Json result = {{"title", axis.title}};
    if (axis.percent) result["percent"] = true;
    if (axis.logarithmic) result["logarithmic"] = true;
    if (axis.whole) result["whole"] = true;
    if (axis.symmetric) result["symmetric"] = true;
    if (axis.minimum) result["minimum"] = *axis.minimum;
    if (axis.maximum) result["maximum"] = *axis.maximum;
    if (!axis.categories.empty()) result["categories"] = axis.categories;
    return result;
}

Json json_of_series(const Series& whole) {
    Series series = whole;
    reduce_to_pixels(series, kPixelColumns);
    Json result = {{"name", series.name}, {"look", json_of_look(series.look)}, {"x", series.x}, {"y", series.y}};
    if (!series.low.empty()) {
        result["low"] = series.low;
        result["high"] = series.high;
    }
    return result;
}

Json json_of_panel(const Panel& panel) {
    Json result = {{"kind", name_in(kKindNames, panel.kind)},
                   {"title", panel.title},
                   {"x", json_of_axis(panel.x)},
                   {"y", json_of_axis(panel.y)}};
    if (panel.configuration) result["configuration"] = *panel.configuration;
    if (panel.kind != PanelKind::heat) {
        result["series"] = Json::array();
        for (const Series& series : panel.series) result["series"].push_back(json_of_series(series));
        return result;
    }
    result["scale"] = panel.scale == HeatScale::share ? "share" : "count";
    result["heat_maximum"] = panel.heat_maximum;
    result["cells"] = Json::array();
    for (const HeatCell& cell : panel.cells) {
        Json entry = {cell.column, cell.row, cell.value};
        if (cell.marked) entry.push_back(1);
        result["cells"].push_back(std::move(entry));
    }
    return result;
}

void write_or_nothing(CsvWriter& csv, double value) {
    if (std::isnan(value)) {
        csv.field("");
    } else {
        csv.field(value);
    }
}

void write_series(CsvWriter& csv, const Panel& panel, const Series& series) {
    for (std::size_t point = 0; point < series.x.size(); ++point) {
        csv.field(panel.title).field(series.name);
        write_or_nothing(csv, series.x[point]);
        if (panel.kind == PanelKind::dots) {
            csv.field(panel.y.categories.at(static_cast<std::size_t>(series.y[point])));
        } else {
            write_or_nothing(csv, series.y[point]);
        }
        write_or_nothing(csv, series.low.empty() ? NAN : series.low[point]);
        write_or_nothing(csv, series.high.empty() ? NAN : series.high[point]);
        csv.end_row();
    }
}

std::string place_in(const Axis& axis, std::uint32_t place) {
    return place < axis.categories.size() ? axis.categories[place] : std::to_string(place);
}

}  // namespace

const Figure& FigureSet::first() const {
    std::size_t place = 0;
    for (std::size_t choice = 0; choice < choices.size(); ++choice) {
        place = place * choices[choice].options.size() + (choice < initial.size() ? initial[choice] : 0);
    }
    return figures.at(place);
}

bool is_named(std::size_t place, std::size_t count, std::size_t step) {
    const std::size_t middle = count / 2;
    const std::size_t distance = place > middle ? place - middle : middle - place;
    return distance == 0 || (distance % 2 == 1 && ((distance - 1) / 2) % step == step - 1);
}

std::string csv_of(const Figure& figure) {
    std::ostringstream text;
    CsvWriter csv(text);
    const bool heat = !figure.panels.empty() && figure.panels.front().kind == PanelKind::heat;
    if (heat) {
        csv.row("panel", "column", "row", "value", "marked");
    } else {
        csv.row("panel", "series", "x", "y", "low", "high");
    }
    for (const Panel& panel : figure.panels) {
        for (const Series& series : panel.series) {
            if (series.look.paint != Paint::context) write_series(csv, panel, series);  // another panel's
        }
        for (const HeatCell& cell : panel.cells) {
            csv.row(panel.title, place_in(panel.x, cell.column), place_in(panel.y, cell.row), cell.value,
                    std::uint64_t{cell.marked});
        }
    }
    return text.str();
}

Json json_of(const LegendEntry& entry) {
    Json result = {{"name", entry.name}, {"look", json_of_look(entry.look)}};
    if (entry.area) result["area"] = true;
    return result;
}

Json json_of(const Figure& figure) {
    Json result = {{"id", figure.id},           {"title", figure.title},     {"caption", figure.caption},
                   {"summary", figure.summary}, {"columns", figure.columns}, {"height", figure.panel_height},
                   {"legend", Json::array()},   {"panels", Json::array()}};
    for (const LegendEntry& entry : figure.legend) result["legend"].push_back(json_of(entry));
    for (const Panel& panel : figure.panels) result["panels"].push_back(json_of_panel(panel));
    return result;
}

void reduce_to_pixels(Series& series, std::size_t columns) {
    const std::size_t points = series.x.size();
    if (points <= 2 * columns || !series.low.empty()) return;
    const double first = series.x.front();
    const double width = (series.x.back() - first) / static_cast<double>(columns);
    std::set<std::size_t> kept = {0, points - 1};
    for (std::size_t begin = 0; begin < points;) {
        const auto column = std::floor((series.x[begin] - first) / width);
        std::size_t least = begin;
        std::size_t greatest = begin;
        std::size_t point = begin;
        for (; point < points && std::floor((series.x[point] - first) / width) == column; ++point) {
            if (series.y[point] < series.y[least]) least = point;
            if (series.y[point] > series.y[greatest]) greatest = point;
        }
        kept.insert(least);
        kept.insert(greatest);
        begin = std::max(point, begin + 1);
    }
    Series reduced{series.name, series.look, {}, {}, {}, {}};
    for (const std::size_t point : kept) {
        reduced.x.push_back(series.x[point]);
        reduced.y.push_back(series.y[point]);
    }
    series = std::move(reduced);
}

}  // namespace stdpscope::analysis
