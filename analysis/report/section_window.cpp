#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "analysis/report/report_context.hpp"

/// The network's own STDP window, from the synapses that a trace of level `samples` follows.
namespace stdpscope::analysis {
namespace {

constexpr std::array kTimings = {WindowTiming::pair, WindowTiming::batch};
constexpr std::array kTimingNames = {"one pair of the batch", "sum over the batch"};
constexpr std::array kResponses = {Response::normal, Response::inverted};

/// Seeds of a configuration pooled; none where no run of it has samples of the layer.
std::optional<LayerWindow> pooled(const ReportContext& context, const Configuration& configuration,
                                  const std::string& layer) {
    std::optional<LayerWindow> sum;
    for (const std::size_t run : configuration.runs) {
        const auto& windows = context.input.details[run].windows;
        if (windows.empty()) continue;
        const auto index = context.layer_of(run, layer);
        if (!index) continue;
        if (!sum) sum.emplace();
        sum->add(windows[*index]);
    }
    return sum;
}

/// The bins around zero that any panel needs: from kZero - reach to kZero + reach.
struct Reach {
    std::size_t timing = 1;
    std::size_t change = 1;
    void widen(const WindowCounts& counts) {
        for (std::size_t x = 0; x < SignedDecades::kBins; ++x) {
            for (std::size_t y = 0; y < SignedDecades::kBins; ++y) {
                if (counts.histogram[x][y] == 0) continue;
                timing =
                    std::max(timing, x > SignedDecades::kZero ? x - SignedDecades::kZero : SignedDecades::kZero - x);
                change =
                    std::max(change, y > SignedDecades::kZero ? y - SignedDecades::kZero : SignedDecades::kZero - y);
            }
        }
    }
};

std::vector<std::string> bin_names(const SignedDecades& bins, std::size_t reach) {
    std::vector<std::string> names;
    for (std::size_t bin = SignedDecades::kZero - reach; bin <= SignedDecades::kZero + reach; ++bin) {
        names.push_back(bins.name_of(bin));
    }
    return names;
}

std::string timing_title(const ReportContext& context) {
    return context.input.options.timing == TimingReading::descent ? "-dLoss/dactivation" : "dLoss/dactivation";
}

constexpr std::array kMeasures = {Measure::signed_weight, Measure::magnitude};
constexpr std::array kMeasureNames = {"weight update", "change of |weight|"};

Panel heat_panel(const ReportContext& context, const WindowCounts& counts, const Reach& reach, double most,
                 std::string title) {
    Panel panel;
    panel.kind = PanelKind::heat;
    panel.title = std::move(title);
    panel.scale = HeatScale::count;
    panel.heat_maximum = most;
    panel.x = {.title = timing_title(context), .symmetric = true, .categories = bin_names(kTimingBins, reach.timing)};
    panel.y = {.title = "weight update", .symmetric = true, .categories = bin_names(kUpdateBins, reach.change)};
    for (std::size_t x = 0; x < panel.x.categories.size(); ++x) {
        for (std::size_t y = 0; y < panel.y.categories.size(); ++y) {
            const std::uint64_t count =
                counts.histogram[SignedDecades::kZero - reach.timing + x][SignedDecades::kZero - reach.change + y];
            if (count == 0) continue;
            panel.cells.push_back(
                {static_cast<std::uint32_t>(x), static_cast<std::uint32_t>(y), static_cast<double>(count)});
        }
    }
    return panel;
}

/// Normal responses always have a panel, inverted ones where there are any.
Figure window_figure(const ReportContext& context, const std::string& layer, std::size_t timing) {
    Figure figure;
    figure.id = fmt::format("window_{}_{}", layer, timing == 0 ? "pair" : "batch");
    figure.title = "STDP window of " + layer;
    figure.caption = fmt::format(
        "Updates of sampled synapses against {} ({}), two bins a decade on either side of 0; firing pairs only, seeds "
        "pooled, normal and "
        "temporally inverted response apart. To the right of 0 the presynaptic unit fired first.",
        timing_title(context), kTimingNames[timing]);
    figure.columns = 4;
    figure.panel_height = 190;
    struct Shown {
        std::string name;
        std::size_t configuration;
        WindowCounts counts;
    };
    std::vector<Shown> shown;
    std::uint64_t pairs = 0;
    std::uint64_t inverted = 0;
    for (std::size_t index = 0; index < context.configurations.size(); ++index) {
        const Configuration& configuration = context.configurations[index];
        const auto window = pooled(context, configuration, layer);
        if (!window) continue;
        for (const Response response : kResponses) {
            const WindowCounts& counts = window->at(kTimings[timing], response);
            pairs += counts.total();
            if (response == Response::inverted) {
                if (counts.total() == 0) continue;
                inverted += counts.total();
            }
            shown.push_back(
                {configuration.name + (response == Response::normal ? ": normal" : ": inverted"), index, counts});
        }
    }
    Reach reach;
    double most = 1.0;
    for (const auto& [name, index, counts] : shown) {
        reach.widen(counts);
        for (const auto& row : counts.histogram) {
            most = std::max(most, static_cast<double>(*std::max_element(row.begin(), row.end())));
        }
    }
    for (const auto& [name, index, counts] : shown) {
        figure.panels.push_back(heat_panel(context, counts, reach, most, name));
        figure.panels.back().configuration = index;
    }
    figure.summary = fmt::format("{} sampled firing pairs, {} of them with an inverted response.", pairs, inverted);
    return figure;
}

/// NaN in between breaks a line.
void drop_ends_without_value(Series& series) {
    const auto has_value = [](double value) { return !std::isnan(value); };
    const auto first = std::find_if(series.y.begin(), series.y.end(), has_value) - series.y.begin();
    series.x.erase(series.x.begin(), series.x.begin() + first);
    series.y.erase(series.y.begin(), series.y.begin() + first);
    while (!series.y.empty() && std::isnan(series.y.back())) {
        series.x.pop_back();
        series.y.pop_back();
    }
}

/// The mean change by timing: the window as it is drawn for neurons.
Figure mean_window_figure(const ReportContext& context, const std::string& layer, std::size_t timing,
                          std::size_t measure) {
    Figure figure;
    figure.id = fmt::format("mean_window_{}_{}_{}", layer, timing == 0 ? "pair" : "batch", name_of(kMeasures[measure]));
    figure.title = "Mean change by timing, " + layer;
    figure.caption = fmt::format(
        "Mean {} by bin of {} ({}): solid for normal, dashed for temporally inverted response. Bins of "
        "fewer than 20 pairs are left out.",
        kMeasureNames[measure], timing_title(context), kTimingNames[timing]);
    figure.columns = 4;
    figure.panel_height = 150;
    figure.legend = {{"normal response", {Paint::configuration, 0, Dash::solid, Marker::circle}},
                     {"inverted response", {Paint::configuration, 0, Dash::dashed, Marker::circle, true}}};
    constexpr std::uint64_t kFewest = 20;
    Reach reach;
    for (const Configuration& configuration : context.configurations) {
        if (const auto window = pooled(context, configuration, layer)) {
            for (const Response response : kResponses) reach.widen(window->at(kTimings[timing], response));
        }
    }
    std::size_t panels_with_sign = 0;
    for (std::size_t index = 0; index < context.configurations.size(); ++index) {
        const auto window = pooled(context, context.configurations[index], layer);
        if (!window) continue;
        Panel panel;
        panel.title = context.configurations[index].name;
        panel.configuration = index;
        panel.x = {.title = timing_title(context),
                   .symmetric = true,
                   .minimum = 0.0,
                   .maximum = 2.0 * static_cast<double>(reach.timing),
                   .categories = bin_names(kTimingBins, reach.timing)};
        panel.y = {.title = std::string("mean ") + kMeasureNames[measure]};
        double before = 0.0;
        double after = 0.0;
        for (const Response response : kResponses) {
            const WindowCounts& counts = window->at(kTimings[timing], response);
            const auto& sums = counts.sum(kMeasures[measure]);
            Look look = look_of(index);
            if (response == Response::inverted) {
                look.dash = Dash::dashed;
                look.outlined = true;
            }
            Series series{response == Response::normal ? "normal response" : "inverted response", look, {}, {}, {}, {}};
            for (std::size_t place = 0; place <= 2 * reach.timing; ++place) {
                const std::size_t bin = SignedDecades::kZero - reach.timing + place;
                series.x.push_back(static_cast<double>(place));
                series.y.push_back(counts.pairs[bin] < kFewest ? NAN
                                                               : sums[bin] / static_cast<double>(counts.pairs[bin]));
            }
            drop_ends_without_value(series);
            if (response == Response::normal) {
                for (std::size_t bin = 0; bin < SignedDecades::kBins; ++bin) {
                    (bin < SignedDecades::kZero ? before : after) += sums[bin];
                }
            }
            if (!series.x.empty()) panel.series.push_back(std::move(series));
        }
        if (panel.series.empty()) continue;
        if (after > 0.0 && before < 0.0) ++panels_with_sign;
        figure.panels.push_back(std::move(panel));
    }
    figure.summary = fmt::format(
        "{}: in {} of {} configurations, synapses with a normal response gain when the presynaptic unit "
        "fired first and lose when the postsynaptic one did.",
        layer, panels_with_sign, figure.panels.size());
    return figure;
}

/// Windows of simulations: one panel a configuration and projection, seeds pooled. Not those of a bridge: each of its
/// synapses has one event of its own, and they show the rule.
std::optional<Figure> spiking_figure(const ReportContext& context) {
    Figure figure;
    figure.id = "spiking_window";
    figure.title = "Spiking windows";
    figure.caption = fmt::format(
        "Mean change of the weight (number of receptors) by the time difference of the spike pair behind it, post - "
        "pre, in bins of {} ms: to the right of 0 the presynaptic neuron fired first. Sampled synapses.",
        SpikeWindow::kBinMs);
    figure.columns = 4;
    figure.panel_height = 150;
    std::uint64_t changes = 0;
    const std::vector<std::string> projections = context.layer_names(context.traced_runs());
    for (std::size_t index = 0; index < context.configurations.size(); ++index) {
        for (const std::string& layer : projections) {
            SpikeWindow pooled_window;
            for (const std::size_t run : context.configurations[index].runs) {
                const auto& spikes = context.input.details[run].spikes;
                const auto& simulation = context.input.details[run].simulation;
                if (spikes.empty() || (simulation && simulation->bridge)) continue;
                if (const auto place = context.layer_of(run, layer)) pooled_window.add(spikes[*place]);
            }
            if (pooled_window.total() == 0) continue;
            changes += pooled_window.total();
            Panel panel;
            panel.title = context.configurations[index].name + ": " + layer;
            panel.configuration = index;
            panel.x = {.title = "post - pre (ms)", .minimum = -100.0, .maximum = 100.0};
            panel.y = {.title = "mean weight change"};
            Series series{layer, look_of(index), {}, {}, {}, {}};
            for (std::size_t bin = 0; bin < SpikeWindow::kBins; ++bin) {
                if (pooled_window.changes[bin] == 0) continue;  // a line broken there would leave single points unseen
                series.x.push_back(SpikeWindow::middle_ms(bin));
                series.y.push_back(pooled_window.sum[bin] / static_cast<double>(pooled_window.changes[bin]));
            }
            panel.series.push_back(std::move(series));
            figure.panels.push_back(std::move(panel));
        }
    }
    if (figure.panels.empty()) return std::nullopt;
    figure.summary = fmt::format("{} changes of sampled synapses with a spike pair.", changes);
    return figure;
}

}  // namespace

Section window_section(const ReportContext& context) {
    Section section{
        .id = "window", .title = "The network's own STDP window", .paragraphs = {}, .warnings = {}, .items = {}};
    FigureSet maps{"window", {{"layer", {}}, {"timing", {kTimingNames.begin(), kTimingNames.end()}}}, {}, {0, 1}};
    FigureSet means{"mean_window", maps.choices, {}, {0, 1, 0}};
    means.choices.push_back({"measure", {kMeasureNames.begin(), kMeasureNames.end()}});
    const std::vector<std::string> layers = context.layer_names(context.trained_runs());
    for (const std::string& layer : layers) {
        const bool sampled = std::any_of(context.configurations.begin(), context.configurations.end(),
                                         [&](const Configuration& each) { return pooled(context, each, layer); });
        if (!sampled) continue;
        if (layer == layers[context.layer_of_interest()]) {
            maps.initial.front() = means.initial.front() = maps.choices.front().options.size();
        }
        maps.choices.front().options.push_back(layer);
        means.choices.front().options.push_back(layer);
        for (std::size_t timing = 0; timing < kTimings.size(); ++timing) {
            maps.figures.push_back(window_figure(context, layer, timing));
            for (std::size_t measure = 0; measure < kMeasures.size(); ++measure) {
                means.figures.push_back(mean_window_figure(context, layer, timing, measure));
            }
        }
    }
    std::optional<Figure> spiking = spiking_figure(context);
    if (maps.figures.empty() && !spiking) return section;
    section.paragraphs.push_back(
        "A spiking synapse's window shows how its weight changes with the time between two spikes. Here the place of "
        "that time "
        "is taken by minus dLoss/dactivation of the postsynaptic unit, and the change is the update really applied: of "
        "a whole batch, "
        "with momentum. One pair of a batch says little about it, the sum over its pairs more.");
    if (!maps.figures.empty()) section.items.emplace_back(std::move(means));
    if (spiking) section.items.emplace_back(FigureSet{"spiking_window", {}, {std::move(*spiking)}, {}});
    if (!maps.figures.empty()) section.items.emplace_back(std::move(maps));
    return section;
}

}  // namespace stdpscope::analysis
