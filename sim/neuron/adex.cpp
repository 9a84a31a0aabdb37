#include "sim/neuron/adex.hpp"

#include <cmath>

#include "sim/require.hpp"

namespace stdpscope::sim {

kernel::AdexConstants constants_of(const AdexParams& params, const TimeGrid& grid) {
    require_positive("capacitance_pf", params.capacitance_pf);
    require_positive("g_leak_ns", params.g_leak_ns);
    require_positive("slope_mv", params.slope_mv);
    require_positive("tau_w_ms", params.tau_w_ms);
    require_finite("e_leak_mv", params.e_leak_mv);
    require_finite("bias_pa", params.bias_pa);
    require_finite("a_ns", params.a_ns);
    require_finite("b_pa", params.b_pa);
    require_finite("e_excitatory_mv", params.e_excitatory_mv);
    require_finite("e_inhibitory_mv", params.e_inhibitory_mv);
    require_below("v_reset_mv", params.v_reset_mv, "v_cut_mv", params.v_cut_mv);
    require_below("v_thresh_mv", params.v_thresh_mv, "v_cut_mv", params.v_cut_mv);
    return {.decay = channel_decay(params.channels, grid),
            .dt_over_capacitance = static_cast<float>(grid.dt_ms() / params.capacitance_pf),
            .g_leak_ns = static_cast<float>(params.g_leak_ns),
            .e_leak_mv = static_cast<float>(params.e_leak_mv),
            .slope_mv = static_cast<float>(params.slope_mv),
            .v_thresh_mv = static_cast<float>(params.v_thresh_mv),
            .v_cut_mv = static_cast<float>(params.v_cut_mv),
            .v_reset_mv = static_cast<float>(params.v_reset_mv),
            .bias_pa = static_cast<float>(params.bias_pa),
            .e_excitatory_mv = static_cast<float>(params.e_excitatory_mv),
            .e_inhibitory_mv = static_cast<float>(params.e_inhibitory_mv),
            .adaptation_decay = static_cast<float>(std::exp(-grid.dt_ms() / params.tau_w_ms)),
            .a_ns = static_cast<float>(params.a_ns),
            .b_pa = static_cast<float>(params.b_pa),
            .refractory_steps = static_cast<std::int32_t>(grid.whole_steps(params.refractory_ms, "refractory_ms"))};
}

}  // namespace stdpscope::sim
