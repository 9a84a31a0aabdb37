#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analysis/report/report_context.hpp"

/// The thesis' Table 4: transmitter x receptor, by layer and over time.
namespace stdpscope::analysis {
namespace {

struct Quadrant {
    const char* id;
    const char* name;
    std::uint64_t EffectCounts::*count;
};
constexpr std::array kQuadrants = {
    Quadrant{"excitatory_normal", "excitatory transmitter, normal receptor: excites",
             &EffectCounts::excitatory_transmitter_normal_receptor},
    Quadrant{"excitatory_opposite", "excitatory transmitter, opposite receptor: inhibits",
             &EffectCounts::excitatory_transmitter_opposite_receptor},
    Quadrant{"inhibitory_normal", "inhibitory transmitter, normal receptor: inhibits",
             &EffectCounts::inhibitory_transmitter_normal_receptor},
    Quadrant{"inhibitory_opposite", "inhibitory transmitter, opposite receptor: excites",
             &EffectCounts::inhibitory_transmitter_opposite_receptor},
};

/// By layer, top to bottom in the order of the network, over the bins of the run.
Figure quadrants_of_run(const ReportContext& context, std::size_t run) {
    const Timeline& timeline = *context.input.details[run].timeline;
    const TraceSummary summary = summarise(timeline.tally, {.grouping = {.layer = true, .epoch = true}});
    Figure figure;
    figure.id = "quadrants_" + std::to_string(run + 1);
    figure.title = "Transmitter x receptor: " + context.names[run];
    figure.caption =
        "Each quadrant's share of the events in which transmitter and receptor are not 0, by layer and time (the "
        "thesis' Table 4).";
    figure.columns = 2;
    const auto& layers = context.run(run).trace->header.layers;
    figure.panel_height = std::max(90.0, 30.0 * static_cast<double>(layers.size()));
    for (const Quadrant& quadrant : kQuadrants) {
        Panel panel;
        panel.kind = PanelKind::heat;
        panel.title = quadrant.name;
        panel.x.title = "epochs";
        for (const double end : timeline.ends) panel.x.categories.push_back(fmt::format("{:.4g}", end));
        for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) panel.y.categories.push_back(layer->name);
        for (const EffectRow& row : summary.effects) {
            if (!row.group.layer) continue;
            const auto index = *context.layer_of(run, *row.group.layer);
            panel.cells.push_back({static_cast<std::uint32_t>(*row.group.epoch),
                                   static_cast<std::uint32_t>(layers.size() - 1 - index),
                                   share_of(row.all_events.*quadrant.count, row.all_events.total())});
        }
        figure.panels.push_back(std::move(panel));
    }
    const EffectCounts whole = summarise(context.run(run).trace->tally, {}).effects.back().all_events;
    figure.summary = fmt::format("Over the whole run {:.2f} % of these events excite and {:.2f} % inhibit.",
                                 100 * share_of(whole.excitatory(), whole.total()),
                                 100 * share_of(whole.inhibitory(), whole.total()));
    return figure;
}

/// One colour scale up to the greatest share.
void scale_together(const std::vector<Figure*>& figures) {
    double most = 0.0;
    for (const Figure* figure : figures) {
        for (const Panel& panel : figure->panels) {
            for (const HeatCell& cell : panel.cells) most = std::max(most, cell.value);
        }
    }
    if (most == 0.0) return;
    for (Figure* figure : figures) {
        for (Panel& panel : figure->panels) panel.heat_maximum = most;
    }
}

/// All trainings have one scale, and all simulations, whose projections each lie in one quadrant.
void scale_by_kind(const ReportContext& context, FigureSet& set, const std::vector<std::size_t>& runs) {
    for (const bool spiking : {false, true}) {
        std::vector<Figure*> figures;
        for (std::size_t place = 0; place < runs.size(); ++place) {
            if (context.run(runs[place]).trace->header.spiking.has_value() == spiking)
                figures.push_back(&set.figures[place]);
        }
        scale_together(figures);
    }
}

Table effects_table(const ReportContext& context) {
    Table table{
        .id = "effects",
        .caption =
            "Transmitter x receptor over the whole run (the thesis' Table 4): shares of the events in which both "
            "are not 0. Transmitter + or - first, receptor second.",
        .columns = {{"run", "run"},
                    {"layer", "layer"},
                    {"events", "events", Format::whole},
                    {"excitatory_normal", "+ + excites", Format::percent},
                    {"excitatory_opposite", "+ - inhibits", Format::percent},
                    {"inhibitory_normal", "- + inhibits", Format::percent},
                    {"inhibitory_opposite", "- - excites", Format::percent},
                    {"excitatory_share", "excitatory", Format::percent},
                    {"inhibitory_share", "inhibitory", Format::percent}},
        .rows = {}};
    for (const std::size_t run : context.traced_runs()) {
        for (const EffectRow& row : summarise(context.run(run).trace->tally, {.grouping = {.layer = true}}).effects) {
            const EffectCounts& counts = row.all_events;
            std::vector<Cell> cells{context.names[run], row.group.layer.value_or("all"), counts.total()};
            for (const Quadrant& quadrant : kQuadrants) {
                cells.emplace_back(share_of(counts.*quadrant.count, counts.total()));
            }
            cells.emplace_back(share_of(counts.excitatory(), counts.total()));
            cells.emplace_back(share_of(counts.inhibitory(), counts.total()));
            table.rows.push_back(std::move(cells));
        }
    }
    return table;
}

}  // namespace

Section effects_section(const ReportContext& context) {
    Section section{
        .id = "effects", .title = "Excitation and inhibition", .paragraphs = {}, .warnings = {}, .items = {}};
    const auto traced = context.traced_runs();
    if (traced.empty()) return section;
    section.paragraphs.push_back(
        "The sign of an activation is the kind of its transmitter, the sign of a weight the kind of its receptors; "
        "their "
        "product is the effect at the synapse. An inhibitory transmitter at an opposite-effect receptor excites.");
    FigureSet set{"quadrants", {{"run", {}}}, {}, {0}};
    for (const std::size_t run : traced) {
        set.choices.front().options.push_back(context.names[run]);
        set.figures.push_back(quadrants_of_run(context, run));
    }
    scale_by_kind(context, set, traced);
    section.items.emplace_back(std::move(set));
    section.items.emplace_back(effects_table(context));
    return section;
}

}  // namespace stdpscope::analysis
