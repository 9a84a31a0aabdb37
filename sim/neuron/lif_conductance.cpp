#include "sim/neuron/lif_conductance.hpp"

#include "sim/require.hpp"

namespace stdpscope::sim {

kernel::LifConductanceConstants constants_of(const LifConductanceParams& params, const TimeGrid& grid) {
    require_positive("tau_m_ms", params.tau_m_ms);
    require_finite("e_leak_mv", params.e_leak_mv);
    require_finite("bias_mv", params.bias_mv);
    require_finite("e_excitatory_mv", params.e_excitatory_mv);
    require_finite("e_inhibitory_mv", params.e_inhibitory_mv);
    require_below("v_reset_mv", params.v_reset_mv, "v_thresh_mv", params.v_thresh_mv);
    return {.decay = channel_decay(params.channels, grid),
            .dt_over_tau = static_cast<float>(grid.dt_ms() / params.tau_m_ms),
            .leak_drive_mv = static_cast<float>(params.e_leak_mv + params.bias_mv),
            .e_excitatory_mv = static_cast<float>(params.e_excitatory_mv),
            .e_inhibitory_mv = static_cast<float>(params.e_inhibitory_mv),
            .v_thresh_mv = static_cast<float>(params.v_thresh_mv),
            .v_reset_mv = static_cast<float>(params.v_reset_mv),
            .refractory_steps = static_cast<std::int32_t>(grid.whole_steps(params.refractory_ms, "refractory_ms"))};
}

}  // namespace stdpscope::sim
