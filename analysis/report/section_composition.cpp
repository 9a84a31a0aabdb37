#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/report/composition_states.hpp"
#include "analysis/report/report_context.hpp"
#include "analysis/report/time_points.hpp"

/// The shares of Table 5's four categories, whole and over time, and responses by their sign.
namespace stdpscope::analysis {
namespace {

std::string convention_text(const SummaryOptions& options) {
    return fmt::format("measure {}, timing {}", name_of(options.measure), name_of(options.timing));
}

/// Of the whole run.
CategoryTable whole_run(const ReportContext& context, std::size_t run, Level level) {
    const SummaryOptions options{
        .levels = {level}, .measure = context.input.options.measure, .timing = context.input.options.timing};
    return summarise(context.run(run).trace->tally, options).categories.back().counts;
}

FigureSet composition_figure(const ReportContext& context) {
    FigureSet set{"composition", {{"level", {"event", "update"}}}, {}, {0}};
    for (const Level level : {Level::event, Level::update}) {
        Figure figure = composition_of_runs(context, level);
        figure.id = fmt::format("composition_{}", name_of(level));
        figure.caption = fmt::format(
            "Shares of Table 5's categories ({}). Blue: normal STDP; orange and hatched: temporally inverted STDP. One "
            "panel a run.",
            convention_text(context.input.options));
        std::string least;
        std::string most;
        double low = 2.0;
        double high = -1.0;
        for (const std::size_t run : context.traced_runs()) {
            const CategoryTable counts = whole_run(context, run, level);
            if (counts.total() == 0) continue;
            const double inverted = counts.share(Response::inverted);
            if (inverted < low) {
                low = inverted;
                least = context.names[run];
            }
            if (inverted > high) {
                high = inverted;
                most = context.names[run];
            }
        }
        if (!most.empty() && least == most) {
            figure.summary = fmt::format("Share of temporally inverted STDP over the whole run: {:.2f} %.", 100 * high);
        } else if (!most.empty()) {
            figure.summary = fmt::format(
                "Share of temporally inverted STDP over the whole run: from {:.2f} % ({}) to {:.2f} % ({}).", 100 * low,
                least, 100 * high, most);
        }
        set.figures.push_back(std::move(figure));
    }
    return set;
}

std::vector<Column> category_columns() {
    std::vector<Column> columns{{"total", "total", Format::whole}};
    for (const Category category : kStdpCategories) {
        columns.push_back({std::string(name_of(category)), readable_name(category), Format::percent});
    }
    columns.push_back({"normal", "normal", Format::percent});
    columns.push_back({"inverted", "inverted", Format::percent});
    return columns;
}

std::vector<Cell> category_cells(const CategoryTable& counts) {
    std::vector<Cell> cells{counts.total()};
    for (const Category category : kStdpCategories) cells.emplace_back(counts.share(category));
    cells.emplace_back(counts.share(Response::normal));
    cells.emplace_back(counts.share(Response::inverted));
    return cells;
}

Table categories_by_run(const ReportContext& context, Level level) {
    Table table{
        .id = fmt::format("categories_{}", name_of(level)),
        .caption = level == Level::event
                       ? fmt::format("Event level, whole run: shares of the firing pairs ({}). Without a pair: "
                                     "events in which the transmitter, timing or response is 0.",
                                     convention_text(context.input.options))
                       : fmt::format("Update level, whole run: shares of the timed changes ({}). Untimed: changed "
                                     "by momentum or decay alone.",
                                     convention_text(context.input.options)),
        .columns = {{"run", "run"}, {"configuration", "configuration"}},
        .rows = {}};
    for (Column& column : category_columns()) table.columns.push_back(std::move(column));
    if (level == Level::event) {
        table.columns.push_back({"no_pair", "without a pair", Format::whole});
    } else {
        table.columns.push_back({"unchanged", "unchanged", Format::whole});
        table.columns.push_back({"untimed", "untimed", Format::whole});
    }
    table.columns.push_back({"invalid", "invalid", Format::whole});
    for (const std::size_t run : context.traced_runs()) {
        const CategoryTable counts = whole_run(context, run, level);
        std::vector<Cell> row{context.names[run], context.configuration_name(run)};
        for (Cell& cell : category_cells(counts)) row.push_back(std::move(cell));
        if (level == Level::event) {
            row.emplace_back(counts.no_pair);
        } else {
            row.emplace_back(counts.unchanged);
            row.emplace_back(counts.untimed);
        }
        row.emplace_back(counts.invalid);
        table.rows.push_back(std::move(row));
    }
    return table;
}

/// Every layer and population of every run, under both levels, measures and timing readings.
Table categories_in_full(const ReportContext& context) {
    Table table{
        .id = "categories_in_full",
        .caption =
            "Whole runs by layer and population, under the report's measure and timing; 'all' is over all of them.",
        .columns = {{"run", "run"}, {"level", "level"}, {"layer", "layer"}, {"population", "population"}},
        .rows = {}};
    for (Column& column : category_columns()) table.columns.push_back(std::move(column));
    constexpr std::array kGroupings = {Grouping{}, Grouping{.layer = true}, Grouping{.population = true},
                                       Grouping{.layer = true, .population = true}};
    for (const std::size_t run : context.traced_runs()) {
        for (const Level level : {Level::event, Level::update}) {
            for (const Grouping& grouping : kGroupings) {
                SummaryOptions options = context.input.options;
                options.levels = {level};
                options.grouping = grouping;
                for (const CategoryRow& row : summarise(context.run(run).trace->tally, options).categories) {
                    if (row.group.is_total() && (grouping.layer || grouping.population)) continue;
                    std::vector<Cell> cells{context.names[run], std::string(name_of(level)),
                                            row.group.layer.value_or("all"), row.group.population.value_or("all")};
                    for (Cell& cell : category_cells(row.counts)) cells.push_back(std::move(cell));
                    table.rows.push_back(std::move(cells));
                }
            }
        }
    }
    return table;
}

FigureSet response_figure(const ReportContext& context) {
    const std::vector<std::string> layers = context.layer_names(context.trained_runs());
    FigureSet set{"responses", {{"layer", layers}}, {}, {context.layer_of_interest()}};
    for (const std::string& layer : layers) {
        Figure figure;
        figure.id = "responses_" + layer;
        figure.title = "Response of the units of " + layer;
        figure.caption =
            "Events by the sign of the postsynaptic unit's derivative: normal (+), none (0), temporally inverted (-). "
            "One "
            "panel a run.";
        figure.columns = 4;
        figure.panel_height = 120;
        figure.legend = {{"normal response", {Paint::response, 0}, true},
                         {"no response", {Paint::response, 1}, true},
                         {"inverted response", {Paint::response, 2}, true}};
        double most = -1.0;
        std::string name;
        for (const std::size_t run : context.trained_runs()) {
            if (!context.layer_of(run, layer)) continue;
            const Timeline& timeline = *context.input.details[run].timeline;
            const TraceSummary summary = summarise(timeline.tally, {.grouping = {.layer = true, .epoch = true}});
            Panel panel;
            panel.kind = PanelKind::stack;
            panel.title = context.names[run];
            panel.configuration = context.configuration_of[run];
            panel.x = {.title = "epochs", .minimum = 0.0, .maximum = timeline.ends.back()};
            panel.y = {.title = "share of events", .percent = true, .minimum = 0.0, .maximum = 1.0};
            constexpr const char* kNames[] = {"normal response", "no response", "inverted response"};
            std::array<Series, 3> series;
            for (std::size_t place = 0; place < 3; ++place) {
                series[place].name = kNames[place];
                series[place].look = {Paint::response, place};
            }
            ResponseCounts whole;
            for (const ResponseRow& row : summary.responses) {
                if (row.group.layer != layer) continue;
                const std::size_t bin = *row.group.epoch;
                const ResponseCounts& counts = row.all_events;
                const std::uint64_t parts[] = {counts.normal, counts.zero, counts.inverted};
                for (std::size_t place = 0; place < 3; ++place) {
                    add_bin(series[place], bin == 0 ? 0.0 : timeline.ends[bin - 1], timeline.ends[bin],
                            share_of(parts[place], counts.total()), timeline.ends.size());
                }
                whole.normal += counts.normal;
                whole.zero += counts.zero;
                whole.inverted += counts.inverted;
            }
            if (const double share = share_of(whole.inverted, whole.total()); share > most) {
                most = share;
                name = context.names[run];
            }
            panel.series.assign(series.begin(), series.end());
            figure.panels.push_back(std::move(panel));
        }
        figure.summary = most > 0.0
                             ? fmt::format("Most inverted responses: {:.2f} % of the events ({}).", 100 * most, name)
                             : "No unit of this layer answered with an inverted response.";
        set.figures.push_back(std::move(figure));
    }
    return set;
}

}  // namespace

Section composition_section(const ReportContext& context) {
    Section section{.id = "composition", .title = "STDP composition", .paragraphs = {}, .warnings = {}, .items = {}};
    if (context.traced_runs().empty()) return section;
    section.paragraphs.push_back(
        "Each firing pair (event level) or each timed weight update (update level) is one of four categories by its "
        "timing "
        "and by whether it strengthened the synapse. Normal STDP is pre-post potentiation and post-pre depression; the "
        "other "
        "two are temporally inverted. By magnitude a synapse is strengthened when it gains receptors (|weight| grows), "
        "by "
        "signed when its weight grows. Timing is the sign of minus dLoss/dactivation (descent) or of plus "
        "dLoss/dactivation "
        "(gradient, the thesis' tables to the letter).");
    section.items.emplace_back(composition_figure(context));
    section.items.emplace_back(categories_by_run(context, Level::event));
    section.items.emplace_back(categories_by_run(context, Level::update));
    section.items.emplace_back(categories_in_full(context));
    if (!context.trained_runs().empty()) section.items.emplace_back(response_figure(context));
    return section;
}

}  // namespace stdpscope::analysis
