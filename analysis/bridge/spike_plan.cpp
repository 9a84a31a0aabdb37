#include "analysis/bridge/spike_plan.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace stdpscope::analysis {

namespace {

/// +1 where the window is normal.
Sign window_of(const TrainingEvent& event, BridgeWindow window) {
    const Sign effect = event.transmitter() * event.receptor();
    return window == BridgeWindow::response ? event.response() : event.response() * effect;
}

struct Group {
    std::vector<std::size_t> events;
    sim::RecordedParams pre;
    sim::RecordedParams post;
    std::vector<sim::Link> links;
};

/// Layer, transmitter, receptor, window; + before -.
using GroupKey = std::tuple<std::size_t, Sign, Sign, Sign>;

std::string name_of(const GroupKey& key, const TrainingEvents& events) {
    const auto& [layer, transmitter, receptor, window] = key;
    return events.layers[layer].name + (transmitter < 0 ? "-excitatory" : "-inhibitory") +
           (receptor < 0 ? "-normal" : "-opposite") + (window < 0 ? "-normal" : "-inverted");
}

}  // namespace

EventSpikes spikes_of(const TrainingEvent& event, const EventLayer& layer, const BridgeMapping& mapping) {
    EventSpikes spikes;
    const double amount = std::abs(event.activation) / layer.largest_activation;
    spikes.pre_spikes = std::max(1U, static_cast<std::uint32_t>(std::lround(amount * mapping.most_spikes)));
    const double size = std::abs(event.loss_derivative) / layer.largest_loss_derivative;
    const double wanted_ms = std::min(mapping.longest_ms, -mapping.tau_ms * std::log(size));
    const bool pre_first = event.timing() > 0;
    const double steps = std::max(pre_first ? 0.0 : 1.0, std::round(wanted_ms / mapping.dt_ms));
    spikes.delta_ms = (pre_first ? 1.0 : -1.0) * steps * mapping.dt_ms;
    for (std::uint32_t k = 0; k < spikes.pre_spikes; ++k) {
        const double further_ms = k * mapping.spike_interval_ms;
        spikes.pre_ms.push_back(mapping.post_ms() - spikes.delta_ms + (pre_first ? -further_ms : further_ms));
    }
    return spikes;
}

BridgeNetwork bridge_network(const TrainingEvents& events, const BridgeMapping& mapping, sim::Counting counting) {
    BridgeNetwork bridge;
    std::map<GroupKey, Group> groups;
    for (std::size_t k = 0; k < events.events.size(); ++k) {
        const TrainingEvent& event = events.events[k];
        bridge.spikes.push_back(spikes_of(event, events.layers[event.layer], mapping));
        Group& group =
            groups[{event.layer, -event.transmitter(), -event.receptor(), -window_of(event, mapping.window)}];
        const auto neuron = static_cast<std::uint32_t>(group.events.size());
        group.events.push_back(k);
        group.pre.times_ms.push_back(bridge.spikes.back().pre_ms);
        group.post.times_ms.push_back({mapping.post_ms()});
        group.links.push_back({neuron, neuron, std::abs(event.weight)});
    }
    bridge.places.resize(events.events.size());
    for (auto& [key, group] : groups) {
        const std::string name = name_of(key, events);
        const auto& [layer, transmitter, receptor, window] = key;
        const auto neurons = static_cast<std::uint32_t>(group.events.size());
        bridge.network.add(
            {.name = name + "-pre",
             .size = neurons,
             .model = std::move(group.pre),
             .transmitter = transmitter < 0 ? sim::Transmitter::excitatory : sim::Transmitter::inhibitory});
        bridge.network.add({.name = name + "-post", .size = neurons, .model = std::move(group.post)});
        const double w_max = 2.0 * std::max(events.layers[layer].largest_weight, 1e-30);
        const double amplitude = (window < 0 ? 1.0 : -1.0) * mapping.amplitude * w_max;
        const std::size_t projection =
            bridge.network.add({.name = name,
                                .pre = name + "-pre",
                                .post = name + "-post",
                                .connectivity = sim::ExplicitList{std::move(group.links)},
                                .receptor = receptor < 0 ? sim::Receptor::normal : sim::Receptor::opposite,
                                .plasticity = sim::AdditivePairParams{.tau_plus_ms = mapping.tau_ms,
                                                                      .tau_minus_ms = mapping.tau_ms,
                                                                      .a_plus = amplitude,
                                                                      .a_minus = amplitude,
                                                                      .w_max = w_max,
                                                                      .tie = sim::Tie::pre_first},
                                .counting = counting});
        for (std::uint32_t neuron = 0; neuron < neurons; ++neuron) {
            bridge.places[group.events[neuron]] = {projection, neuron};
        }
    }
    return bridge;
}

}  // namespace stdpscope::analysis
