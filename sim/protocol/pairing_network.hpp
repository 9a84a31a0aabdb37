#pragma once

#include <span>

#include "sim/network/network.hpp"
#include "sim/protocol/pairing_presets.hpp"

namespace stdpscope::sim {

/// Pairing experiments as one network of forced spikes: for each experiment the sources "NAME-pre" and "NAME-post", one
/// of each a delta, joined one to one by the projection NAME; the deltas in the experiment's order. Pairings begin at
/// 0. Throws InvalidParameter unless each rule is additive, all-to-all, with one sign on either side of its window and
/// its weights in [0, max], and each protocol has single spikes, no reward and no delays.
[[nodiscard]] Network pairing_network(std::span<const PairingExperiment> experiments, Counting counting = Counting::on);

/// How long the longest of them takes, with its tail.
[[nodiscard]] double pairing_duration_ms(std::span<const PairingExperiment> experiments);

}  // namespace stdpscope::sim
