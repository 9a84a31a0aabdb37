#include "sim/protocol/pairing_network.hpp"

#include <algorithm>

#include "sim/error.hpp"

namespace stdpscope::sim {

namespace {

/// One side of a window: positive amplitudes strengthen.
Quadrant side_of(const std::string& name, const Quadrant& potentiation, const Quadrant& depression) {
    if (potentiation.amplitude > 0.0 && depression.amplitude > 0.0) {
        throw InvalidParameter(name, "with both signs on one side of its window", "must have one a side");
    }
    if (depression.amplitude > 0.0) return {-depression.amplitude, depression.tau_ms};
    return potentiation;
}

AdditivePairParams rule_of(const PairingExperiment& experiment) {
    const PairStdpParams& rule = experiment.rule;
    const bool is_additive = rule.dependence.mu_plus == 0.0 && rule.dependence.mu_minus == 0.0;
    if (!is_additive || rule.pairing != Pairing::all_to_all || rule.bounds.min != 0.0) {
        throw InvalidParameter(experiment.name, "under another rule", "must be additive, all-to-all, from 0");
    }
    const Quadrant pre_post = side_of(experiment.name, rule.pre_post_potentiation, rule.pre_post_depression);
    const Quadrant post_pre = side_of(experiment.name, rule.post_pre_potentiation, rule.post_pre_depression);
    return {.tau_plus_ms = pre_post.tau_ms,
            .tau_minus_ms = post_pre.tau_ms,
            .a_plus = pre_post.amplitude,
            .a_minus = -post_pre.amplitude,
            .w_max = rule.bounds.max,
            .tie = rule.tie};
}

void check_protocol(const PairingExperiment& experiment) {
    const PairingProtocol& protocol = experiment.protocol;
    const bool is_plain = protocol.pre_spikes == 1 && protocol.post_spikes == 1 && protocol.reward == 0.0 &&
                          protocol.delays.axonal_ms == 0.0 && protocol.delays.dendritic_ms == 0.0;
    if (!is_plain) {
        throw InvalidParameter(experiment.name, "with bursts, reward or delays", "must have pairs of single spikes");
    }
}

}  // namespace

Network pairing_network(std::span<const PairingExperiment> experiments, Counting counting) {
    Network network;
    for (const PairingExperiment& experiment : experiments) {
        check_protocol(experiment);
        RecordedParams pre;
        RecordedParams post;
        for (const double delta_ms : experiment.deltas_ms) {
            auto& pre_ms = pre.times_ms.emplace_back();
            auto& post_ms = post.times_ms.emplace_back();
            for (int pairing = 0; pairing < experiment.protocol.repetitions; ++pairing) {
                const double start_ms = pairing * 1e3 / experiment.protocol.rate_hz;
                pre_ms.push_back(start_ms + std::max(0.0, -delta_ms));
                post_ms.push_back(start_ms + std::max(0.0, delta_ms));
            }
        }
        const auto deltas = static_cast<std::uint32_t>(experiment.deltas_ms.size());
        network.add({.name = experiment.name + "-pre", .size = deltas, .model = std::move(pre)});
        network.add({.name = experiment.name + "-post", .size = deltas, .model = std::move(post)});
        network.add({.name = experiment.name,
                     .pre = experiment.name + "-pre",
                     .post = experiment.name + "-post",
                     .connectivity = OneToOne{},
                     .weight = experiment.initial_weight,
                     .plasticity = rule_of(experiment),
                     .counting = counting});
    }
    return network;
}

double pairing_duration_ms(std::span<const PairingExperiment> experiments) {
    double longest_ms = 0.0;
    for (const PairingExperiment& experiment : experiments) {
        const PairingProtocol& protocol = experiment.protocol;
        longest_ms = std::max(longest_ms, protocol.repetitions * 1e3 / protocol.rate_hz + protocol.tail_ms);
    }
    return longest_ms;
}

}  // namespace stdpscope::sim
