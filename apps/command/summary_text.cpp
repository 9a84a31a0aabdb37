#include "apps/command/summary_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "analysis/classify/category.hpp"
#include "analysis/summary/run_tables.hpp"
#include "apps/text_table.hpp"

namespace stdpscope::apps {
namespace {

using namespace analysis;
using Align = TextTable::Align;

/// Files count epochs from 0, people from 1.
std::string epoch_text(std::uint64_t epoch) {
    return std::to_string(epoch + 1);
}

/// The columns that tell groups apart, as many as the grouping has parts.
void add_group_columns(TextTable& table, const Grouping& grouping) {
    if (grouping.layer) table.add_column("layer", Align::left);
    if (grouping.population) table.add_column("units", Align::left);
    if (grouping.epoch) table.add_column("epoch");
}

std::vector<std::string> group_cells(const Group& group, const Grouping& grouping) {
    std::vector<std::string> cells;
    if (grouping.layer) cells.push_back(group.layer.value_or(""));
    if (grouping.population) cells.push_back(group.population.value_or(""));
    if (grouping.epoch) cells.push_back(group.epoch ? epoch_text(*group.epoch) : "");
    if (group.is_total() && !cells.empty()) cells.front() = "all";
    return cells;
}

bool is_grouped(const Grouping& grouping) {
    return grouping.layer || grouping.population || grouping.epoch;
}

/// Adds a row after the cells that name its group; a rule stands before the total.
void add_group_row(TextTable& table, const Group& group, const Grouping& grouping,
                   const std::vector<std::string>& values) {
    if (group.is_total() && is_grouped(grouping)) table.add_rule();
    auto cells = group_cells(group, grouping);
    cells.insert(cells.end(), values.begin(), values.end());
    table.add_row(cells);
}

std::string outside_text(const CategoryRow& row) {
    const CategoryTable& counts = row.counts;
    if (row.level == Level::event) {
        return fmt::format("  outside the four: {} events without a firing pair, {} invalid\n", grouped(counts.no_pair),
                           grouped(counts.invalid));
    }
    return fmt::format("  outside the four: {} unchanged, {} untimed, {} invalid\n", grouped(counts.unchanged),
                       grouped(counts.untimed), grouped(counts.invalid));
}

/// One group: a row a category.
std::string single_category_text(const CategoryRow& row, HebbianNames hebbian_names) {
    const bool has_sizes = row.level == Level::update;
    const bool has_names = hebbian_names == HebbianNames::shown;
    TextTable table;
    table.add_column("category", Align::left);
    table.add_column("count");
    table.add_column("share");
    if (has_sizes) table.add_column("share of\n|update|");
    if (has_names) table.add_column("in Table 1", Align::left);
    const auto add_row = [&](const std::string& name, std::uint64_t count, double share, const std::string& size_share,
                             std::string_view hebbian_name) {
        std::vector<std::string> cells{name, grouped(count), percent(share)};
        if (has_sizes) cells.push_back(size_share);
        if (has_names) cells.emplace_back(hebbian_name);
        table.add_row(cells);
    };
    const CategoryTable& counts = row.counts;
    for (const Category category : kStdpCategories) {
        add_row(std::string(name_of(category)), counts.count(category), counts.share(category),
                percent(counts.absolute_update_share(category)), hebbian_name_of(category));
    }
    table.add_rule();
    add_row("normal STDP", counts.count(Response::normal), counts.share(Response::normal), "", "");
    add_row("temporally inverted STDP", counts.count(Response::inverted), counts.share(Response::inverted), "", "");
    add_row(row.level == Level::event ? "firing pairs" : "timed changes", counts.total(),
            counts.total() > 0 ? 1.0 : 0.0, "", "");
    return table.text() + outside_text(row);
}

/// Several groups: a row a group, shares first, then counts.
std::string grouped_category_text(const std::vector<CategoryRow>& rows, const Grouping& grouping) {
    const bool of_events = rows.front().level == Level::event;
    TextTable shares;
    TextTable counts;
    for (TextTable* table : {&shares, &counts}) {
        add_group_columns(*table, grouping);
        table->add_column("pre-post\npotent.");
        table->add_column("pre-post\ndepress.");
        table->add_column("post-pre\npotent.");
        table->add_column("post-pre\ndepress.");
    }
    shares.add_column("normal");
    shares.add_column("inverted");
    counts.add_column(of_events ? "firing\npairs" : "timed\nchanges");
    if (!of_events) {
        counts.add_column("un-\nchanged");
        counts.add_column("untimed");
    }
    counts.add_column("invalid");
    for (const CategoryRow& row : rows) {
        std::vector<std::string> share_cells;
        std::vector<std::string> count_cells;
        for (const Category category : kStdpCategories) {
            share_cells.push_back(percent(row.counts.share(category)));
            count_cells.push_back(shortened(row.counts.count(category)));
        }
        share_cells.push_back(percent(row.counts.share(Response::normal)));
        share_cells.push_back(percent(row.counts.share(Response::inverted)));
        count_cells.push_back(shortened(row.counts.total()));
        if (!of_events) {
            count_cells.push_back(shortened(row.counts.unchanged));
            count_cells.push_back(shortened(row.counts.untimed));
        }
        count_cells.push_back(shortened(row.counts.invalid));
        add_group_row(shares, row.group, grouping, share_cells);
        add_group_row(counts, row.group, grouping, count_cells);
    }
    return shares.text() + "\n" + counts.text();
}

std::string category_text(const TraceSummary& summary, Level level, HebbianNames hebbian_names) {
    std::vector<CategoryRow> rows;
    std::copy_if(summary.categories.begin(), summary.categories.end(), std::back_inserter(rows),
                 [&](const CategoryRow& row) { return row.level == level; });
    const SummaryOptions& options = summary.options;
    return fmt::format("\nCategories (Table 5), {}\n", convention_text(level, options.measure, options.timing)) +
           (is_grouped(options.grouping) ? grouped_category_text(rows, options.grouping)
                                         : single_category_text(rows.front(), hebbian_names));
}

std::string effect_text(const TraceSummary& summary) {
    TextTable table;
    add_group_columns(table, summary.options.grouping);
    table.add_column("events", Align::left);
    for (const char* title : {"transm +\nrecept +", "transm -\nrecept -", "transm +\nrecept -", "transm -\nrecept +",
                              "excitatory", "inhibitory"}) {
        table.add_column(title);
    }
    const auto cells_of = [](const char* scope, const EffectCounts& effects) {
        return std::vector<std::string>{scope,
                                        shortened(effects.excitatory_transmitter_normal_receptor),
                                        shortened(effects.inhibitory_transmitter_opposite_receptor),
                                        shortened(effects.excitatory_transmitter_opposite_receptor),
                                        shortened(effects.inhibitory_transmitter_normal_receptor),
                                        percent(share_of(effects.excitatory(), effects.total())),
                                        percent(share_of(effects.inhibitory(), effects.total()))};
    };
    for (const EffectRow& row : summary.effects) {
        add_group_row(table, row.group, summary.options.grouping, cells_of("all", row.all_events));
        auto second = std::vector<std::string>(group_cells(row.group, summary.options.grouping).size());
        const auto pairs = cells_of("pairs", row.firing_pairs);
        second.insert(second.end(), pairs.begin(), pairs.end());
        table.add_row(second);
    }
    return "\nEffect at the synapse (Table 4): transmitter x receptor, of all events and of the firing pairs\n" +
           table.text();
}

std::string response_text(const TraceSummary& summary) {
    TextTable table;
    add_group_columns(table, summary.options.grouping);
    for (const char* title :
         {"normal", "inverted", "zero", "normal\nshare", "inverted\nshare", "inverted share\nof pairs"}) {
        table.add_column(title);
    }
    for (const ResponseRow& row : summary.responses) {
        const ResponseCounts& all = row.all_events;
        add_group_row(table, row.group, summary.options.grouping,
                      {shortened(all.normal), shortened(all.inverted), shortened(all.zero),
                       percent(share_of(all.normal, all.total())), percent(share_of(all.inverted, all.total())),
                       percent(share_of(row.firing_pairs.inverted, row.firing_pairs.total()))});
    }
    return "\nResponse (sign of the activation's derivative) over all events\n" + table.text();
}

std::string switch_text(const TraceSummary& summary) {
    TextTable table;
    add_group_columns(table, summary.options.grouping);
    table.add_column("switches");
    table.add_column("per weight and step");
    for (const SwitchRow& row : summary.switches) {
        add_group_row(table, row.group, summary.options.grouping, {grouped(row.switches), rounded(row.rate())});
    }
    return "\nReceptor switches (weights that changed sign)\n" + table.text();
}

std::string layer_text(const TraceSummary& summary, bool with_biases) {
    TextTable table;
    table.add_column("layer", Align::left);
    if (summary.options.grouping.epoch) table.add_column("epoch");
    for (const char* title : {"units", "dead", "most\ndead"}) table.add_column(title);
    table.add_column("of", Align::left);
    for (const char* title : {"how\nmany", "mean", "dev.", "min.", "max.", "mean |.|"}) table.add_column(title);
    const auto add_row = [&](const LayerState& state, bool is_first, const std::string& thing, std::uint64_t number,
                             const Moments& moments) {
        std::vector<std::string> cells{is_first ? state.layer : ""};
        if (summary.options.grouping.epoch) cells.push_back(is_first ? epoch_text(state.epoch.value_or(0)) : "");
        for (const std::uint64_t count : {state.units, state.dead_units, state.most_dead_units}) {
            cells.push_back(is_first ? grouped(count) : "");
        }
        cells.push_back(thing);
        cells.push_back(shortened(number));
        for (const double value :
             {moments.mean, moments.deviation, moments.minimum, moments.maximum, moments.mean_absolute}) {
            cells.push_back(rounded(value));
        }
        table.add_row(cells);
    };
    for (const LayerState& state : summary.layers) {
        if (with_biases) add_row(state, true, "biases", state.units, state.biases);
        for (const WeightState& weights : state.weights) {
            const std::string owner = state.weights.size() > 1 ? " " + weights.population : "";
            const bool is_first = !with_biases && &weights == &state.weights.front();
            add_row(state, is_first, "weights" + owner, weights.weights, weights.moments);
        }
    }
    return (with_biases ? "\nUnits, biases and weights at the end (dead: derivative 0 throughout the last record)\n"
                        : "\nNeurons and synapses at the end (dead: no spike in the last record)\n") +
           table.text();
}

std::string heading_text(const RunSummary& run) {
    const TraceFacts& trace = require_trace(run);
    const Tally& tally = trace.tally;
    std::string text = fmt::format(
        "{}\n  trace level {}{}: {} record{} of steps {} to {} in {} epoch{}, {} samples\n", run.path,
        name_of(trace.header.options.level), trace.complete ? "" : ", not complete", grouped(tally.records()),
        tally.records() == 1 ? "" : "s", grouped(tally.first_step()), grouped(tally.end_step()), tally.epochs().size(),
        tally.epochs().size() == 1 ? "" : "s", grouped(tally.samples()));
    if (run.metrics.empty()) return text;
    const ann::EpochMetrics& last = run.metrics.back();
    text += fmt::format("  after epoch {}: training error {}, test error {}\n", epoch_text(last.epoch),
                        percent(last.training_error), percent(last.test_error));
    return text;
}

std::string invalid_text(const Tally& tally) {
    std::uint64_t invalid = 0;
    for (const auto& [epoch, layers] : tally.epochs()) {
        for (const LayerTally& layer : layers) {
            for (const EventCounts& events : layer.events) invalid += events.invalid;
            for (const UpdateCounts& updates : layer.updates) invalid += updates.invalid;
        }
    }
    if (invalid == 0) return "";
    return fmt::format("  {} events and updates are invalid: NaN was among their values\n", grouped(invalid));
}

}  // namespace

std::string convention_text(Level level, Measure measure, TimingReading timing) {
    return fmt::format("{} level ({}); measure {}, timing {}", name_of(level),
                       level == Level::event ? "firing pairs" : "updates applied", name_of(measure), name_of(timing));
}

std::string summary_text(const RunSummary& run, const TraceSummary& summary, HebbianNames hebbian_names) {
    std::string text = heading_text(run) + invalid_text(require_trace(run).tally);
    for (const Level level : summary.options.levels) text += category_text(summary, level, hebbian_names);
    return text + effect_text(summary) + response_text(summary) + switch_text(summary) +
           layer_text(summary, analysis::has_biases(require_trace(run)));
}

}  // namespace stdpscope::apps
