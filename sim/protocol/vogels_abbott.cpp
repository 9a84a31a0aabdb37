#include "sim/protocol/vogels_abbott.hpp"

namespace stdpscope::sim {

VogelsAbbottParams large_vogels_abbott() {
    return {.excitatory_neurons = 16000,
            .inhibitory_neurons = 4000,
            .probability = 0.1,
            .excitatory_weight = 0.02,
            .inhibitory_weight = 0.1};
}

Network vogels_abbott_network(const VogelsAbbottParams& params, Counting counting) {
    Network network;
    const auto add_neurons = [&](const char* name, std::uint32_t size, Transmitter transmitter) {
        network.add({.name = name,
                     .size = size,
                     .model = LifConductanceParams{.tau_m_ms = 20.0,
                                                   .e_leak_mv = -60.0,
                                                   .bias_mv = 20.0,
                                                   .e_excitatory_mv = 0.0,
                                                   .e_inhibitory_mv = -80.0,
                                                   .v_thresh_mv = -50.0,
                                                   .v_reset_mv = -60.0,
                                                   .refractory_ms = 5.0,
                                                   .channels = {.tau_excitatory_ms = 5.0, .tau_inhibitory_ms = 10.0}},
                     .transmitter = transmitter,
                     .initial_potential = InitialPotential{-60.0, -50.0}});
    };
    add_neurons("excitatory", params.excitatory_neurons, Transmitter::excitatory);
    add_neurons("inhibitory", params.inhibitory_neurons, Transmitter::inhibitory);

    const auto add_synapses = [&](const char* name, const char* pre, const char* post, double weight, bool plastic) {
        const double w_max = 2.0 * weight;
        std::optional<PlasticityModel> rule;
        if (plastic) rule = AdditivePairParams{.a_plus = 0.001 * w_max, .a_minus = 0.00105 * w_max, .w_max = w_max};
        network.add({.name = name,
                     .pre = pre,
                     .post = post,
                     .connectivity = FixedProbability{params.probability, Autapses::excluded},
                     .weight = weight,
                     .axonal_delay_ms = params.delay_ms,
                     .plasticity = std::move(rule),
                     .counting = counting});
    };
    const bool plastic = params.excitation == RecurrentExcitation::plastic;
    add_synapses("excitatory-excitatory", "excitatory", "excitatory", params.excitatory_weight, plastic);
    add_synapses("excitatory-inhibitory", "excitatory", "inhibitory", params.excitatory_weight, false);
    add_synapses("inhibitory-excitatory", "inhibitory", "excitatory", params.inhibitory_weight, false);
    add_synapses("inhibitory-inhibitory", "inhibitory", "inhibitory", params.inhibitory_weight, false);
    return network;
}

ProtocolResult run_vogels_abbott(const VogelsAbbottParams& params, const ProtocolOptions& options) {
    return run_protocol(vogels_abbott_network(params, options.counting), options);
}

}  // namespace stdpscope::sim
