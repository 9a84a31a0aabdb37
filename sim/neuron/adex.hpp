#pragma once

#include "sim/neuron/synaptic_channels.hpp"

namespace stdpscope::sim {

/// Adaptive exponential integrate-and-fire neuron (Brette & Gerstner 2005, J. Neurophysiol. 94:3637, equations 1 to 3)
/// with conductance-based exponential synapses; conductances in nS.
///
///     C dv/dt     = g_leak (e_leak - v + slope exp((v - v_thresh) / slope)) - w + bias
///                   + g_e (e_excitatory - v) + g_i (e_inhibitory - v)
///     tau_w dw/dt = a (v - e_leak) - w
///     v >= v_cut:  a spike; v = v_reset, held for refractory_ms; w = w + b
///
/// Integration: forward Euler for v, of first order in dt (the paper's own reference used a step of 0.1 ms and less); w
/// relaxes exactly towards the v at the start of the step; the conductances decay exactly.
struct AdexParams {
    double capacitance_pf = 281.0;
    double g_leak_ns = 30.0;
    double e_leak_mv = -70.6;
    double slope_mv = 2.0;
    double v_thresh_mv = -50.4;
    double v_cut_mv = 20.0;
    double v_reset_mv = -70.6;
    double bias_pa = 0.0;
    double tau_w_ms = 144.0;
    double a_ns = 4.0;
    double b_pa = 80.5;
    double refractory_ms = 0.0;
    double e_excitatory_mv = 0.0;
    double e_inhibitory_mv = -80.0;
    SynapticChannels channels = {};
};

/// Throws InvalidParameter unless capacitance, leak, slope and taus are > 0, v_reset_mv < v_cut_mv, v_thresh_mv <
/// v_cut_mv and refractory_ms is a whole number of steps.
[[nodiscard]] kernel::AdexConstants constants_of(const AdexParams& params, const TimeGrid& grid);

}  // namespace stdpscope::sim
