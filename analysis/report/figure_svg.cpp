#include "analysis/report/figure_svg.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/report/svg_panel.hpp"
#include "analysis/report/svg_writer.hpp"
#include "analysis/report/table.hpp"

namespace stdpscope::analysis {
namespace {

constexpr double kWidth = 960.0;

/// Entries from left to right, wrapped; returns where they end.
double draw_legend(svg::Writer& writer, const Figure& figure, double top) {
    double x = 8.0;
    for (const LegendEntry& entry : figure.legend) {
        const double needed = 44.0 + svg::text_width(entry.name);
        if (x > 8.0 && x + needed > kWidth) {
            x = 8.0;
            top += 20.0;
        }
        const std::string colour = colour_of(entry.look, Paper::light);
        if (entry.area) {
            writer.add("<rect x=\"{0:.1f}\" y=\"{1:.1f}\" width=\"22\" height=\"12\" fill=\"{2}\"/>", x, top - 10,
                       colour);
            if (svg::is_hatched(entry.look)) {
                writer.add("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"22\" height=\"12\" fill=\"url(#{})\"/>", x,
                           top - 10, writer.hatch());
            }
        } else {
            writer.add("<path d=\"M{:.1f} {:.1f}h22\" stroke=\"{}\" stroke-width=\"2\"{}/>", x, top - 4, colour,
                       svg::dashes_of(entry.look.dash));
            writer.marker(x + 11, top - 4, entry.look, 3.6);
        }
        writer.words(x + 28, top, entry.name, "start", svg::kText);
        x += needed;
    }
    return figure.legend.empty() ? top - 12.0 : top + 12.0;
}

double draw_heat_scale(svg::Writer& writer, const Panel& panel, double top) {
    constexpr int kSteps = 60;
    for (int step = 0; step < kSteps; ++step) {
        writer.add("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"3.1\" height=\"10\" fill=\"{}\"/>", 40.0 + 3.0 * step, top,
                   heat_colour(step / (kSteps - 1.0)));
    }
    const bool share = panel.scale == HeatScale::share;
    writer.words(34, top + 9, "0", "end", svg::kQuiet);
    writer.words(46 + 3.0 * kSteps, top + 9,
                 share ? fmt::format("{:.4g} %", 100.0 * panel.heat_maximum)
                       : fmt::format("{:.4g} (logarithmic)", panel.heat_maximum),
                 "start", svg::kQuiet);
    return top + 26.0;
}

}  // namespace

std::string svg_of(const Figure& figure) {
    svg::Writer writer(figure.id);
    double top = 26.0;
    writer.words(8, top, figure.title, "start", svg::kText, "font-size=\"16\" font-weight=\"700\"");
    top = draw_legend(writer, figure, top + 26.0);
    if (!figure.panels.empty() && figure.panels.front().kind == PanelKind::heat) {
        top = draw_heat_scale(writer, figure.panels.front(), top);
    }
    const std::size_t columns =
        std::clamp<std::size_t>(figure.panels.size(), 1, std::max<std::size_t>(figure.columns, 1));
    const double panel_width = kWidth / static_cast<double>(columns);
    for (std::size_t place = 0; place < figure.panels.size(); ++place) {
        const Panel& panel = figure.panels[place];
        svg::Margins margins;
        margins.left = svg::label_width(panel) + (panel.y.categories.empty() ? 4.0 : 0.0);
        const double panel_height = margins.top + figure.panel_height + margins.bottom;
        const double left = panel_width * static_cast<double>(place % columns);
        const double panel_top = top + panel_height * static_cast<double>(place / columns);
        svg::draw_panel(writer, panel,
                        {left + margins.left, panel_top + margins.top,
                         std::max(40.0, panel_width - margins.left - margins.right), figure.panel_height});
    }
    const auto rows = static_cast<double>((figure.panels.size() + columns - 1) / columns);
    const double height = top + rows * (svg::Margins{}.top + figure.panel_height + svg::Margins{}.bottom) + 4.0;
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" "
        "height=\"{1:.0f}\" "
        "role=\"img\" font-family=\"system-ui, 'Helvetica Neue', Arial, sans-serif\" font-size=\"{2:.0f}\">"
        "<title>{3}</title><desc>{4}</desc><defs><pattern id=\"{7}\" width=\"6\" height=\"6\" "
        "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect width=\"1.6\" height=\"6\" "
        "fill=\"#ffffff\" "
        "fill-opacity=\"0.55\"/></pattern></defs><rect width=\"100%\" height=\"100%\" fill=\"{5}\"/>\n{6}</svg>\n",
        kWidth, height, svg::kTextPixels, html_escaped(figure.title), html_escaped(figure.summary), svg::kBackground,
        writer.text(), writer.hatch());
}

}  // namespace stdpscope::analysis
