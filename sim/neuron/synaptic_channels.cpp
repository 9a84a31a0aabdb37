#include "sim/neuron/synaptic_channels.hpp"

#include <cmath>

#include "sim/require.hpp"

namespace stdpscope::sim {

kernel::ChannelDecay channel_decay(const SynapticChannels& channels, const TimeGrid& grid) {
    require_positive("tau_excitatory_ms", channels.tau_excitatory_ms);
    require_positive("tau_inhibitory_ms", channels.tau_inhibitory_ms);
    const double excitatory = grid.dt_ms() / channels.tau_excitatory_ms;
    const double inhibitory = grid.dt_ms() / channels.tau_inhibitory_ms;
    return {.excitatory = static_cast<float>(std::exp(-excitatory)),
            .inhibitory = static_cast<float>(std::exp(-inhibitory)),
            .half_excitatory = static_cast<float>(std::exp(-0.5 * excitatory)),
            .half_inhibitory = static_cast<float>(std::exp(-0.5 * inhibitory))};
}

}  // namespace stdpscope::sim
