#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analysis/report/report_context.hpp"

/// What spiking simulations ended with: weights, pairing experiments against their windows, the rule of rates.
namespace stdpscope::analysis {
namespace {

const SimulationResult* result_of(const ReportContext& context, std::size_t run) {
    const auto& simulation = context.input.details[run].simulation;
    return simulation ? &*simulation : nullptr;
}

std::vector<std::size_t> simulated_runs(const ReportContext& context) {
    std::vector<std::size_t> runs = context.ordered_runs();
    std::erase_if(runs, [&](std::size_t run) { return result_of(context, run) == nullptr; });
    return runs;
}

/// Runs whose weights at the end say something: in the others, each synapse has a task of its own.
bool has_free_weights(const SimulationResult& result) {
    return result.experiments.empty() && result.rate_rules.empty() && !result.bridge;
}

std::string summary_of(const std::vector<std::string>& sentences) {
    return fmt::format("{}", fmt::join(sentences, " "));
}

/// The outline of a histogram: both ends of each part's top, from 0 to 0.
Series outline(const std::string& name, const Look& look, const FinalWeights& weights) {
    Series series{name, look, {0.0}, {0.0}, {}, {}};
    const auto parts = static_cast<double>(weights.histogram.size());
    for (std::size_t part = 0; part < weights.histogram.size(); ++part) {
        for (const std::size_t edge : {part, part + 1}) {
            series.x.push_back(static_cast<double>(edge) / parts);
            series.y.push_back(share_of(weights.histogram[part], weights.total()));
        }
    }
    series.x.push_back(1.0);
    series.y.push_back(0.0);
    return series;
}

/// One panel a configuration and projection, one line a seed.
FigureSet weights_figure(const ReportContext& context) {
    Figure figure;
    figure.id = "final_weights";
    figure.title = "Weights at the end";
    figure.caption =
        "Share of a plastic projection's synapses by their weight as a part of the largest one. Under additive STDP "
        "they "
        "gather at both ends (Song, Miller & Abbott 2000). Seeds of a configuration differ in their dashes.";
    figure.columns = 3;
    figure.panel_height = 150;
    std::vector<std::string> sentences;
    for (const std::size_t run : simulated_runs(context)) {
        const SimulationResult& result = *result_of(context, run);
        if (!has_free_weights(result)) continue;
        for (const FinalWeights& weights : result.weights) {
            if (weights.total() == 0) continue;
            const std::string title = context.configuration_name(run) + ": " + weights.projection;
            auto panel = std::find_if(figure.panels.begin(), figure.panels.end(),
                                      [&](const Panel& each) { return each.title == title; });
            if (panel == figure.panels.end()) {
                figure.panels.push_back({.kind = PanelKind::lines,
                                         .title = title,
                                         .configuration = context.configuration_of[run],
                                         .x = {.title = "weight / largest", .minimum = 0.0, .maximum = 1.0},
                                         .y = {.title = "share of synapses", .percent = true, .minimum = 0.0},
                                         .series = {},
                                         .cells = {}});
                panel = figure.panels.end() - 1;
            }
            Look look = look_of(context.configuration_of[run]);
            look.marker = Marker::none;
            look.dash = dash_of(context, run);
            panel->series.push_back(outline(context.names[run], look, weights));
            sentences.push_back(
                fmt::format("{}, {}: {:.1f} % of the synapses are below a fifth of the largest weight, {:.1f} % above "
                            "four fifths, {:.1f} % between.",
                            context.names[run], weights.projection, 100 * weights.share(0.0, 0.2),
                            100 * weights.share(0.8, 1.0), 100 * weights.share(0.2, 0.8)));
        }
    }
    figure.summary = summary_of(sentences);
    return {"final_weights", {}, {std::move(figure)}, {}};
}

Table weights_table(const ReportContext& context) {
    Table table{
        .id = "final_weights",
        .caption =
            "Plastic projections at the end: mean weight, and the shares of the synapses whose weight is in the lowest "
            "fifth, the middle three and the highest fifth of [0, largest].",
        .columns = {{"run", "run"},
                    {"projection", "projection"},
                    {"synapses", "synapses", Format::whole},
                    {"largest", "largest weight", Format::general},
                    {"mean", "mean weight", Format::general},
                    {"lowest_fifth", "lowest fifth", Format::percent},
                    {"middle", "middle", Format::percent},
                    {"highest_fifth", "highest fifth", Format::percent}},
        .rows = {}};
    for (const std::size_t run : simulated_runs(context)) {
        const SimulationResult& result = *result_of(context, run);
        if (!has_free_weights(result)) continue;
        for (const FinalWeights& weights : result.weights) {
            table.rows.push_back({context.names[run], weights.projection, weights.synapses, weights.largest,
                                  cell_of(weights.mean), weights.share(0.0, 0.2), weights.share(0.2, 0.8),
                                  weights.share(0.8, 1.0)});
        }
    }
    return table;
}

/// Each experiment once a run.
template <class Visit>
void for_each_experiment(const ReportContext& context, Visit visit) {
    for (const std::size_t run : simulated_runs(context)) {
        for (const PairingOutcome& experiment : result_of(context, run)->experiments) visit(run, experiment);
    }
}

Table pairing_table(const ReportContext& context) {
    Table table{.id = "pairing_experiments",
                .caption =
                    "Pairing experiments: updates that changed a weight, by Table 5's category, and how many have the "
                    "category that "
                    "the experiment's window gives to the order of their spikes.",
                .columns = {{"run", "run"},
                            {"experiment", "experiment"},
                            {"updates", "updates", Format::whole},
                            {"as_expected", "as expected", Format::whole},
                            {"share_as_expected", "as expected", Format::percent}},
                .rows = {}};
    for (const Category category : kStdpCategories) {
        table.columns.push_back({std::string(name_of(category)), readable_name(category), Format::whole});
    }
    table.columns.push_back({"source", "source"});
    for_each_experiment(context, [&](std::size_t run, const PairingOutcome& experiment) {
        std::vector<Cell> cells{context.names[run], experiment.name, experiment.changed, experiment.as_expected,
                                share_of(experiment.as_expected, experiment.changed)};
        for (const std::uint64_t count : experiment.categories) cells.emplace_back(count);
        cells.emplace_back(experiment.source);
        table.rows.push_back(std::move(cells));
    });
    return table;
}

/// One panel an experiment, one line a run.
FigureSet pairing_figure(const ReportContext& context) {
    Figure figure;
    figure.id = "pairing_windows";
    figure.title = "Windows of the pairing experiments";
    figure.caption =
        "Change of the weight after all pairings by the time difference of the spikes, post - pre: to the right of 0 "
        "the "
        "presynaptic neuron fired first.";
    figure.columns = 3;
    figure.panel_height = 140;
    std::size_t experiments = 0;
    std::size_t all_expected = 0;
    for_each_experiment(context, [&](std::size_t run, const PairingOutcome& experiment) {
        ++experiments;
        if (experiment.changed > 0 && experiment.as_expected == experiment.changed) ++all_expected;
        auto panel = std::find_if(figure.panels.begin(), figure.panels.end(),
                                  [&](const Panel& each) { return each.title == experiment.name; });
        if (panel == figure.panels.end()) {
            figure.panels.push_back({.kind = PanelKind::lines,
                                     .title = experiment.name,
                                     .x = {.title = "post - pre (ms)"},
                                     .y = {.title = "change", .percent = true},
                                     .series = {},
                                     .cells = {}});
            panel = figure.panels.end() - 1;
        }
        Look look = look_of(context.configuration_of[run]);
        look.dash = dash_of(context, run);
        Series series{context.names[run], look, {}, {}, {}, {}};
        for (const PairingOutcome::Point& point : experiment.window) {
            series.x.push_back(point.delta_ms);
            series.y.push_back(point.relative_change);
        }
        panel->series.push_back(std::move(series));
    });
    figure.summary = fmt::format(
        "In {} of {} experiments every update has the category that the window gives to the order of its spikes.",
        all_expected, experiments);
    return {"pairing_windows", {}, {std::move(figure)}, {}};
}

template <class Visit>
void for_each_rate_rule(const ReportContext& context, Visit visit) {
    for (const std::size_t run : simulated_runs(context)) {
        for (const RateRule& rule : result_of(context, run)->rate_rules) visit(run, rule);
    }
}

std::string readable_rule(const std::string& name) {
    std::string text = name;
    std::replace(text.begin(), text.end(), '_', ' ');
    return text;
}

Table rates_table(const ReportContext& context) {
    Table table{.id = "rate_rules",
                .caption =
                    "Does a weight follow the presynaptic rate times the slope of the postsynaptic rate (Xie & Seung "
                    "2000; Bengio et "
                    "al. 2015)? Correlation of the mean change with that product, and its slope against the closed "
                    "form (1: equal).",
                .columns = {{"run", "run"},
                            {"rule", "rule"},
                            {"correlation", "correlation", Format::general},
                            {"regression", "slope against closed form", Format::general}},
                .rows = {}};
    for_each_rate_rule(context, [&](std::size_t run, const RateRule& rule) {
        table.rows.push_back(
            {context.names[run], readable_rule(rule.name), cell_of(rule.correlation), cell_of(rule.regression)});
    });
    return table;
}

/// One panel a rule: its mean changes, a line for each presynaptic rate, beside the closed form.
FigureSet rates_figure(const ReportContext& context) {
    Figure figure;
    figure.id = "rate_rules";
    figure.title = "Change of weight by presynaptic rate x slope";
    figure.caption =
        "Mean change of the weight against the presynaptic rate times the slope of the postsynaptic one, a line for "
        "each "
        "presynaptic rate; dashed: the closed form.";
    figure.columns = 2;
    figure.panel_height = 170;
    std::vector<std::string> sentences;
    for_each_rate_rule(context, [&](std::size_t run, const RateRule& rule) {
        Look look = look_of(context.configuration_of[run]);
        std::map<double, Series> by_rate;
        Series expected{"closed form", {Paint::thesis, 0, Dash::dashed}, {}, {}, {}, {}};
        for (const RateRule::Point& point : rule.points) {
            Series& change = by_rate
                                 .try_emplace(point.pre_rate_hz,
                                              Series{fmt::format("{:g} Hz", point.pre_rate_hz), look, {}, {}, {}, {}})
                                 .first->second;
            change.x.push_back(point.rate_times_slope);
            change.y.push_back(point.mean_change);
            expected.x.push_back(point.rate_times_slope);
            expected.y.push_back(point.expected_change);
        }
        figure.panels.push_back({.kind = PanelKind::lines,
                                 .title = context.names[run] + ": " + readable_rule(rule.name),
                                 .configuration = context.configuration_of[run],
                                 .x = {.title = "rate x slope (Hz^2/s)"},
                                 .y = {.title = "mean change"},
                                 .series = {std::move(expected)},
                                 .cells = {}});
        for (auto& [rate, change] : by_rate) figure.panels.back().series.push_back(std::move(change));
        if (rule.correlation) {
            sentences.push_back(fmt::format("{}, {}: correlation {:.4f}.", context.names[run], readable_rule(rule.name),
                                            *rule.correlation));
        }
    });
    figure.legend = {{"closed form", {Paint::thesis, 0, Dash::dashed}}};
    figure.summary = summary_of(sentences);
    return {"rate_rules", {}, {std::move(figure)}, {}};
}

Table populations_table(const ReportContext& context) {
    Table table{.id = "populations",
                .caption = "Populations of neurons and their mean rates over the biological time simulated.",
                .columns = {{"run", "run"},
                            {"protocol", "protocol"},
                            {"seconds", "biological time (s)", Format::general},
                            {"population", "population"},
                            {"model", "model"},
                            {"neurons", "neurons", Format::whole},
                            {"spikes", "spikes", Format::whole},
                            {"rate", "rate (Hz)", Format::general}},
                .rows = {}};
    for (const std::size_t run : simulated_runs(context)) {
        const SimulationResult& result = *result_of(context, run);
        if (result.bridge) continue;  // each event has two neurons of its own
        for (const SimulatedPopulation& population : result.populations) {
            table.rows.push_back({context.names[run], result.protocol, result.biological_seconds, population.name,
                                  population.model, population.neurons, population.spikes, population.rate_hz});
        }
    }
    return table;
}

void add_if_any(Section& section, FigureSet figure, Table table) {
    if (!figure.first().panels.empty()) section.items.emplace_back(std::move(figure));
    if (!table.rows.empty()) section.items.emplace_back(std::move(table));
}

}  // namespace

Section simulations_section(const ReportContext& context) {
    Section section{.id = "simulations", .title = "Spiking simulations", .paragraphs = {}, .warnings = {}, .items = {}};
    if (simulated_runs(context).empty()) return section;
    section.paragraphs.push_back(
        "Where the four categories come from: spikes of neurons and the rule that changes a synapse by their order. "
        "Their windows stand "
        "beside the networks' own in the section before this one, their categories with those of the trainings.");
    add_if_any(section, pairing_figure(context), pairing_table(context));
    add_if_any(section, weights_figure(context), weights_table(context));
    add_if_any(section, rates_figure(context), rates_table(context));
    if (Table populations = populations_table(context); !populations.rows.empty())
        section.items.emplace_back(std::move(populations));
    return section;
}

}  // namespace stdpscope::analysis
