#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>

#include "analysis/report/report_context.hpp"

/// Events of a training as spikes (docs/bridge.md): how often sign and category agree, how sizes correlate, where and
/// why not.
namespace stdpscope::analysis {
namespace {

const BridgeOutcome* bridge_of(const ReportContext& context, std::size_t run) {
    const auto& simulation = context.input.details[run].simulation;
    return simulation && simulation->bridge ? &*simulation->bridge : nullptr;
}

std::vector<std::size_t> bridge_runs(const ReportContext& context) {
    std::vector<std::size_t> runs = context.ordered_runs();
    std::erase_if(runs, [&](std::size_t run) { return bridge_of(context, run) == nullptr; });
    return runs;
}

std::string shown_layer(const BridgeLayer& row) {
    return row.layer.empty() ? "all" : row.layer;
}

/// One row a run and layer.
template <class CellsOf>
Table table_by_layer(const ReportContext& context, const char* id, const char* caption, std::vector<Column> columns,
                     CellsOf cells_of) {
    Table table{.id = id, .caption = caption, .columns = {{"run", "run"}, {"layer", "layer"}}, .rows = {}};
    table.columns.insert(table.columns.end(), columns.begin(), columns.end());
    for (const std::size_t run : bridge_runs(context)) {
        for (const BridgeLayer& row : bridge_of(context, run)->layers) {
            std::vector<Cell> cells{context.names[run], shown_layer(row)};
            for (Cell& cell : cells_of(run, row)) cells.push_back(std::move(cell));
            table.rows.push_back(std::move(cells));
        }
    }
    return table;
}

Table agreement_table(const ReportContext& context) {
    return table_by_layer(context, "bridge_agreement",
                          "Events whose spikes changed the weight as the training asked for: by the sign of the signed "
                          "weight's change, by Table 5's "
                          "category (measure magnitude), at synapses that excite and that inhibit, and against the "
                          "sign of the update that the whole "
                          "batch made. Window response: normal or inverted by the response's sign alone (Table 3 to "
                          "the letter); effect: turned round "
                          "at synapses that inhibit.",
                          {{"window", "window"},
                           {"source", "training"},
                           {"events", "events", Format::whole},
                           {"same_sign", "same sign", Format::percent},
                           {"same_category", "same category", Format::percent},
                           {"excitatory_events", "at exciting synapses", Format::whole},
                           {"excitatory_same_sign", "of these same sign", Format::percent},
                           {"inhibitory_events", "at inhibiting synapses", Format::whole},
                           {"inhibitory_same_sign", "of these same sign", Format::percent},
                           {"same_sign_as_update", "same sign as update", Format::percent}},
                          [&](std::size_t run, const BridgeLayer& row) {
                              return std::vector<Cell>{bridge_of(context, run)->window,
                                                       context.run(run).setting("simulation.source"),
                                                       row.events,
                                                       share_of(row.same_sign, row.events),
                                                       share_of(row.same_category, row.events),
                                                       row.excitatory,
                                                       cell_of(row.excitatory_same_sign),
                                                       row.inhibitory,
                                                       cell_of(row.inhibitory_same_sign),
                                                       cell_of(row.same_sign_as_update)};
                          });
}

/// Why not: the only two reasons that the mapping leaves (docs/bridge.md), and what is in neither.
Table differences_table(const ReportContext& context) {
    return table_by_layer(context, "bridge_differences",
                          "Where they disagree, and why: events of another sign at synapses that inhibit, where a "
                          "window by response alone strengthens "
                          "what the training weakens; and those that met a bound, as a synapse without receptors has "
                          "none to lose. An event may be both.",
                          {{"other_sign", "another sign", Format::whole},
                           {"other_sign_share", "of all events", Format::percent},
                           {"other_inhibitory", "at inhibiting synapses", Format::whole},
                           {"other_inhibitory_share", "of another sign", Format::percent},
                           {"other_unchanged", "at a bound", Format::whole},
                           {"other_unchanged_share", "of another sign", Format::percent}},
                          [](std::size_t, const BridgeLayer& row) {
                              const std::uint64_t other = row.events - row.same_sign;
                              const auto of_others = [&](std::uint64_t part) {
                                  return other == 0 ? Cell{} : Cell(share_of(part, other));
                              };
                              return std::vector<Cell>{other,
                                                       share_of(other, row.events),
                                                       row.other_inhibitory,
                                                       of_others(row.other_inhibitory),
                                                       row.other_unchanged,
                                                       of_others(row.other_unchanged)};
                          });
}

struct Correlated {
    const char* id;
    const char* name;
    BridgeCorrelation BridgeLayer::*correlation;
};
constexpr std::array kCorrelated = {
    Correlated{"asked", "|D F a|", &BridgeLayer::asked},
    Correlated{"carried", "|D a|", &BridgeLayer::carried},
    Correlated{"timing", "|D|", &BridgeLayer::timing},
};

Table sizes_table(const ReportContext& context) {
    std::vector<Column> columns;
    for (const Correlated& each : kCorrelated) {
        columns.push_back({fmt::format("{}_pearson", each.id), fmt::format("{} linear", each.name), Format::general});
        columns.push_back({fmt::format("{}_spearman", each.id), fmt::format("{} ranks", each.name), Format::general});
    }
    return table_by_layer(
        context, "bridge_sizes",
        "Correlation over events of the size of the spikes' change with that of the training's event |D F a|, and with "
        "the parts of it "
        "that spikes carry: D loss derivative (time difference), a activation (number of spikes), F activation "
        "derivative (its sign "
        "alone, as the window). Over all layers together it says little: scales are each layer's own.",
        columns, [](std::size_t, const BridgeLayer& row) {
            std::vector<Cell> cells;
            for (const Correlated& each : kCorrelated) {
                cells.push_back(cell_of((row.*each.correlation).pearson));
                cells.push_back(cell_of((row.*each.correlation).spearman));
            }
            return cells;
        });
}

struct Measured {
    std::string name;
    std::function<std::optional<double>(const BridgeLayer&)> value;
};

/// Dots, one a run, in one panel a layer; the first of `measured` on top.
std::vector<Panel> panels_by_layer(const ReportContext& context, const std::vector<Measured>& measured, const Axis& x) {
    std::vector<Panel> panels;
    const auto panel_of = [&](const std::string& layer) -> Panel& {
        const auto found =
            std::find_if(panels.begin(), panels.end(), [&](const Panel& panel) { return panel.title == layer; });
        if (found != panels.end()) return *found;
        panels.push_back({.kind = PanelKind::dots, .title = layer, .x = x, .y = {}, .series = {}, .cells = {}});
        for (auto each = measured.rbegin(); each != measured.rend(); ++each)
            panels.back().y.categories.push_back(each->name);
        return panels.back();
    };
    for (const std::size_t run : bridge_runs(context)) {
        for (const BridgeLayer& row : bridge_of(context, run)->layers) {
            Series series{context.names[run], look_of(context.configuration_of[run]), {}, {}, {}, {}};
            for (std::size_t place = 0; place < measured.size(); ++place) {
                const std::optional<double> value = measured[place].value(row);
                if (!value) continue;
                series.x.push_back(*value);
                series.y.push_back(static_cast<double>(measured.size() - 1 - place));
            }
            if (!series.x.empty()) panel_of(shown_layer(row)).series.push_back(std::move(series));
        }
    }
    return panels;
}

void add_legend(const ReportContext& context, Figure& figure) {
    for (const std::size_t run : bridge_runs(context)) {
        const std::size_t index = context.configuration_of[run];
        if (context.configurations[index].runs.front() != run) continue;
        figure.legend.push_back({context.configurations[index].name, look_of(index)});
    }
}

std::string agreement_summary(const ReportContext& context) {
    std::string text;
    for (const std::size_t run : bridge_runs(context)) {
        const BridgeLayer& all = bridge_of(context, run)->layers.back();
        if (all.events == 0) continue;
        text += fmt::format(
            "{}{} (window by {}): of {} events {:.2f} % have the sign and {:.2f} % the category of the training",
            text.empty() ? "" : " ", context.names[run], bridge_of(context, run)->window, all.events,
            100 * share_of(all.same_sign, all.events), 100 * share_of(all.same_category, all.events));
        if (all.excitatory_same_sign && all.inhibitory_same_sign) {
            text += fmt::format("; the sign of {:.2f} % at synapses that excite and of {:.2f} % at those that inhibit",
                                100 * *all.excitatory_same_sign, 100 * *all.inhibitory_same_sign);
        }
        text += '.';
    }
    return text;
}

FigureSet agreement_figure(const ReportContext& context) {
    Figure figure;
    figure.id = "bridge_agreement";
    figure.title = "Agreement of training and spikes";
    figure.caption =
        "Share of the events whose spikes changed the weight with the sign, or into the category, that the training "
        "asked "
        "for, by layer. The last row compares with the update of the whole batch: one half is chance.";
    figure.columns = 3;
    figure.panel_height = 150;
    add_legend(context, figure);
    const auto of_events = [](std::uint64_t BridgeLayer::*part) {
        return [part](const BridgeLayer& row) -> std::optional<double> {
            if (row.events == 0) return std::nullopt;
            return share_of(row.*part, row.events);
        };
    };
    figure.panels =
        panels_by_layer(context,
                        {{"same sign", of_events(&BridgeLayer::same_sign)},
                         {"same category", of_events(&BridgeLayer::same_category)},
                         {"sign, exciting", [](const BridgeLayer& row) { return row.excitatory_same_sign; }},
                         {"sign, inhibiting", [](const BridgeLayer& row) { return row.inhibitory_same_sign; }},
                         {"sign of update", [](const BridgeLayer& row) { return row.same_sign_as_update; }}},
                        {.title = "events that agree", .percent = true, .minimum = 0.0, .maximum = 1.0});
    figure.summary = agreement_summary(context);
    return {"bridge_agreement", {}, {std::move(figure)}, {}};
}

FigureSet sizes_figure(const ReportContext& context) {
    Figure figure;
    figure.id = "bridge_sizes";
    figure.title = "Sizes of training and spikes";
    figure.caption =
        "Correlation of the size of the spikes' change with |D F a|, which the training asked for, and with the parts "
        "of it "
        "that spikes carry; linear (Pearson) and of ranks (Spearman), by layer.";
    figure.columns = 3;
    figure.panel_height = 160;
    add_legend(context, figure);
    std::vector<Measured> measured;
    for (const Correlated& each : kCorrelated) {
        const auto correlation = each.correlation;
        measured.push_back({fmt::format("{}, linear", each.name),
                            [correlation](const BridgeLayer& row) { return (row.*correlation).pearson; }});
        measured.push_back({fmt::format("{}, ranks", each.name),
                            [correlation](const BridgeLayer& row) { return (row.*correlation).spearman; }});
    }
    figure.panels = panels_by_layer(context, measured, {.title = "correlation", .minimum = -1.0, .maximum = 1.0});
    std::erase_if(figure.panels,
                  [](const Panel& panel) { return panel.title == "all"; });  // scales are each layer's own
    double least = 1.0;
    double most = -1.0;
    for (const std::size_t run : bridge_runs(context)) {
        for (const BridgeLayer& row : bridge_of(context, run)->layers) {
            if (row.layer.empty() || !row.asked.spearman) continue;
            least = std::min(least, *row.asked.spearman);
            most = std::max(most, *row.asked.spearman);
        }
    }
    figure.summary =
        least > most
            ? "No layer has sizes to correlate."
            : fmt::format("Within layers, ranks of the sizes of change correlate by {:.3f} to {:.3f} with |D F a|.",
                          least, most);
    return {"bridge_sizes", {}, {std::move(figure)}, {}};
}

/// In the order of kStdpCategories, then unchanged.
constexpr std::array kShortNames = {"pre +", "pre -", "post +", "post -", "none"};

Panel categories_panel(const BridgeLayer& row) {
    Panel panel;
    panel.kind = PanelKind::heat;
    panel.title = shown_layer(row);
    panel.x.title = "category by spikes";
    panel.y.title = "by training";
    panel.x.categories.assign(kShortNames.begin(), kShortNames.end());
    panel.y.categories.assign(kShortNames.rbegin() + 1, kShortNames.rend());
    for (std::size_t wanted = 0; wanted < row.categories.size(); ++wanted) {
        std::uint64_t total = 0;
        for (const std::uint64_t count : row.categories[wanted]) total += count;
        if (total == 0) continue;
        for (std::size_t got = 0; got < row.categories[wanted].size(); ++got) {
            panel.cells.push_back({static_cast<std::uint32_t>(got), static_cast<std::uint32_t>(3 - wanted),
                                   share_of(row.categories[wanted][got], total)});
        }
    }
    return panel;
}

FigureSet categories_figure(const ReportContext& context) {
    FigureSet set{"bridge_categories", {{"run", {}}}, {}, {0}};
    for (const std::size_t run : bridge_runs(context)) {
        Figure figure;
        figure.id = fmt::format("bridge_categories_{}", run + 1);
        figure.title = "Category by training and by spikes: " + context.names[run];
        figure.caption =
            "Of the events that the training put in a category (a row), the share that the spikes put in each (a "
            "column), by "
            "layer. Pre, post: which neuron fired first; + potentiation, - depression; none: the weight stayed.";
        figure.columns = 3;
        figure.panel_height = 120;
        for (const BridgeLayer& row : bridge_of(context, run)->layers) figure.panels.push_back(categories_panel(row));
        const BridgeLayer& all = bridge_of(context, run)->layers.back();
        figure.summary = fmt::format("{} of {} events keep their category.", all.same_category, all.events);
        set.choices.front().options.push_back(context.names[run]);
        set.figures.push_back(std::move(figure));
    }
    return set;
}

Table categories_table(const ReportContext& context) {
    Table table{.id = "bridge_categories",
                .caption = "Events by the training's category (rows) and the spikes' (columns).",
                .columns = {{"run", "run"}, {"layer", "layer"}, {"training", "training's category"}},
                .rows = {}};
    for (const Category category : kStdpCategories) {
        table.columns.push_back({std::string(name_of(category)), readable_name(category), Format::whole});
    }
    table.columns.push_back({"unchanged", "unchanged", Format::whole});
    for (const std::size_t run : bridge_runs(context)) {
        for (const BridgeLayer& row : bridge_of(context, run)->layers) {
            for (std::size_t wanted = 0; wanted < row.categories.size(); ++wanted) {
                std::vector<Cell> cells{context.names[run], shown_layer(row), readable_name(kStdpCategories[wanted])};
                for (const std::uint64_t count : row.categories[wanted]) cells.emplace_back(count);
                table.rows.push_back(std::move(cells));
            }
        }
    }
    return table;
}

}  // namespace

Section bridge_section(const ReportContext& context) {
    Section section{.id = "bridge", .title = "Training as spikes", .paragraphs = {}, .warnings = {}, .items = {}};
    if (bridge_runs(context).empty()) return section;
    section.paragraphs = {
        "Events of a training were turned into spikes of two neurons: the activation into the number of presynaptic "
        "spikes, the loss "
        "derivative into who fires first and how far apart, the sign of the activation's derivative into the window, "
        "the weight into the "
        "kind and number of receptors. A spiking rule then changed each synapse. Does it do what the training asked "
        "for?",
        "By response alone, signs agree at synapses that excite and at none that inhibit: a normal window strengthens "
        "a synapse when the "
        "presynaptic neuron fires first, whatever the synapse does, where the training weakens one that inhibits.",
    };
    section.items.emplace_back(agreement_figure(context));
    section.items.emplace_back(agreement_table(context));
    section.items.emplace_back(differences_table(context));
    section.items.emplace_back(sizes_figure(context));
    section.items.emplace_back(sizes_table(context));
    section.items.emplace_back(categories_figure(context));
    section.items.emplace_back(categories_table(context));
    return section;
}

}  // namespace stdpscope::analysis
