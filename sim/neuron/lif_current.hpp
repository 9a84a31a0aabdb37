#pragma once

#include "sim/neuron/synaptic_channels.hpp"

namespace stdpscope::sim {

/// Leaky integrate-and-fire neuron with current-based exponential synapses; currents times membrane resistance, in mV.
///
///     tau_m dv/dt = e_leak + bias - v + i_e - i_i
///     v >= v_thresh:  a spike; v = v_reset, held for refractory_ms
///
/// Integration: exact between the moments of the grid (Rotter & Diesmann 1999, Biol. Cybern. 81:381), also where a
/// synaptic time constant equals tau_m. At the end of the refractory period integration starts from v_reset.
struct LifCurrentParams {
    double tau_m_ms = 20.0;
    double e_leak_mv = -70.0;
    double bias_mv = 0.0;
    double v_thresh_mv = -50.0;
    double v_reset_mv = -70.0;
    double refractory_ms = 2.0;
    SynapticChannels channels = {};
};

/// Throws InvalidParameter unless taus are > 0, v_reset_mv < v_thresh_mv and refractory_ms is a whole number of steps.
[[nodiscard]] kernel::LifCurrentConstants constants_of(const LifCurrentParams& params, const TimeGrid& grid);

}  // namespace stdpscope::sim
