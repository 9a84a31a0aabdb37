#pragma once

#include "sim/protocol/protocol_result.hpp"

namespace stdpscope::sim {

/// One neuron with 1000 plastic Poisson inputs of 15 Hz (Song, Miller & Abbott 2000, Nat. Neurosci. 3:919; parameters
/// as in Brian2's example synapses/STDP.py): weights start uniform, compete for the neuron's spikes and become bimodal.
/// Conductances in units of the leak; delay 0.
[[nodiscard]] Network song2000_network(Counting counting = Counting::on);

/// Options' usual duration is 1000 s.
[[nodiscard]] ProtocolResult run_song2000(const ProtocolOptions& options);

}  // namespace stdpscope::sim
