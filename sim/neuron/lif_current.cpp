#include "sim/neuron/lif_current.hpp"

#include <cmath>

#include "sim/require.hpp"

namespace stdpscope::sim {

namespace {

/// What a current of 1 at the start of a step, decaying with tau_ms, has added to v at its end:
/// tau / (tau - tau_m) * (exp(-dt/tau) - exp(-dt/tau_m)), written so that tau may come as near to tau_m as it will.
double gain_of(double tau_ms, double tau_m_ms, double dt_ms) {
    const double x = dt_ms / tau_m_ms - dt_ms / tau_ms;
    const double ratio = x == 0.0 ? 1.0 : std::expm1(x) / x;
    return std::exp(-dt_ms / tau_m_ms) * dt_ms / tau_m_ms * ratio;
}

}  // namespace

kernel::LifCurrentConstants constants_of(const LifCurrentParams& params, const TimeGrid& grid) {
    require_positive("tau_m_ms", params.tau_m_ms);
    require_finite("e_leak_mv", params.e_leak_mv);
    require_finite("bias_mv", params.bias_mv);
    require_below("v_reset_mv", params.v_reset_mv, "v_thresh_mv", params.v_thresh_mv);
    const kernel::ChannelDecay decay = channel_decay(params.channels, grid);
    const double dt_ms = grid.dt_ms();
    return {.decay = decay,
            .membrane_decay = static_cast<float>(std::exp(-dt_ms / params.tau_m_ms)),
            .excitatory_gain = static_cast<float>(gain_of(params.channels.tau_excitatory_ms, params.tau_m_ms, dt_ms)),
            .inhibitory_gain = static_cast<float>(gain_of(params.channels.tau_inhibitory_ms, params.tau_m_ms, dt_ms)),
            .v_inf_mv = static_cast<float>(params.e_leak_mv + params.bias_mv),
            .v_thresh_mv = static_cast<float>(params.v_thresh_mv),
            .v_reset_mv = static_cast<float>(params.v_reset_mv),
            .refractory_steps = static_cast<std::int32_t>(grid.whole_steps(params.refractory_ms, "refractory_ms"))};
}

}  // namespace stdpscope::sim
