#pragma once

#include "sim/neuron/synaptic_channels.hpp"

namespace stdpscope::sim {

/// Izhikevich's neuron (2003, IEEE Trans. Neural Netw. 14:1569, equations 1 to 3) with current-based exponential
/// synapses; all quantities in the paper's units, in which v is in mV and time in ms.
///
///     dv/dt = 0.04 v^2 + 5 v + 140 - u + bias + i_e - i_i
///     du/dt = a (b v - u)
///     v >= v_peak:  a spike; v = c, u = u + d
///
/// Integration: forward Euler, of first order in dt. The paper steps v by 0.5 ms; at 0.1 ms spikes come slightly later.
struct IzhikevichParams {
    double a = 0.02;
    double b = 0.2;
    double c_mv = -65.0;
    double d = 8.0;
    double bias = 0.0;
    double v_peak_mv = 30.0;
    SynapticChannels channels = {};
};

/// Throws InvalidParameter unless taus are > 0 and c_mv < v_peak_mv.
[[nodiscard]] kernel::IzhikevichConstants constants_of(const IzhikevichParams& params, const TimeGrid& grid);

}  // namespace stdpscope::sim
