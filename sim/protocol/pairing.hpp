#pragma once

#include <vector>

#include "sim/plasticity/plasticity_rule.hpp"
#include "sim/plasticity/synaptic_delays.hpp"

/// Pairing experiments on a single synapse: forced spikes, no neuron.
namespace stdpscope::sim {

/// `repetitions` pairings of one pre and one post spike, delta_ms = t_post - t_pre apart at the somata, at rate_hz.
/// Either may be a burst instead; delta_ms is then that of the first spikes (2 post spikes make a triplet).
/// Defaults: 60 pairings at 1 Hz, as in Bi & Poo 1998.
struct PairingProtocol {
    double delta_ms = 10.0;
    int repetitions = 60;
    double rate_hz = 1.0;
    int pre_spikes = 1;
    int post_spikes = 1;
    double burst_interval_ms = 5.0;  ///< between the spikes of a burst
    SynapticDelays delays{};
    double tail_ms = 1000.0;  ///< after the last arrival, for changes that take time
    double reward = 0.0;      ///< released reward_delay_ms after the later of a pairing's first arrivals, if not 0
    double reward_delay_ms = 1.0;
    double rest_v_mv = -70.6;     ///< for rules that read the membrane: at rest but for
    double spike_v_mv = 33.0;     ///< the forced postsynaptic spike from its arrival on (Clopath et al. 2010)
    double spike_width_ms = 2.0;  ///< and lasts as long
};

/// A step of a protocol: advance by dt_ms with this input.
struct ProtocolStep {
    double dt_ms = 0.0;
    SynapseInput input;
};

/// The whole protocol as the synapse sees it, from event to event; the first arrival is at time 0. Arrivals less than
/// 1e-9 ms apart are one event.
/// Throws InvalidParameter unless delta_ms and voltages are finite, repetitions, pre_spikes and post_spikes >= 1,
/// rate_hz, burst_interval_ms and spike_width_ms > 0, and delays, tail_ms and reward_delay_ms >= 0.
[[nodiscard]] std::vector<ProtocolStep> steps_of(const PairingProtocol& protocol);

/// Sum of a protocol's weight changes; the parts add up to weight_after - weight_before.
struct PairingResult {
    double weight_before = 0.0;
    double weight_after = 0.0;
    WeightChange change;
};

/// Runs the protocol on `synapse`; `observe(change)` sees every step's change, with synapse.pairs() at hand.
template <PlasticityRule Rule, class Observe>
PairingResult run_pairing(Rule& synapse, const PairingProtocol& protocol, Observe&& observe) {
    PairingResult result{.weight_before = synapse.weight(), .weight_after = 0.0, .change = {}};
    for (const ProtocolStep& step : steps_of(protocol)) {
        const WeightChange change = synapse.step(step.dt_ms, step.input);
        result.change.update += change.update;
        result.change.pre_first += change.pre_first;
        result.change.post_first += change.post_first;
        result.change.unpaired += change.unpaired;
        observe(change);
    }
    result.weight_after = synapse.weight();
    return result;
}

template <PlasticityRule Rule>
PairingResult run_pairing(Rule& synapse, const PairingProtocol& protocol) {
    return run_pairing(synapse, protocol, [](const WeightChange&) {});
}

}  // namespace stdpscope::sim
