#pragma once

#include "sim/protocol/protocol_result.hpp"

namespace stdpscope::sim {

enum class RecurrentExcitation { plastic, fixed };

/// Recurrent network of conductance-based neurons in irregular activity (Vogels & Abbott 2005, J. Neurosci. 25:10786,
/// in the variant of Zenke & Gerstner 2014, Front. Neuroinform. 8:76, with a bias current), excitatory to excitatory
/// synapses plastic. Conductances in units of the leak. The delay of all synapses is axonal.
struct VogelsAbbottParams {
    std::uint32_t excitatory_neurons = 3200;
    std::uint32_t inhibitory_neurons = 800;
    double probability = 0.02;
    double excitatory_weight = 0.4;
    double inhibitory_weight = 5.1;
    double delay_ms = 0.8;
    RecurrentExcitation excitation = RecurrentExcitation::plastic;
};

/// 20000 neurons with 40 million synapses, weights rescaled so that the rates stay.
[[nodiscard]] VogelsAbbottParams large_vogels_abbott();

[[nodiscard]] Network vogels_abbott_network(const VogelsAbbottParams& params, Counting counting = Counting::on);

[[nodiscard]] ProtocolResult run_vogels_abbott(const VogelsAbbottParams& params, const ProtocolOptions& options);

}  // namespace stdpscope::sim
