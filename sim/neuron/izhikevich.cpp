#include "sim/neuron/izhikevich.hpp"

#include "sim/require.hpp"

namespace stdpscope::sim {

kernel::IzhikevichConstants constants_of(const IzhikevichParams& params, const TimeGrid& grid) {
    require_finite("a", params.a);
    require_finite("b", params.b);
    require_finite("d", params.d);
    require_finite("bias", params.bias);
    require_below("c_mv", params.c_mv, "v_peak_mv", params.v_peak_mv);
    return {.decay = channel_decay(params.channels, grid),
            .dt_ms = static_cast<float>(grid.dt_ms()),
            .a = static_cast<float>(params.a),
            .b = static_cast<float>(params.b),
            .c_mv = static_cast<float>(params.c_mv),
            .d = static_cast<float>(params.d),
            .bias = static_cast<float>(params.bias),
            .v_peak_mv = static_cast<float>(params.v_peak_mv)};
}

}  // namespace stdpscope::sim
