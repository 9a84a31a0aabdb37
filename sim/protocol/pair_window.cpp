#include "sim/protocol/pair_window.hpp"

#include <algorithm>

#include "sim/simulation/simulation.hpp"

namespace stdpscope::sim {

std::vector<PairWindowPoint> run_pair_window(const PairWindowParams& params) {
    std::vector<PairWindowPoint> points;
    RecordedParams pre;
    RecordedParams post;
    for (int difference = -params.longest_ms; difference <= params.longest_ms; ++difference) {
        if (difference == 0) continue;
        points.push_back({.difference_ms = static_cast<double>(difference), .change = 0.0});
        auto& pre_ms = pre.times_ms.emplace_back();
        auto& post_ms = post.times_ms.emplace_back();
        for (int pairing = 0; pairing < params.pairings; ++pairing) {
            const double start_ms = pairing * params.period_ms;
            pre_ms.push_back(start_ms + std::max(0, -difference));
            post_ms.push_back(start_ms + std::max(0, difference));
        }
    }
    const auto pairs = static_cast<std::uint32_t>(points.size());
    Network network;
    network.add({.name = "pre", .size = pairs, .model = std::move(pre)});
    network.add({.name = "post", .size = pairs, .model = std::move(post)});
    network.add({.name = "synapses",
                 .pre = "pre",
                 .post = "post",
                 .connectivity = OneToOne{},
                 .weight = params.initial_weight,
                 .axonal_delay_ms = params.axonal_delay_ms,
                 .dendritic_delay_ms = params.dendritic_delay_ms,
                 .plasticity = params.rule});
    Simulation simulation(network, {});
    simulation.run_ms(params.pairings * params.period_ms);
    const auto synapses = simulation.synapses(0);
    for (std::uint32_t k = 0; k < pairs; ++k) points[k].change = synapses[k].weight - params.initial_weight;
    return points;
}

}  // namespace stdpscope::sim
