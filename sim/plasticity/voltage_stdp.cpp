#include "sim/plasticity/voltage_stdp.hpp"

#include "sim/require.hpp"

#include <algorithm>
#include <cmath>

namespace stdpscope::sim {
namespace {

double relaxed(double value, double towards, double dt_ms, double tau_ms) {
    return towards + (value - towards) * std::exp(-dt_ms / tau_ms);
}

}  // namespace

VoltageStdp::VoltageStdp(const VoltageStdpParams& params, double initial_weight)
    : params_(params),
      weight_(initial_weight),
      u_minus_mv_(params.rest_mv),
      u_plus_mv_(params.rest_mv),
      latest_(params.pair_window_ms) {
    require_not_negative("a_ltd_per_mv", params.a_ltd_per_mv);
    require_not_negative("a_ltp_per_mv2", params.a_ltp_per_mv2);
    require_finite("theta_minus_mv", params.theta_minus_mv);
    require_finite("theta_plus_mv", params.theta_plus_mv);
    require_not_negative("theta_plus_mv - theta_minus_mv", params.theta_plus_mv - params.theta_minus_mv);
    require_positive("tau_x_ms", params.tau_x_ms);
    require_positive("tau_minus_ms", params.tau_minus_ms);
    require_positive("tau_plus_ms", params.tau_plus_ms);
    require_positive("tau_homeostasis_ms", params.tau_homeostasis_ms);
    require_positive("reference_mv2", params.reference_mv2);
    require_finite("rest_mv", params.rest_mv);
    require_not_negative("pair_window_ms", params.pair_window_ms);
    check(params.bounds, initial_weight);
}

/// Integral of dw/dt over a step at constant voltage.
double VoltageStdp::potentiation(double dt_ms, double v_mv) const {
    const double above_mv = v_mv - params_.theta_plus_mv;
    if (!(above_mv > 0.0) || pre_trace_ == 0.0) return 0.0;
    // u_plus climbs or falls towards v > theta_plus >= theta_minus: it passes theta_minus at most once, upwards.
    const double gap_mv = v_mv - u_plus_mv_;
    const double from_ms = u_plus_mv_ >= params_.theta_minus_mv
                               ? 0.0
                               : params_.tau_plus_ms * std::log(gap_mv / (v_mv - params_.theta_minus_mv));
    if (from_ms >= dt_ms) return 0.0;
    // pre_trace * ((v - theta_minus) - gap * exp(-t / tau_plus)), from from_ms to dt_ms.
    const auto integral = [&](double tau_ms) {
        return tau_ms * std::exp(-from_ms / tau_ms) * -std::expm1(-(dt_ms - from_ms) / tau_ms);
    };
    const double both_tau_ms = 1.0 / (1.0 / params_.tau_x_ms + 1.0 / params_.tau_plus_ms);
    const double integral_mv_ms =
        (v_mv - params_.theta_minus_mv) * integral(params_.tau_x_ms) - gap_mv * integral(both_tau_ms);
    return params_.a_ltp_per_mv2 * above_mv * pre_trace_ * integral_mv_ms;
}

WeightChange VoltageStdp::step(double dt_ms, const SynapseInput& input) {
    require_step(dt_ms);
    const double v_mv = input.post_v_mv;
    require_finite("post_v_mv", v_mv);
    now_ms_ += dt_ms;
    pairs_.clear();

    WeightChange rise;
    latest_.put_down(potentiation(dt_ms, v_mv), rise);
    rise = apply_within(params_.bounds, rise, weight_);
    latest_.list(rise, pairs_);
    pre_trace_ *= std::exp(-dt_ms / params_.tau_x_ms);
    u_minus_mv_ = relaxed(u_minus_mv_, v_mv, dt_ms, params_.tau_minus_ms);
    u_plus_mv_ = relaxed(u_plus_mv_, v_mv, dt_ms, params_.tau_plus_ms);
    mean_mv_ = relaxed(mean_mv_, v_mv - params_.rest_mv, dt_ms, params_.tau_homeostasis_ms);

    latest_.enter(input.pre_spike, false, now_ms_);
    WeightChange fall;
    if (input.pre_spike) {
        const double scale = params_.homeostasis == Homeostasis::on ? mean_mv_ * mean_mv_ / params_.reference_mv2 : 1.0;
        const double depolarised_mv = std::max(u_minus_mv_ - params_.theta_minus_mv, 0.0);
        latest_.put_down(-params_.a_ltd_per_mv * scale * depolarised_mv, fall);
        pre_trace_ += 1.0 / params_.tau_x_ms;
    }
    fall = apply_within(params_.bounds, fall, weight_);
    latest_.list(fall, pairs_);
    latest_.enter(false, input.post_spike, now_ms_);
    return {.update = rise.update + fall.update,
            .pre_first = rise.pre_first + fall.pre_first,
            .post_first = rise.post_first + fall.post_first,
            .unpaired = rise.unpaired + fall.unpaired};
}

}  // namespace stdpscope::sim
