#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/report/report_context.hpp"
#include "analysis/report/statistics.hpp"
#include "analysis/report/thesis_tables.hpp"
#include "analysis/report/ticks.hpp"

/// Errors by epoch (the thesis' Figures 12 and 13), overfitting (its Tables 7 and 10), the first epochs (its Table 8).
namespace stdpscope::analysis {
namespace {

using Error = double ann::EpochMetrics::*;

std::size_t most_epochs(const ReportContext& context) {
    std::size_t most = 0;
    for (const RunSummary& run : context.input.runs) most = std::max(most, run.metrics.size());
    return most;
}

/// At an epoch counted from 0.
std::optional<double> error_at(const RunSummary& run, std::size_t epoch, Error error) {
    if (epoch >= run.metrics.size() || std::isnan(run.metrics[epoch].*error)) return std::nullopt;
    return run.metrics[epoch].*error;
}

std::optional<double> mean_error_at(const ReportContext& context, const Configuration& configuration, std::size_t epoch,
                                    Error error) {
    const auto values =
        values_over_runs(configuration, [&](std::size_t run) { return error_at(context.run(run), epoch, error); });
    if (values.empty()) return std::nullopt;
    return estimate_mean(values).mean;
}

Series curve(const RunSummary& run, Error error, std::string name, Look look) {
    Series series{std::move(name), look, {}, {}, {}, {}};
    for (const ann::EpochMetrics& epoch : run.metrics) {
        series.x.push_back(static_cast<double>(epoch.epoch + 1));
        series.y.push_back(epoch.*error);
    }
    return series;
}

Series mean_curve(const ReportContext& context, const Configuration& configuration) {
    Series series{configuration.name + ": mean test error", {Paint::context, 0}, {}, {}, {}, {}};
    for (std::size_t epoch = 0; epoch < most_epochs(context); ++epoch) {
        const auto mean = mean_error_at(context, configuration, epoch, &ann::EpochMetrics::test_error);
        if (!mean) continue;
        series.x.push_back(static_cast<double>(epoch + 1));
        series.y.push_back(*mean);
    }
    return series;
}

FigureSet curves_figure(const ReportContext& context) {
    Figure figure;
    figure.id = "training_curves";
    figure.title = "Training and test error by epoch";
    figure.caption =
        "One panel a configuration (as in the thesis' Figures 12 and 13): test error solid, running training "
        "error dashed, one line a seed; in grey the mean test error of the other configurations.";
    figure.columns = 4;
    figure.panel_height = 170;
    double least = 1.0;
    double most = 0.0;
    for (const RunSummary& run : context.input.runs) {
        for (const ann::EpochMetrics& epoch : run.metrics) {
            for (const double value : {epoch.test_error, epoch.training_error}) {
                if (value > 0.0) least = std::min(least, value);
                if (!std::isnan(value)) most = std::max(most, value);
            }
        }
    }
    const std::vector<std::size_t> measured = context.measured_configurations();
    for (const std::size_t index : measured) {
        const Configuration& configuration = context.configurations[index];
        Panel panel;
        panel.title = configuration.name;
        panel.configuration = index;
        panel.x.title = "epoch";
        panel.x.whole = true;
        panel.x.minimum = 1.0;
        if (most_epochs(context) > 1) panel.x.maximum = static_cast<double>(most_epochs(context));
        panel.y.title = "error";
        panel.y.percent = true;
        panel.y.logarithmic = most > 20.0 * least;
        panel.y.minimum = panel.y.logarithmic ? round_below(least) : 0.0;
        panel.y.maximum = panel.y.logarithmic ? round_above(most) : 1.05 * most;
        for (const std::size_t other : measured) {
            if (other != index) panel.series.push_back(mean_curve(context, context.configurations[other]));
        }
        for (const std::size_t run : configuration.runs) {
            Look look = look_of(index);
            panel.series.push_back(
                curve(context.run(run), &ann::EpochMetrics::test_error, context.names[run] + ": test", look));
            look.dash = Dash::dashed;
            look.outlined = true;
            panel.series.push_back(
                curve(context.run(run), &ann::EpochMetrics::training_error, context.names[run] + ": training", look));
        }
        figure.panels.push_back(std::move(panel));
    }
    figure.legend = {{"test error", {Paint::configuration, 0, Dash::solid, Marker::circle, false}},
                     {"training error", {Paint::configuration, 0, Dash::dashed, Marker::circle, true}},
                     {"other configurations", {Paint::context, 0}}};
    std::size_t best = context.runs();
    for (std::size_t run = 0; run < context.runs(); ++run) {
        const auto value =
            context.run(run).metrics.empty()
                ? std::nullopt
                : error_at(context.run(run), context.run(run).metrics.size() - 1, &ann::EpochMetrics::test_error);
        if (!value) continue;
        if (best == context.runs() || *value < context.run(best).metrics.back().test_error) best = run;
    }
    if (best < context.runs()) {
        const auto& metrics = context.run(best).metrics;
        figure.summary = fmt::format(
            "Up to {} epoch{}. The lowest final test error is that of {}: {:.2f} %, from {:.2f} % after "
            "its first epoch.",
            most_epochs(context), most_epochs(context) == 1 ? "" : "s", context.names[best],
            100 * metrics.back().test_error, 100 * metrics.front().test_error);
    }
    return {"training_curves", {}, {std::move(figure)}, {}};
}

/// Configurations whose percentage is known, by derivative rule and then percentage; each rule begins with those of 0
/// %.
std::vector<std::vector<std::size_t>> chains(const ReportContext& context) {
    std::vector<std::size_t> bases;
    std::vector<std::string> rules;
    for (std::size_t index = 0; index < context.configurations.size(); ++index) {
        const Configuration& each = context.configurations[index];
        if (!each.percent_neglu) continue;
        if (*each.percent_neglu == 0.0)
            bases.push_back(index);
        else if (std::find(rules.begin(), rules.end(), each.derivative) == rules.end())
            rules.push_back(each.derivative);
    }
    std::vector<std::vector<std::size_t>> result;
    for (const std::string& rule : rules) {
        std::vector<std::size_t> chain;
        if (bases.size() == 1) chain = bases;
        for (std::size_t index = 0; index < context.configurations.size(); ++index) {
            const Configuration& each = context.configurations[index];
            if (each.percent_neglu.value_or(0.0) > 0.0 && each.derivative == rule) chain.push_back(index);
        }
        std::stable_sort(chain.begin(), chain.end(), [&](std::size_t a, std::size_t b) {
            return *context.configurations[a].percent_neglu < *context.configurations[b].percent_neglu;
        });
        result.push_back(std::move(chain));
    }
    if (rules.empty() && !bases.empty()) result.push_back(bases);
    return result;
}

std::optional<double> mean_final(const ReportContext& context, const Configuration& configuration, Error error) {
    const auto values = values_over_runs(configuration, [&](std::size_t run) -> std::optional<double> {
        const auto& metrics = context.run(run).metrics;
        if (metrics.empty()) return std::nullopt;
        return error_at(context.run(run), metrics.size() - 1, error);
    });
    if (values.empty()) return std::nullopt;
    return estimate_mean(values).mean;
}

/// How an error grew over the row above; the ratio of two such.
struct Growth {
    std::optional<double> test;
    std::optional<double> training;
    [[nodiscard]] std::optional<double> ratio() const {
        if (!test || !training) return std::nullopt;
        return *test / *training;  // infinite or NaN where training error stood still
    }
};

void add_overfitting_row(Table& table, const std::string& source, const std::string& name,
                         std::optional<double> percent, std::optional<double> test, std::optional<double> training,
                         const Growth& growth) {
    std::optional<double> gap;
    if (test && training) gap = *test - *training;
    table.rows.push_back({name, source, cell_of(percent), cell_of(test), cell_of(training), cell_of(gap),
                          cell_of(growth.test), cell_of(growth.training), cell_of(growth.ratio())});
}

std::optional<Table> overfitting_table(const ReportContext& context) {
    Table table{.id = "overfitting",
                .caption =
                    "Overfitting, as in the thesis' Tables 7 and 10, recomputed from the errors: test less training "
                    "error; the change of each over the row above (less NegLU by the same derivative rule); the ratio "
                    "of the two changes. Below 1: training error grew faster than test error. The thesis' rows are "
                    "its printed errors; changes and ratios follow from them (its printed ratios do not).",
                .columns = {{"configuration", "configuration"},
                            {"source", "source"},
                            {"percent_neglu", "NegLU %", Format::general},
                            {"test_error", "test error", Format::percent},
                            {"training_error", "training error", Format::percent},
                            {"difference", "test - training", Format::points},
                            {"test_change", "change of test", Format::points},
                            {"training_change", "change of training", Format::points},
                            {"ratio", "ratio of changes", Format::general}},
                .rows = {}};
    const auto change = [](std::optional<double> now, std::optional<double> before) -> std::optional<double> {
        if (!now || !before) return std::nullopt;
        return *now - *before;
    };
    const ThesisErrors* thesis = nullptr;
    for (const auto& chain : chains(context)) {
        std::optional<double> test_above;
        std::optional<double> training_above;
        for (const std::size_t index : chain) {
            const Configuration& configuration = context.configurations[index];
            const auto test = mean_final(context, configuration, &ann::EpochMetrics::test_error);
            const auto training = mean_final(context, configuration, &ann::EpochMetrics::training_error);
            add_overfitting_row(table, "ours", configuration.name, configuration.percent_neglu, test, training,
                                {change(test, test_above), change(training, training_above)});
            test_above = test;
            training_above = training;
            if (thesis == nullptr) thesis = thesis_errors_of(configuration.data, configuration.network);
        }
    }
    if (table.rows.empty()) return std::nullopt;
    if (thesis == nullptr) return table;
    std::optional<double> test_above;
    std::optional<double> training_above;
    for (const ThesisRow& row : thesis->rows) {
        add_overfitting_row(table, "thesis, " + std::string(thesis->training_source),
                            row.percent_neglu == 0.0 ? "ReLU" : fmt::format("MixLU {} %", row.percent_neglu),
                            row.percent_neglu, row.test_error, row.training_error,
                            {change(row.test_error, test_above), change(row.training_error, training_above)});
        test_above = row.test_error;
        training_above = row.training_error;
    }
    return table;
}

std::optional<Table> first_epochs_table(const ReportContext& context) {
    const std::size_t epochs = std::min<std::size_t>(9, most_epochs(context));
    if (epochs == 0) return std::nullopt;
    Table table{
        .id = "first_epochs",
        .caption = "Test error after each of the first nine epochs (as in the thesis' Table 8): means over seeds.",
        .columns = {{"configuration", "configuration"}, {"source", "source"}},
        .rows = {}};
    bool like_thesis = false;
    for (const Configuration& configuration : context.configurations) {
        like_thesis = like_thesis || (configuration.data == "mnist" && configuration.network == "lenet");
    }
    const std::size_t columns = like_thesis ? 9 : epochs;
    for (std::size_t epoch = 1; epoch <= columns; ++epoch) {
        table.columns.push_back({fmt::format("epoch_{}", epoch), std::to_string(epoch), Format::percent});
    }
    for (const std::size_t index : context.measured_configurations()) {
        const Configuration& configuration = context.configurations[index];
        std::vector<Cell> row{configuration.name, std::string("ours")};
        for (std::size_t epoch = 0; epoch < columns; ++epoch) {
            row.push_back(cell_of(mean_error_at(context, configuration, epoch, &ann::EpochMetrics::test_error)));
        }
        table.rows.push_back(std::move(row));
    }
    if (!like_thesis) return table;
    for (const ThesisEpochs& thesis : thesis_first_epochs()) {
        std::vector<Cell> row{std::string(thesis.name), std::string("thesis, Table 8")};
        for (const double error : thesis.test_error) row.emplace_back(error);
        table.rows.push_back(std::move(row));
    }
    return table;
}

}  // namespace

Section curves_section(const ReportContext& context) {
    Section section{.id = "curves", .title = "Curves and overfitting", .paragraphs = {}, .warnings = {}, .items = {}};
    if (most_epochs(context) == 0) return section;
    section.items.emplace_back(curves_figure(context));
    if (auto table = overfitting_table(context)) section.items.emplace_back(std::move(*table));
    if (auto table = first_epochs_table(context)) section.items.emplace_back(std::move(*table));
    return section;
}

}  // namespace stdpscope::analysis
