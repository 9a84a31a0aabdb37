#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/report/null_model.hpp"
#include "analysis/report/report_context.hpp"
#include "analysis/report/statistics.hpp"

/// Differences between configurations, and the null model of shuffled signs.
namespace stdpscope::analysis {
namespace {

constexpr std::uint64_t kSeed = 1;  ///< of the bootstrap; a report is the same every time

/// A share of interest: one of the four, or all that is temporally inverted.
struct Quantity {
    std::string id;
    std::string name;
    std::optional<Category> category;  ///< none: temporally inverted
};

std::vector<Quantity> quantities() {
    std::vector<Quantity> all;
    for (const Category category : kStdpCategories) {
        all.push_back({std::string(name_of(category)), readable_name(category), category});
    }
    all.push_back({"inverted", "temporally inverted", std::nullopt});
    return all;
}

/// Of the whole run; none without firing pairs or timed changes.
std::optional<double> share_in_run(const ReportContext& context, std::size_t run, Level level,
                                   const Quantity& quantity) {
    if (!context.input.details[run].timeline) return std::nullopt;
    SummaryOptions options = context.input.options;
    options.levels = {level};
    options.grouping = {};
    const CategoryTable counts = summarise(context.run(run).trace->tally, options).categories.back().counts;
    if (counts.total() == 0) return std::nullopt;
    return quantity.category ? counts.share(*quantity.category) : counts.share(Response::inverted);
}

std::optional<double> shuffled_share(const ReportContext& context, std::size_t run, Level level,
                                     const Quantity& quantity) {
    if (!context.input.details[run].timeline) return std::nullopt;
    const ExpectedCounts expected = shuffled_categories(context.run(run).trace->tally, level,
                                                        context.input.options.measure, context.input.options.timing);
    const double whole = expected[0] + expected[1] + expected[2] + expected[3];
    if (whole == 0.0) return std::nullopt;
    if (quantity.category) return expected[static_cast<std::size_t>(*quantity.category)] / whole;
    double inverted = 0.0;
    for (const Category category : kStdpCategories) {
        if (response_of(category) == Response::inverted) inverted += expected[static_cast<std::size_t>(category)];
    }
    return inverted / whole;
}

std::vector<double> shares(const ReportContext& context, const Configuration& configuration, Level level,
                           const Quantity& quantity) {
    return values_over_runs(configuration,
                            [&](std::size_t run) { return share_in_run(context, run, level, quantity); });
}

Table shares_table(const ReportContext& context) {
    Table table{
        .id = "shares_by_configuration",
        .caption =
            "Category shares by configuration: mean over seeds with the 95 % interval of Student's t, beside the "
            "share under shuffled signs (the null model) and the difference to it.",
        .columns = {{"configuration", "configuration"},
                    {"level", "level"},
                    {"quantity", "share of"},
                    {"runs", "runs", Format::whole},
                    {"mean", "mean", Format::percent},
                    {"low", "95 % from", Format::percent},
                    {"high", "to", Format::percent},
                    {"shuffled", "shuffled signs", Format::percent},
                    {"excess", "mean - shuffled", Format::points}},
        .rows = {}};
    for (const Level level : {Level::event, Level::update}) {
        for (const Configuration& configuration : context.configurations) {
            for (const Quantity& quantity : quantities()) {
                const MeanEstimate mean = estimate_mean(shares(context, configuration, level, quantity));
                if (mean.count == 0) continue;
                const MeanEstimate null = estimate_mean(values_over_runs(
                    configuration, [&](std::size_t run) { return shuffled_share(context, run, level, quantity); }));
                table.rows.push_back(
                    {configuration.name, std::string(name_of(level)), quantity.name, std::uint64_t{mean.count},
                     mean.mean, mean.interval ? Cell(mean.interval->low) : Cell{},
                     mean.interval ? Cell(mean.interval->high) : Cell{}, null.mean, mean.mean - null.mean});
            }
        }
    }
    return table;
}

Table differences_table(const ReportContext& context) {
    const std::size_t reference = context.reference();
    Table table{.id = "differences",
                .caption = fmt::format(
                    "Difference of each configuration's mean share to that of {}: bootstrap interval over runs, "
                    "Welch's t interval, Hedges' g. A dash: fewer than two seeds on a side, or no scatter.",
                    context.configurations[reference].name),
                .columns = {{"configuration", "configuration"},
                            {"level", "level"},
                            {"quantity", "share of"},
                            {"difference", "difference", Format::points},
                            {"bootstrap_low", "bootstrap 95 % from", Format::points},
                            {"bootstrap_high", "to", Format::points},
                            {"welch_low", "Welch 95 % from", Format::points},
                            {"welch_high", "to", Format::points},
                            {"hedges_g", "Hedges' g", Format::general}},
                .rows = {}};
    for (const Level level : {Level::event, Level::update}) {
        for (std::size_t index = 0; index < context.configurations.size(); ++index) {
            if (index == reference) continue;
            for (const Quantity& quantity : quantities()) {
                const auto own = shares(context, context.configurations[index], level, quantity);
                const auto base = shares(context, context.configurations[reference], level, quantity);
                if (own.empty() || base.empty()) continue;
                const DifferenceEstimate estimate = estimate_difference(base, own, kSeed);
                const auto low = [](const std::optional<Interval>& interval) {
                    return interval ? Cell(interval->low) : Cell{};
                };
                const auto high = [](const std::optional<Interval>& interval) {
                    return interval ? Cell(interval->high) : Cell{};
                };
                table.rows.push_back({context.configurations[index].name, std::string(name_of(level)), quantity.name,
                                      estimate.difference, low(estimate.bootstrap), high(estimate.bootstrap),
                                      low(estimate.welch), high(estimate.welch), cell_of(estimate.hedges_g)});
            }
        }
    }
    return table;
}

Figure differences_figure(const ReportContext& context, Level level) {
    const std::size_t reference = context.reference();
    Figure figure;
    figure.id = fmt::format("differences_{}", name_of(level));
    figure.title = fmt::format("Difference to {}, {} level", context.configurations[reference].name, name_of(level));
    figure.caption = "Difference of mean shares, in points of percent, with 95 % bootstrap intervals over runs.";
    figure.columns = 3;
    figure.panel_height = std::max(90.0, 22.0 * static_cast<double>(context.configurations.size()));
    std::string strongest;
    double most = -1.0;
    for (const Quantity& quantity : quantities()) {
        Panel panel;
        panel.kind = PanelKind::dots;
        panel.title = quantity.name;
        panel.x.title = "difference in points";
        for (std::size_t index = context.configurations.size(); index-- > 0;) {
            if (index == reference) continue;
            const auto own = shares(context, context.configurations[index], level, quantity);
            const auto base = shares(context, context.configurations[reference], level, quantity);
            if (own.empty() || base.empty()) continue;
            const DifferenceEstimate estimate = estimate_difference(base, own, kSeed);
            const double place = static_cast<double>(panel.y.categories.size());
            panel.y.categories.push_back(context.configurations[index].name);
            Series series{
                context.configurations[index].name, look_of(index), {100 * estimate.difference}, {place}, {NAN}, {NAN}};
            if (estimate.bootstrap) {
                series.low = {100 * estimate.bootstrap->low};
                series.high = {100 * estimate.bootstrap->high};
            }
            panel.series.push_back(std::move(series));
            if (!quantity.category && std::abs(estimate.difference) > most) {
                most = std::abs(estimate.difference);
                strongest = fmt::format("The share of temporally inverted STDP differs most for {}: by {:+.2f} points.",
                                        context.configurations[index].name, 100 * estimate.difference);
            }
        }
        if (!panel.series.empty()) figure.panels.push_back(std::move(panel));
    }
    figure.summary = strongest;
    return figure;
}

Figure null_figure(const ReportContext& context, Level level) {
    Figure figure;
    figure.id = fmt::format("null_model_{}", name_of(level));
    figure.title = fmt::format("Shares found and shares under shuffled signs, {} level", name_of(level));
    figure.caption =
        "Markers: mean share over the seeds of a configuration; upright bars: the share that the same changes would "
        "have "
        "if their signs were shuffled.";
    figure.columns = 3;
    figure.panel_height = std::max(90.0, 22.0 * static_cast<double>(context.configurations.size()));
    figure.legend = {{"found", {Paint::configuration, 0, Dash::solid, Marker::circle}},
                     {"shuffled signs", {Paint::thesis, 0, Dash::solid, Marker::bar}}};
    std::string farthest;
    double most = -1.0;
    for (const Quantity& quantity : quantities()) {
        Panel panel;
        panel.kind = PanelKind::dots;
        panel.title = quantity.name;
        panel.x = {.title = "share", .percent = true};
        Series null{"shuffled signs", {Paint::thesis, 0, Dash::solid, Marker::bar}, {}, {}, {}, {}};
        for (std::size_t index = context.configurations.size(); index-- > 0;) {
            const Configuration& configuration = context.configurations[index];
            const auto found = shares(context, configuration, level, quantity);
            if (found.empty()) continue;
            const double place = static_cast<double>(panel.y.categories.size());
            panel.y.categories.push_back(configuration.name);
            const double mean = estimate_mean(found).mean;
            const double expected = estimate_mean(values_over_runs(configuration, [&](std::size_t run) {
                                        return shuffled_share(context, run, level, quantity);
                                    })).mean;
            panel.series.push_back({configuration.name, look_of(index), {mean}, {place}, {}, {}});
            null.x.push_back(expected);
            null.y.push_back(place);
            if (!quantity.category && std::abs(mean - expected) > most) {
                most = std::abs(mean - expected);
                farthest =
                    fmt::format("Farthest from shuffled signs: {}, {:.2f} % temporally inverted against {:.2f} %.",
                                configuration.name, 100 * mean, 100 * expected);
            }
        }
        if (panel.series.empty()) continue;
        panel.series.push_back(std::move(null));
        figure.panels.push_back(std::move(panel));
    }
    figure.summary = farthest;
    return figure;
}

}  // namespace

Section statistics_section(const ReportContext& context) {
    Section section{.id = "statistics", .title = "Statistics", .paragraphs = {}, .warnings = {}, .items = {}};
    if (context.traced_runs().empty()) return section;
    section.paragraphs = {
        fmt::format(
            "Method. The unit of observation is a run: synapses and samples of one run depend on each other, so "
            "counting them "
            "would give intervals that are far too narrow. Intervals of means are Student's t over the seeds of a "
            "configuration. Intervals of differences are the 2.5 % and 97.5 % points of {} bootstrap samples, in each "
            "of "
            "which the runs of either side are drawn anew with replacement; with two or three seeds a bootstrap is too "
            "narrow, and Welch's t (Satterthwaite's degrees of freedom), given beside it, is the one to trust. Hedges' "
            "g is "
            "the difference over the pooled deviation of runs, corrected for few runs.",
            kResamples),
        "Null model. Four categories of 25 % each are no finding: random signs give them. The same changes, with the "
        "same sizes, "
        "receptors and timings, have their signs shuffled within layer, population and epoch; the share expected then "
        "follows in "
        "closed form. What a network's learning does shows in the difference to that share.",
    };
    const bool several = context.configurations.size() > 1;
    FigureSet nulls{"null_model", {{"level", {"event", "update"}}}, {}, {0}};
    FigureSet differences{"differences", {{"level", {"event", "update"}}}, {}, {0}};
    for (const Level level : {Level::event, Level::update}) {
        nulls.figures.push_back(null_figure(context, level));
        if (several) differences.figures.push_back(differences_figure(context, level));
    }
    section.items.emplace_back(std::move(nulls));
    section.items.emplace_back(shares_table(context));
    if (several) {
        section.items.emplace_back(std::move(differences));
        section.items.emplace_back(differences_table(context));
    }
    return section;
}

}  // namespace stdpscope::analysis
