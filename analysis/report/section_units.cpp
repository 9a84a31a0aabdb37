#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/report/report_context.hpp"
#include "analysis/report/time_points.hpp"

/// Units by their share of inverted and of no response, dead units and biases over time (thesis 4.6).
namespace stdpscope::analysis {
namespace {

/// Of one unit (or channel) over the whole run.
struct UnitResponses {
    std::uint64_t inverted = 0;
    std::uint64_t zero = 0;
    std::uint64_t normal = 0;
    [[nodiscard]] std::uint64_t total() const { return inverted + zero + normal; }
};

std::vector<UnitResponses> responses_of_units(const Tally& tally, std::size_t layer) {
    std::vector<UnitResponses> units(tally.layers()[layer].geometry.weight_rows());
    for (const auto& [epoch, layers] : tally.epochs()) {
        const auto& counts = layers[layer].unit_response;
        for (std::size_t unit = 0; unit < units.size(); ++unit) {
            units[unit].inverted += counts[3 * unit];
            units[unit].zero += counts[3 * unit + 1];
            units[unit].normal += counts[3 * unit + 2];
        }
    }
    return units;
}

bool is_neglu(const ann::SynapseLayer& layer, std::size_t unit) {
    return layer.geometry.kind == ann::SynapseKind::dense && unit < layer.population_of_unit.size() &&
           layer.populations.at(layer.population_of_unit[unit]) == "neglu";
}

struct MapKind {
    const char* id;
    const char* name;
    std::uint64_t UnitResponses::*count;
};
constexpr std::array kMapKinds = {
    MapKind{"inverted", "inverted response", &UnitResponses::inverted},
    MapKind{"silent", "no response", &UnitResponses::zero},
};

Panel unit_panel(const ReportContext& context, std::size_t run, std::size_t layer, const MapKind& kind) {
    const Tally& tally = context.run(run).trace->tally;
    const auto units = responses_of_units(tally, layer);
    const auto columns = static_cast<std::size_t>(std::ceil(std::sqrt(1.6 * static_cast<double>(units.size()))));
    const std::size_t rows = (units.size() + columns - 1) / columns;
    Panel panel;
    panel.kind = PanelKind::heat;
    panel.title = context.names[run];
    panel.configuration = context.configuration_of[run];
    panel.x.title = "unit = row + column";
    for (std::size_t column = 0; column < columns; ++column) panel.x.categories.push_back(std::to_string(column));
    for (std::size_t row = rows; row-- > 0;) panel.y.categories.push_back(std::to_string(row * columns));
    for (std::size_t unit = 0; unit < units.size(); ++unit) {
        panel.cells.push_back(
            {static_cast<std::uint32_t>(unit % columns), static_cast<std::uint32_t>(rows - 1 - unit / columns),
             share_of(units[unit].*kind.count, units[unit].total()), is_neglu(tally.layers()[layer], unit)});
    }
    return panel;
}

Figure unit_map(const ReportContext& context, const std::string& layer, const MapKind& kind) {
    Figure figure;
    figure.id = fmt::format("units_{}_{}", layer, kind.id);
    figure.title = fmt::format("Units of {} by their share of {}", layer, kind.name);
    figure.caption = fmt::format(
        "One cell a unit (or channel), in reading order, its colour the share of {} over the whole run; "
        "NegLU units have a dot.",
        kind.name);
    figure.columns = 4;
    figure.panel_height = 130;
    std::size_t always = 0;
    std::size_t never = 0;
    std::size_t all = 0;
    for (const std::size_t run : context.trained_runs()) {
        const auto index = context.layer_of(run, layer);
        if (!index) continue;
        figure.panels.push_back(unit_panel(context, run, *index, kind));
        for (const HeatCell& cell : figure.panels.back().cells) {
            ++all;
            if (cell.value == 1.0) ++always;
            if (cell.value == 0.0) ++never;
        }
    }
    figure.summary = fmt::format("{}: of {} units over all runs, {} gave {} always and {} never.", layer, all, always,
                                 kind.name, never);
    return figure;
}

/// Lines over the timeline, one a run, in one panel a layer.
template <class ValueOf>
Figure over_time(const ReportContext& context, ValueOf value_of) {
    Figure figure;
    figure.columns = 3;
    figure.panel_height = 150;
    for (const std::string& layer : context.layer_names(context.trained_runs())) {
        Panel panel;
        panel.title = layer;
        panel.x = {.title = "epochs", .minimum = 0.0};
        for (const std::size_t run : context.trained_runs()) {
            const auto index = context.layer_of(run, layer);
            if (!index) continue;
            const Timeline& timeline = *context.input.details[run].timeline;
            Look look = look_of(context.configuration_of[run]);
            look.dash = dash_of(context, run);
            Series series{context.names[run], look, {}, {}, {}, {}};
            for (const auto& [bin, layers] : timeline.tally.epochs()) {
                series.x.push_back(timeline.ends[bin]);
                series.y.push_back(value_of(timeline.tally, *index, layers[*index]));
            }
            panel.series.push_back(std::move(series));
        }
        figure.panels.push_back(std::move(panel));
    }
    for (std::size_t index = 0; index < context.configurations.size(); ++index) {
        figure.legend.push_back({context.configurations[index].name, look_of(index)});
    }
    return figure;
}

FigureSet dead_units_figure(const ReportContext& context) {
    Figure figure = over_time(context, [](const Tally& tally, std::size_t index, const LayerTally& counts) {
        return share_of(counts.dead_units, tally.layers()[index].geometry.weight_rows());
    });
    figure.id = "dead_units";
    figure.title = "Dead units over time";
    figure.caption =
        "Share of units (channels of a convolution) whose derivative was 0 throughout a record of the trace; "
        "seeds of a configuration differ in their dashes.";
    double most = 0.0;
    std::string name;
    for (Panel& panel : figure.panels) {
        panel.y = {.title = "dead units", .percent = true, .minimum = 0.0};
        double highest = 0.0;
        for (const Series& series : panel.series) {
            for (const double value : series.y) {
                highest = std::max(highest, value);
                if (value > most) {
                    most = value;
                    name = series.name + ", " + panel.title;
                }
            }
        }
        if (highest == 0.0) panel.y.maximum = 0.01;
    }
    figure.summary = most > 0.0 ? fmt::format("At most {:.2f} % of a layer's units were dead ({}).", 100 * most, name)
                                : "No unit was dead at any time.";
    return {"dead_units", {}, {std::move(figure)}, {}};
}

FigureSet bias_figure(const ReportContext& context) {
    FigureSet set{"biases", {{"size", {"mean of |bias|", "largest |bias|"}}}, {}, {0}};
    for (const bool largest : {false, true}) {
        Figure figure = over_time(context, [&](const Tally&, std::size_t, const LayerTally& counts) {
            return largest ? std::max(std::abs(counts.biases.minimum), std::abs(counts.biases.maximum))
                           : counts.biases.mean_absolute;
        });
        figure.id = largest ? "biases_largest" : "biases_mean";
        figure.title = largest ? "Largest bias over time" : "Mean size of biases over time";
        figure.caption = "At the end of each interval; seeds of a configuration differ in their dashes.";
        double most = -1.0;
        std::string name;
        for (Panel& panel : figure.panels) {
            panel.y = {.title = largest ? "largest |bias|" : "mean |bias|", .minimum = 0.0};
            for (const Series& series : panel.series) {
                if (series.y.empty() || !(series.y.back() > most)) continue;
                most = series.y.back();
                name = series.name + ", " + panel.title;
            }
        }
        figure.summary = fmt::format("Highest at the end: {:.3g} ({}).", most, name);
        set.figures.push_back(std::move(figure));
    }
    return set;
}

Table units_table(const ReportContext& context) {
    Table table{
        .id = "units",
        .caption =
            "Layers at the end of the trace: dead units (derivative 0 throughout the last record, and the most of "
            "any record), units that ever answered with an inverted response, biases, and weight signs that "
            "switched per weight and step.",
        .columns = {{"run", "run"},
                    {"layer", "layer"},
                    {"units", "units", Format::whole},
                    {"dead_units", "dead", Format::whole},
                    {"most_dead_units", "most dead", Format::whole},
                    {"inverted_units", "ever inverted", Format::whole},
                    {"bias_mean", "mean bias", Format::general},
                    {"bias_mean_absolute", "mean |bias|", Format::general},
                    {"bias_minimum", "least bias", Format::general},
                    {"bias_maximum", "greatest bias", Format::general},
                    {"receptor_switch_rate", "receptor switches", Format::general}},
        .rows = {}};
    for (const std::size_t run : context.trained_runs()) {
        const Tally& tally = context.run(run).trace->tally;
        const TraceSummary summary = summarise(tally, {.grouping = {.layer = true}});
        for (std::size_t layer = 0; layer < summary.layers.size(); ++layer) {
            const LayerState& state = summary.layers[layer];
            std::uint64_t inverted = 0;
            for (const UnitResponses& unit : responses_of_units(tally, layer)) inverted += unit.inverted > 0 ? 1 : 0;
            const auto switches = std::find_if(summary.switches.begin(), summary.switches.end(),
                                               [&](const SwitchRow& row) { return row.group.layer == state.layer; });
            table.rows.push_back({context.names[run], state.layer, state.units, state.dead_units, state.most_dead_units,
                                  inverted, state.biases.mean, state.biases.mean_absolute, state.biases.minimum,
                                  state.biases.maximum,
                                  switches == summary.switches.end() ? Cell{} : Cell(switches->rate())});
        }
    }
    return table;
}

}  // namespace

Section units_section(const ReportContext& context) {
    Section section{.id = "units", .title = "Units", .paragraphs = {}, .warnings = {}, .items = {}};
    if (context.trained_runs().empty()) return section;
    section.paragraphs.push_back(
        "Are there dying units or large biases (thesis 4.6, where neither was measured)? A unit whose derivative is 0 "
        "for every "
        "sample passes nothing on and learns nothing.");
    FigureSet maps{"units",
                   {{"layer", context.layer_names(context.trained_runs())}, {"share of", {}}},
                   {},
                   {context.layer_of_interest(), 0}};
    for (const MapKind& kind : kMapKinds) maps.choices[1].options.emplace_back(kind.name);
    for (const std::string& layer : context.layer_names(context.trained_runs())) {
        for (const MapKind& kind : kMapKinds) maps.figures.push_back(unit_map(context, layer, kind));
    }
    section.items.emplace_back(std::move(maps));
    section.items.emplace_back(dead_units_figure(context));
    section.items.emplace_back(bias_figure(context));
    section.items.emplace_back(units_table(context));
    return section;
}

}  // namespace stdpscope::analysis
