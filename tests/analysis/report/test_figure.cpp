#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <set>

#include "analysis/report/figure.hpp"
#include "analysis/report/figure_svg.hpp"
#include "analysis/report/palette.hpp"
#include "analysis/report/ticks.hpp"

using namespace stdpscope::analysis;
using Catch::Matchers::Contains;

namespace {

Series noise(std::size_t points) {
    Series series{"noise", {}, {}, {}, {}, {}};
    std::mt19937_64 engine(1);
    for (std::size_t point = 0; point < points; ++point) {
        series.x.push_back(static_cast<double>(point));
        series.y.push_back(std::uniform_real_distribution<double>(-1, 1)(engine));
    }
    return series;
}

}  // namespace

TEST_CASE("Reduction keeps ends and, in every pixel column, the least and the greatest", "[report][figure]") {
    const Series whole = noise(10007);
    Series reduced = whole;
    reduce_to_pixels(reduced, 50);
    CHECK(reduced.x.size() <= 102);
    CHECK(reduced.x.front() == whole.x.front());
    CHECK(reduced.x.back() == whole.x.back());
    CHECK(std::is_sorted(reduced.x.begin(), reduced.x.end()));
    const double width = whole.x.back() / 50;
    for (int column = 0; column < 50; ++column) {
        const auto extremes = [&](const Series& series) {
            double least = INFINITY;
            double greatest = -INFINITY;
            for (std::size_t point = 0; point + 1 < series.x.size(); ++point) {
                if (std::floor(series.x[point] / width) != column) continue;
                least = std::min(least, series.y[point]);
                greatest = std::max(greatest, series.y[point]);
            }
            return std::pair(least, greatest);
        };
        CHECK(extremes(reduced) == extremes(whole));
    }
}

TEST_CASE("Short series stay as they are", "[report][figure]") {
    Series series = noise(100);
    reduce_to_pixels(series, 50);
    CHECK(series.x.size() == 100);
}

TEST_CASE("Ticks are round and within the range", "[report][figure]") {
    CHECK(round_ticks(0, 1, 5) == std::vector<double>{0.0, 0.2, 0.4, 0.6000000000000001, 0.8, 1.0});
    CHECK(round_ticks(-3, 17, 4) == std::vector<double>{0, 5, 10, 15});
    CHECK(round_ticks(1, 1, 4).empty());
    CHECK(round_ticks(0, std::nan(""), 4).empty());
    CHECK(decade_ticks(0.002, 0.3, 9) == std::vector<double>{0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2});
    CHECK(decade_ticks(1e-6, 1.0, 4).size() <= 4);
    CHECK(round_ticks(1e12, 1e12 + 1, 4).empty());
}

TEST_CASE("The texts of an axis' ticks differ and are its numbers", "[report][figure]") {
    CHECK(tick_text(0.125, true) == "12.5");
    CHECK(tick_text(0.00015, false) == "0.00015");
    CHECK(tick_text(0.6000000000000001, false) == "0.6");
    CHECK(tick_text(1000000.2, false) == "1000000.2");
    std::mt19937_64 engine(3);
    for (int axis = 0; axis < 1000; ++axis) {
        const double middle = std::uniform_real_distribution<double>(-10, 10)(engine);
        const double width = std::pow(10.0, std::uniform_real_distribution<double>(-8, 6)(engine));
        const bool percent = axis % 2 == 0;
        const std::vector<double> ticks = round_ticks(middle - width, middle + width, 6);
        REQUIRE(ticks.size() >= 2);
        std::set<std::string> texts;
        for (const double tick : ticks) {
            texts.insert(tick_text(tick, percent));
            CHECK(std::stod(tick_text(tick, percent)) ==
                  Approx(percent ? 100 * tick : tick).epsilon(1e-12).margin(1e-12 * width));
        }
        CHECK(texts.size() == ticks.size());
    }
}

TEST_CASE("Ends of logarithmic axes are round", "[report][figure]") {
    CHECK(round_below(0.0119) == Approx(0.01));
    CHECK(round_below(0.05) == Approx(0.05));
    CHECK(round_above(0.902) == Approx(1.0));
    CHECK(round_above(0.0201) == Approx(0.05));
    CHECK(round_above(0.1) == Approx(0.1));
}

TEST_CASE("A symmetric axis is named at 0 and at decades on both sides", "[report][figure]") {
    std::string named;
    for (std::size_t place = 0; place < 11; ++place) named += is_named(place, 11, 1) ? 'x' : '.';
    CHECK(named == "x.x.xxx.x.x");
    named.clear();
    for (std::size_t place = 0; place < 11; ++place) named += is_named(place, 11, 2) ? 'x' : '.';
    CHECK(named == "..x..x..x..");
}

TEST_CASE("An SVG figure has title, description, panels and no reference to another file", "[report][figure]") {
    Figure figure;
    figure.id = "f";
    figure.title = "A & B";
    figure.summary = "What is seen";
    figure.legend = {{"inverted", {Paint::category, 2}, true}};
    Panel lines;
    lines.title = "<lines>";
    lines.series.push_back(noise(20));
    Panel stack;
    stack.kind = PanelKind::stack;
    stack.series = {{"a", {Paint::category, 0}, {0, 1}, {0.5, 0.25}, {}, {}},
                    {"b", {Paint::category, 2}, {0, 1}, {0.5, 0.75}, {}, {}}};
    Panel dots;
    dots.kind = PanelKind::dots;
    dots.y.categories = {"one"};
    dots.series = {{"a", {Paint::configuration, 0, Dash::solid, Marker::star}, {0.5}, {0}, {0.25}, {NAN}}};
    figure.panels = {lines, stack, dots};
    const std::string svg = svg_of(figure);
    CHECK_THAT(svg, Contains("<title>A &amp; B</title><desc>What is seen</desc>") && Contains("&lt;lines&gt;") &&
                        Contains("url(#hatch-f)") && !Contains("nan") && !Contains("href"));
    CHECK(svg.find("http") == svg.rfind("http"));  // the namespace's name alone
}

TEST_CASE("An interval that a logarithmic axis does not reach ends at its end, without a cap", "[report][figure]") {
    Figure figure;
    Panel panel;
    panel.kind = PanelKind::dots;
    panel.x = {.title = "error", .logarithmic = true, .minimum = 0.01, .maximum = 1.0};
    panel.y.categories = {"one"};
    const auto lines_with = [&](double low, double high) {
        panel.series = {{"a", {Paint::configuration, 1}, {0.1}, {0}, {low}, {high}}};
        figure.panels = {panel};
        const std::string svg = svg_of(figure);
        CHECK_THAT(svg, !Contains("nan") && !Contains("inf"));
        const std::string colour =
            "stroke=\"" + colour_of({Paint::configuration, 1}, Paper::light) + "\" stroke-width=\"2\"";
        std::size_t count = 0;
        for (std::size_t at = svg.find(colour); at != std::string::npos; at = svg.find(colour, at + 1)) ++count;
        return count;
    };
    CHECK(lines_with(0.05, 0.2) == 3);
    CHECK(lines_with(0.0, 0.2) == 2);
    CHECK(lines_with(0.0, 2.0) == 1);
    CHECK(lines_with(NAN, NAN) == 0);
}

TEST_CASE("In an SVG figure larger values are further up, and areas stand on those below them", "[report][figure]") {
    const auto heights = [](const std::string& path) {  // y of each point of "M1.0 2.0L3.0 4.0..."
        std::vector<double> ys;
        for (std::size_t at = path.find(' '); at != std::string::npos; at = path.find(' ', at + 1))
            ys.push_back(std::stod(path.substr(at + 1)));
        return ys;
    };
    const auto path_after = [](const std::string& svg, std::size_t& from) {
        from = svg.find("<path d=\"M", from) + 9;
        return svg.substr(from, svg.find('"', from) - from);
    };
    Figure figure;
    Panel lines;
    lines.series = {{"a", {}, {0, 1}, {0, 1}, {}, {}}};
    figure.panels = {lines};
    std::size_t from = 0;
    const std::vector<double> line = heights(path_after(svg_of(figure), from));
    REQUIRE(line.size() == 2);
    CHECK(line[1] < line[0]);

    Panel stack;
    stack.kind = PanelKind::stack;
    stack.series = {{"a", {Paint::effect, 0}, {0, 1}, {0.5, 0.25}, {}, {}},
                    {"b", {Paint::effect, 1}, {0, 1}, {0.5, 0.5}, {}, {}}};
    figure.panels = {stack};
    const std::string svg = svg_of(figure);
    from = 0;
    const std::vector<double> lower = heights(path_after(svg, from));  // along the top, and back along the bottom
    const std::vector<double> upper = heights(path_after(svg, from));
    REQUIRE(lower.size() == 4);
    REQUIRE(upper.size() == 4);
    CHECK(upper[3] == lower[0]);
    CHECK(upper[2] == lower[1]);
    CHECK(lower[2] == lower[3]);
    CHECK(upper[0] < lower[0]);
}

TEST_CASE("A long name is cut between letters, and a figure's id names no foreign pattern", "[report][figure]") {
    Figure figure;
    figure.id = "window_a\"b c";
    figure.columns = 4;
    Panel panel;
    for (int letter = 0; letter < 60; ++letter) panel.title += "\u00e4";
    figure.panels = {panel, panel, panel, panel};
    const std::string svg = svg_of(figure);
    CHECK_NOTHROW(nlohmann::json(svg).dump());  // valid UTF-8
    CHECK_THAT(svg, Contains("\u00e4...</text>") && Contains("id=\"hatch-window_a_b_c\""));
}

TEST_CASE("Figures of nothing, of one point and of NaN can be drawn", "[report][figure]") {
    Figure figure;
    figure.id = "f";
    Panel empty;
    Panel point;
    point.series = {{"p", {}, {1}, {NAN}, {}, {}}};
    Panel logarithmic;
    logarithmic.y.logarithmic = true;
    logarithmic.series = {{"p", {}, {1, 2}, {0.0, 0.0}, {}, {}}};
    Panel heat;
    heat.kind = PanelKind::heat;
    figure.panels = {empty, point, logarithmic, heat};
    CHECK_THAT(svg_of(figure), !Contains("nan") && !Contains("inf"));
}

TEST_CASE("The CSV of a figure has every point", "[report][figure]") {
    Figure figure;
    Panel panel;
    panel.title = "p";
    panel.series = {noise(5000)};
    figure.panels = {panel};
    const std::string csv = csv_of(figure);
    CHECK(std::count(csv.begin(), csv.end(), '\n') == 5001);
    CHECK(json_of(figure)["panels"][0]["series"][0]["x"].size() <= 1202);
}
