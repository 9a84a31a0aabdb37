#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/report/report_context.hpp"
#include "analysis/report/statistics.hpp"
#include "analysis/report/thesis_tables.hpp"
#include "analysis/report/ticks.hpp"

/// Errors at the end of training by run and by configuration, beside the thesis' Tables 6, 7, 9 and 10.
namespace stdpscope::analysis {
namespace {

using Error = double ann::EpochMetrics::*;

/// At the last epoch; none where it was not measured.
std::optional<double> final_error(const RunSummary& run, Error error) {
    if (run.metrics.empty() || std::isnan(run.metrics.back().*error)) return std::nullopt;
    return run.metrics.back().*error;
}

struct ThesisFigure {
    double test_error;
    double training_error;
    std::string source;
};
std::optional<ThesisFigure> thesis_figure_of(const Configuration& configuration) {
    const ThesisErrors* table = thesis_errors_of(configuration.data, configuration.network);
    if (table == nullptr || !configuration.percent_neglu) return std::nullopt;
    const ThesisRow* row = thesis_row_of(*table, *configuration.percent_neglu);
    if (row == nullptr) return std::nullopt;
    return ThesisFigure{row->test_error, row->training_error,
                        fmt::format("{}, {}", table->test_source, table->training_source)};
}

Table errors_by_configuration(const ReportContext& context) {
    Table table{.id = "errors_by_configuration",
                .caption =
                    "Error after the last epoch: mean over the seeds of a configuration with the 95 % interval of "
                    "Student's t. Training errors are running means over the epoch, each sample before its "
                    "update, as in the source. The thesis' figures stand beside ours where it has one for this "
                    "network, data set and percentage; its networks were trained longer.",
                .columns = {{"configuration", "configuration"},
                            {"runs", "runs", Format::whole},
                            {"test_error", "test error", Format::percent},
                            {"test_error_low", "95 % from", Format::percent},
                            {"test_error_high", "to", Format::percent},
                            {"test_accuracy", "test accuracy", Format::percent},
                            {"training_error", "training error", Format::percent},
                            {"training_error_low", "95 % from", Format::percent},
                            {"training_error_high", "to", Format::percent},
                            {"thesis_test_error", "thesis: test", Format::percent},
                            {"thesis_training_error", "thesis: training", Format::percent},
                            {"thesis_source", "thesis' tables"}},
                .rows = {}};
    for (const std::size_t index : context.measured_configurations()) {
        const Configuration& configuration = context.configurations[index];
        const auto estimate = [&](Error error) {
            return estimate_mean(
                values_over_runs(configuration, [&](std::size_t run) { return final_error(context.run(run), error); }));
        };
        const MeanEstimate test = estimate(&ann::EpochMetrics::test_error);
        const MeanEstimate training = estimate(&ann::EpochMetrics::training_error);
        const auto low = [](const MeanEstimate& mean) { return mean.interval ? Cell(mean.interval->low) : Cell{}; };
        const auto high = [](const MeanEstimate& mean) { return mean.interval ? Cell(mean.interval->high) : Cell{}; };
        const auto thesis = thesis_figure_of(configuration);
        table.rows.push_back({configuration.name, std::uint64_t{configuration.runs.size()}, test.mean, low(test),
                              high(test), 1.0 - test.mean, training.mean, low(training), high(training),
                              thesis ? Cell(thesis->test_error) : Cell{},
                              thesis ? Cell(thesis->training_error) : Cell{}, thesis ? Cell(thesis->source) : Cell{}});
    }
    return table;
}

Table errors_by_run(const ReportContext& context) {
    Table table{.id = "errors_by_run",
                .caption = "The same by run, with the epoch (counted from 1) of the lowest test error.",
                .columns = {{"run", "run"},
                            {"configuration", "configuration"},
                            {"epochs", "epochs", Format::whole},
                            {"training_error", "training error", Format::percent},
                            {"full_training_error", "training error, full pass", Format::percent},
                            {"test_error", "test error", Format::percent},
                            {"test_accuracy", "test accuracy", Format::percent},
                            {"test_loss", "test loss", Format::general},
                            {"lowest_test_error", "lowest test error", Format::percent},
                            {"lowest_at_epoch", "at epoch", Format::whole}},
                .rows = {}};
    for (const std::size_t index : context.ordered_runs()) {
        const RunSummary& run = context.run(index);
        if (run.metrics.empty()) continue;
        const ann::EpochMetrics& last = run.metrics.back();
        const ann::EpochMetrics* best = nullptr;
        for (const ann::EpochMetrics& epoch : run.metrics) {
            if (!std::isnan(epoch.test_error) && (best == nullptr || epoch.test_error < best->test_error))
                best = &epoch;
        }
        table.rows.push_back({context.names[index], context.configuration_name(index),
                              std::uint64_t{run.metrics.size()}, last.training_error, last.full_training_error,
                              last.test_error, 1.0 - last.test_error, last.test_loss,
                              best == nullptr ? Cell{} : Cell(best->test_error),
                              best == nullptr ? Cell{} : Cell(std::uint64_t{best->epoch + 1})});
    }
    return table;
}

Panel error_panel(const ReportContext& context, Error error, const char* title) {
    Panel panel;
    panel.kind = PanelKind::dots;
    panel.title = title;
    panel.x.title = "error after the last epoch";
    panel.x.percent = true;
    const std::vector<std::size_t> measured = context.measured_configurations();
    double least = 1.0;
    double most = 0.0;
    Series thesis{"thesis", {Paint::thesis, 0, Dash::solid, Marker::bar}, {}, {}, {}, {}};
    for (auto index_at = measured.rbegin(); index_at != measured.rend(); ++index_at) {  // the first on top
        const std::size_t index = *index_at;
        const Configuration& configuration = context.configurations[index];
        const auto place = static_cast<double>(panel.y.categories.size());
        panel.y.categories.push_back(configuration.name);
        Look run_look = look_of(index);
        run_look.outlined = true;
        Series single{configuration.name + ": runs", run_look, {}, {}, {}, {}};
        single.x =
            values_over_runs(configuration, [&](std::size_t run) { return final_error(context.run(run), error); });
        if (single.x.empty()) continue;
        single.y.assign(single.x.size(), place);
        for (const double value : single.x) {
            least = std::min(least, value);
            most = std::max(most, value);
        }
        const MeanEstimate mean = estimate_mean(single.x);
        Series average{configuration.name + ": mean", look_of(index), {mean.mean}, {place}, {NAN}, {NAN}};
        // An interval from so few runs may reach below 0; an error cannot.
        if (mean.interval) average.low = {std::max(0.0, mean.interval->low)};
        if (mean.interval) average.high = {std::min(1.0, mean.interval->high)};
        if (single.x.size() > 1) panel.series.push_back(std::move(single));
        panel.series.push_back(std::move(average));
        if (const auto figure = thesis_figure_of(configuration)) {
            thesis.x.push_back(error == &ann::EpochMetrics::test_error ? figure->test_error : figure->training_error);
            thesis.y.push_back(place);
        }
    }
    double thesis_least = 1.0;
    for (const double value : thesis.x) {
        most = std::max(most, value);
        if (value > 0.0) thesis_least = std::min(thesis_least, value);
    }
    if (!thesis.x.empty()) panel.series.push_back(std::move(thesis));
    if (least > 0.0 && most > 20.0 * least) {
        panel.x.logarithmic = true;
        panel.x.minimum = round_below(std::min(least, thesis_least));
        panel.x.maximum = round_above(most);
    } else {
        panel.x.minimum = 0.0;
    }
    return panel;
}

FigureSet errors_figure(const ReportContext& context, const Table& table) {
    Figure figure;
    figure.id = "errors_by_configuration";
    figure.title = "Error by configuration";
    figure.caption =
        "Test and training error after the last epoch. Filled markers are means over seeds with 95 % intervals "
        "(Student's t; cut at 0 and 100 %), hollow ones single runs, upright bars the thesis' figures.";
    figure.columns = 2;
    figure.panel_height = std::max(120.0, 24.0 * static_cast<double>(context.measured_configurations().size()));
    figure.panels.push_back(error_panel(context, &ann::EpochMetrics::test_error, "Test error"));
    figure.panels.push_back(error_panel(context, &ann::EpochMetrics::training_error, "Training error"));
    figure.legend = {{"mean", {Paint::configuration, 0, Dash::solid, Marker::circle, false}},
                     {"one run", {Paint::configuration, 0, Dash::solid, Marker::circle, true}}};
    const bool has_thesis =
        !figure.panels.front().series.empty() && figure.panels.front().series.back().look.paint == Paint::thesis;
    if (has_thesis) figure.legend.push_back({"thesis", {Paint::thesis, 0, Dash::solid, Marker::bar}});
    const std::vector<Cell>* lowest = nullptr;
    const std::vector<Cell>* highest = nullptr;
    for (const auto& row : table.rows) {
        const double value = std::get<double>(row[2]);
        if (std::isnan(value)) continue;
        if (lowest == nullptr || value < std::get<double>((*lowest)[2])) lowest = &row;
        if (highest == nullptr || value > std::get<double>((*highest)[2])) highest = &row;
    }
    if (lowest != nullptr && lowest == highest) {
        figure.summary = fmt::format("Mean test error: {:.2f} %.", 100 * std::get<double>((*lowest)[2]));
    } else if (lowest != nullptr) {
        figure.summary = fmt::format("Lowest mean test error: {:.2f} % ({}); highest: {:.2f} % ({}).",
                                     100 * std::get<double>((*lowest)[2]), std::get<std::string>((*lowest)[0]),
                                     100 * std::get<double>((*highest)[2]), std::get<std::string>((*highest)[0]));
    }
    return {"errors_by_configuration", {}, {std::move(figure)}, {}};
}

}  // namespace

Section errors_section(const ReportContext& context) {
    Section section{.id = "errors", .title = "Error and accuracy", .paragraphs = {}, .warnings = {}, .items = {}};
    const bool measured = std::any_of(context.input.runs.begin(), context.input.runs.end(), [](const RunSummary& run) {
        return final_error(run, &ann::EpochMetrics::test_error) || final_error(run, &ann::EpochMetrics::training_error);
    });
    if (!measured) return section;
    const Table table = errors_by_configuration(context);
    section.items.emplace_back(errors_figure(context, table));
    section.items.emplace_back(table);
    section.items.emplace_back(errors_by_run(context));
    return section;
}

}  // namespace stdpscope::analysis
