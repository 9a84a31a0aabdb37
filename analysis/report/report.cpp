#include "analysis/report/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analysis/report/composition.hpp"
#include "analysis/report/composition_states.hpp"
#include "analysis/report/palette.hpp"
#include "analysis/report/report_context.hpp"

namespace stdpscope::analysis {

ReportContext::ReportContext(const ReportInput& report_input)
    : input(report_input),
      names(run_names(report_input.runs)),
      configurations(configurations_of(report_input.runs)),
      configuration_of(report_input.runs.size()) {
    for (std::size_t index = 0; index < configurations.size(); ++index) {
        for (const std::size_t member : configurations[index].runs) configuration_of[member] = index;
    }
}

std::vector<std::size_t> ReportContext::ordered_runs() const {
    std::vector<std::size_t> ordered;
    for (const Configuration& each : configurations) ordered.insert(ordered.end(), each.runs.begin(), each.runs.end());
    return ordered;
}

std::size_t ReportContext::layer_of_interest() const {
    const std::vector<std::string> names_of_layers = layer_names(trained_runs());
    for (std::size_t place = 0; place < names_of_layers.size(); ++place) {
        for (const std::size_t index : trained_runs()) {
            const auto layer = layer_of(index, names_of_layers[place]);
            if (layer && run(index).trace->header.layers[*layer].populations.size() > 1) return place;
        }
    }
    return 0;
}

std::vector<std::size_t> ReportContext::traced_runs() const {
    std::vector<std::size_t> traced;
    for (const std::size_t index : ordered_runs()) {
        if (input.details[index].timeline) traced.push_back(index);
    }
    return traced;
}

std::vector<std::size_t> ReportContext::measured_configurations() const {
    std::vector<std::size_t> measured;
    for (std::size_t index = 0; index < configurations.size(); ++index) {
        const auto& members = configurations[index].runs;
        const bool has_errors = std::any_of(members.begin(), members.end(),
                                            [&](std::size_t member) { return !run(member).metrics.empty(); });
        if (has_errors) measured.push_back(index);
    }
    return measured;
}

std::vector<std::size_t> ReportContext::trained_runs() const {
    std::vector<std::size_t> trained = traced_runs();
    std::erase_if(trained, [&](std::size_t index) { return run(index).trace->header.spiking.has_value(); });
    return trained;
}

std::size_t ReportContext::reference() const {
    const auto found = std::find_if(configurations.begin(), configurations.end(), [](const Configuration& each) {
        return each.percent_neglu && *each.percent_neglu == 0.0;
    });
    return found == configurations.end() ? 0 : static_cast<std::size_t>(found - configurations.begin());
}

std::vector<std::string> ReportContext::layer_names(const std::vector<std::size_t>& traced) const {
    std::vector<std::string> layers;
    for (const std::size_t index : traced) {
        for (const ann::SynapseLayer& layer : run(index).trace->header.layers) {
            if (std::find(layers.begin(), layers.end(), layer.name) == layers.end()) layers.push_back(layer.name);
        }
    }
    return layers;
}

std::optional<std::size_t> ReportContext::layer_of(std::size_t run_index, const std::string& name) const {
    const auto& layers = run(run_index).trace->header.layers;
    const auto found =
        std::find_if(layers.begin(), layers.end(), [&](const auto& layer) { return layer.name == name; });
    if (found == layers.end()) return std::nullopt;
    return static_cast<std::size_t>(found - layers.begin());
}

std::string readable_name(Category category) {
    std::string name(name_of(category));  // "pre_post_potentiation"
    name[name.find('_')] = '-';
    name[name.find('_')] = ' ';
    return name;
}

Look look_of(std::size_t configuration) {
    return {Paint::configuration, configuration, Dash::solid, marker_of(configuration), false};
}

Dash dash_of(const ReportContext& context, std::size_t run) {
    const auto& runs = context.configurations[context.configuration_of[run]].runs;
    const auto place = static_cast<std::size_t>(std::find(runs.begin(), runs.end(), run) - runs.begin());
    constexpr Dash kDashes[] = {Dash::solid, Dash::dashed, Dash::dotted};
    return kDashes[place % 3];
}

RunDetail read_detail(const RunSummary& run, const SummaryOptions& options, const std::function<void()>& progress) {
    RunDetail detail;
    detail.simulation = read_simulation_result(run);
    if (!run.trace || run.trace->tally.records() == 0) return detail;
    const TraceReader reader(run.path);
    detail.timeline = read_timeline(reader, *run.trace, progress);
    detail.spikes = read_spike_windows(reader, progress);
    if (!reader.header().spiking && reader.header().options.level >= TraceLevel::samples) {
        detail.windows = read_windows(reader, options.timing, progress);
    }
    return detail;
}

namespace {

/// "lenet on mnist, 3 epochs, trained with every update read as synaptic plasticity"
std::string subtitle_of(const ReportContext& context) {
    std::string subjects;
    std::set<std::string> seen;
    for (const Configuration& each : context.configurations) {
        const std::string subject =
            (each.network.empty() ? "network" : each.network) + (each.data.empty() ? "" : " on " + each.data);
        if (seen.insert(subject).second) subjects += (subjects.empty() ? "" : ", ") + subject;
    }
    std::size_t epochs = 0;
    for (const RunSummary& each : context.input.runs) epochs = std::max(epochs, each.metrics.size());
    return fmt::format("{}, {} epoch{}: training read as synaptic plasticity.", subjects, epochs,
                       epochs == 1 ? "" : "s");
}

}  // namespace

Report make_report(const ReportInput& input) {
    const ReportContext context(input);
    Report report;
    report.title = context.runs() == 1
                       ? context.names.front()
                       : std::to_string(context.runs()) + " runs of " + std::to_string(context.configurations.size()) +
                             " configuration" + (context.configurations.size() == 1 ? "" : "s");
    report.subtitle = subtitle_of(context);
    report.run_names = context.names;
    report.configurations = context.configurations;
    report.options = input.options;
    for (const auto section :
         {compared_section, errors_section, curves_section, composition_section, effects_section, window_section,
          bridge_section, simulations_section, units_section, statistics_section}) {
        Section made = section(context);
        if (!made.items.empty()) report.sections.push_back(std::move(made));
    }
    report.composition = composition_json(context);
    if (input.with_states) report.states = composition_states(context);
    return report;
}

}  // namespace stdpscope::analysis
