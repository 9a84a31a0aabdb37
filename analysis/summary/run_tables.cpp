#include "analysis/summary/run_tables.hpp"

#include <algorithm>

namespace stdpscope::analysis {
namespace {

bool is_in(const Group& group, const std::string& layer, const std::string& population, std::uint64_t epoch) {
    return group.layer.value_or(layer) == layer && group.population.value_or(population) == population &&
           group.epoch.value_or(epoch) == epoch;
}

/// Synapses x steps of a group's layers and epochs; every layer of a simulation has one population.
std::uint64_t synapse_steps(const TraceFacts& trace, const Group& group) {
    std::uint64_t sum = 0;
    for (const auto& [epoch, layers] : trace.tally.epochs()) {
        for (std::size_t index = 0; index < layers.size(); ++index) {
            const std::string& population = trace.tally.update_populations(index).front();
            if (!is_in(group, trace.header.layers[index].name, population, epoch)) continue;
            sum += trace.header.spiking->projections[index].synapses * layers[index].steps;
        }
    }
    return sum;
}

std::uint64_t synapses_of(const TraceFacts& trace, const std::string& layer) {
    const auto& layers = trace.header.layers;
    const auto found = std::find_if(layers.begin(), layers.end(), [&](const auto& one) { return one.name == layer; });
    return trace.header.spiking->projections.at(static_cast<std::size_t>(found - layers.begin())).synapses;
}

}  // namespace

bool has_biases(const TraceFacts& trace) {
    return !trace.header.spiking;
}

TraceSummary summarise_run(const TraceFacts& trace, const SummaryOptions& options) {
    TraceSummary summary = summarise(trace.tally, options);
    if (!trace.header.spiking) return summary;
    for (SwitchRow& row : summary.switches) row.weight_steps = synapse_steps(trace, row.group);
    for (LayerState& state : summary.layers) {
        for (WeightState& weights : state.weights) weights.weights = synapses_of(trace, state.layer);
    }
    return summary;
}

}  // namespace stdpscope::analysis
