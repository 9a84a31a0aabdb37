#pragma once

#include "sim/kernel/kernels.hpp"
#include "sim/time_grid.hpp"

namespace stdpscope::sim {

/// The two channels through which every neuron model receives: a spike of the excitatory kind adds its weight to the
/// excitatory conductance or current, one of the inhibitory kind to the inhibitory. Between spikes both decay
/// exponentially, exactly. Every 64 steps or sooner, channels below 1e-20 (in the model's unit) are set to zero.
struct SynapticChannels {
    double tau_excitatory_ms = 5.0;
    double tau_inhibitory_ms = 10.0;
};

/// Throws InvalidParameter unless both taus are > 0.
[[nodiscard]] kernel::ChannelDecay channel_decay(const SynapticChannels& channels, const TimeGrid& grid);

}  // namespace stdpscope::sim
