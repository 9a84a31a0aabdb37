#pragma once

#include "sim/neuron/synaptic_channels.hpp"

namespace stdpscope::sim {

/// Leaky integrate-and-fire neuron with conductance-based exponential synapses; conductances in units of the leak.
///
///     tau_m dv/dt = (e_leak + bias - v) + g_e (e_excitatory - v) + g_i (e_inhibitory - v)
///     v >= v_thresh:  a spike; v = v_reset, held for refractory_ms
///
/// Integration: trapezoidal rule for v with the conductances at mid-step, of second order in dt and stable for any
/// conductance; the conductances decay exactly. At the end of the refractory period integration starts from v_reset.
/// Defaults: Vogels & Abbott 2005, J. Neurosci. 25:10786.
struct LifConductanceParams {
    double tau_m_ms = 20.0;
    double e_leak_mv = -60.0;
    double bias_mv = 0.0;
    double e_excitatory_mv = 0.0;
    double e_inhibitory_mv = -80.0;
    double v_thresh_mv = -50.0;
    double v_reset_mv = -60.0;
    double refractory_ms = 5.0;
    SynapticChannels channels = {};
};

/// Throws InvalidParameter unless taus are > 0, v_reset_mv < v_thresh_mv and refractory_ms is a whole number of steps.
[[nodiscard]] kernel::LifConductanceConstants constants_of(const LifConductanceParams& params, const TimeGrid& grid);

}  // namespace stdpscope::sim
