#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

/// What a figure shows, in one form for SVG, CSV, JSON and the page.
namespace stdpscope::analysis {

/// What a colour stands for; with `index`, which one of its kind (palette.hpp).
enum class Paint {
    configuration,  ///< index: of the configuration
    category,       ///< index: in kStdpCategories
    response,       ///< 0 normal, 1 zero, 2 inverted
    effect,         ///< 0 excitatory, 1 inhibitory
    context,        ///< in the background
    thesis,         ///< the thesis' figure
};
enum class Dash { solid, dashed, dotted };
enum class Marker { none, circle, square, triangle, diamond, cross, pentagon, star, bar };

/// Colour is never alone: a marker, a dash or hatching (categories that are temporally inverted) says the same.
struct Look {
    Paint paint = Paint::configuration;
    std::size_t index = 0;
    Dash dash = Dash::solid;
    Marker marker = Marker::none;
    bool outlined = false;  ///< of the marker: hollow
};

struct Series {
    std::string name;
    Look look;
    std::vector<double> x;  ///< in panels of dots: the value, where `y` is the place in the categories of the y axis
    std::vector<double> y;
    std::vector<double> low;  ///< ends of an interval along the value axis; empty, or one a point (NaN: none)
    std::vector<double> high;
};

struct Axis {
    std::string title;
    bool percent = false;  ///< values are fractions
    bool logarithmic = false;
    bool whole = false;      ///< ticks are whole numbers
    bool symmetric = false;  ///< of categories: two a decade on both sides of 0 in the middle, named by decade
    std::optional<double> minimum = {};
    std::optional<double> maximum = {};
    std::vector<std::string> categories = {};  ///< of dots (y), heat maps (both), lines (x: names of whole x)
};

enum class HeatScale { share, count };  ///< count: logarithmic

struct HeatCell {
    std::uint32_t column = 0;
    std::uint32_t row = 0;  ///< from the bottom
    double value = 0.0;
    bool marked = false;  ///< with a dot: a NegLU unit
};

enum class PanelKind {
    lines,
    stack,  ///< areas on top of each other: the series' x are equal
    dots,   ///< by category, with intervals
    heat
};

struct Panel {
    PanelKind kind = PanelKind::lines;
    std::string title;
    std::optional<std::size_t> configuration = {};  ///< the one that the panel is about
    Axis x;
    Axis y;
    std::vector<Series> series;
    std::vector<HeatCell> cells;
    HeatScale scale = HeatScale::share;
    double heat_maximum = 1.0;  ///< of the colour scale
};

struct LegendEntry {
    std::string name;
    Look look;
    bool area = false;  ///< a filled box, else line and marker
};

struct Figure {
    std::string id;  ///< of files and links
    std::string title;
    std::string caption;
    std::string summary;  ///< what a reader sees, in words
    std::size_t columns = 3;
    double panel_height = 190.0;  ///< of the plot area, in pixels
    std::vector<LegendEntry> legend;
    std::vector<Panel> panels;
};

/// Figures of which the page shows one, by what is chosen; their order is that of the options, the last fastest.
struct FigureSet {
    struct Choice {
        std::string label;
        std::vector<std::string> options;
    };
    std::string id;
    std::vector<Choice> choices;
    std::vector<Figure> figures;
    std::vector<std::size_t> initial;  ///< options chosen at first

    /// The figure shown at first.
    [[nodiscard]] const Figure& first() const;
};

/// Whether category `place` of `count` along a symmetric axis is named, where names of every `step`-th decade have
/// room.
[[nodiscard]] bool is_named(std::size_t place, std::size_t count, std::size_t step);

/// Long form: panel, series, x, y, low, high; of heat maps panel, column, row, value, marked.
[[nodiscard]] std::string csv_of(const Figure& figure);
[[nodiscard]] nlohmann::ordered_json json_of(const Figure& figure);
[[nodiscard]] nlohmann::ordered_json json_of(const LegendEntry& entry);

/// For a line of more points than two a pixel column: the points of the least and the greatest y in each of `columns`
/// equal ranges of x, in their order; ends are kept. x ascends.
void reduce_to_pixels(Series& series, std::size_t columns);

}  // namespace stdpscope::analysis
