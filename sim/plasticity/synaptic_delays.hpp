#pragma once

namespace stdpscope::sim {

/// Delays from the two somata to the synapse. Both enter as shifts of the arrival times; either may be 0.
///
///     pre arrival  = t_pre  + axonal_ms          post arrival = t_post + dendritic_ms
///     delta at the synapse = delta at the somata + dendritic_ms - axonal_ms
///
/// Convention as in Morrison, Diesmann & Gerstner 2008, Biol. Cybern. 98:459, section 5.2.
struct SynapticDelays {
    double axonal_ms = 0.0;
    double dendritic_ms = 0.0;

    [[nodiscard]] double pre_arrival_ms(double t_pre_ms) const { return t_pre_ms + axonal_ms; }
    [[nodiscard]] double post_arrival_ms(double t_post_ms) const { return t_post_ms + dendritic_ms; }
    [[nodiscard]] double delta_at_synapse_ms(double soma_delta_ms) const {
        return soma_delta_ms + dendritic_ms - axonal_ms;
    }
};

/// Throws InvalidParameter unless both delays are finite and >= 0.
void check(const SynapticDelays& delays);

}  // namespace stdpscope::sim
