#include "sim/plasticity/calcium_plasticity.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/error.hpp"
#include "sim/number_text.hpp"
#include "sim/require.hpp"

namespace stdpscope::sim {

CalciumPlasticityParams CalciumPlasticityParams::dpd() {
    return {.c_pre = 0.9, .c_post = 0.9, .pre_delay_ms = 4.6, .gamma_d = 250.0, .gamma_p = 550.0};
}
CalciumPlasticityParams CalciumPlasticityParams::dpd_prime() {
    return {.pre_delay_ms = 2.2, .theta_p = 2.5, .gamma_d = 50.0, .gamma_p = 600.0};
}
CalciumPlasticityParams CalciumPlasticityParams::p() {
    return {.c_pre = 2.0, .c_post = 2.0, .pre_delay_ms = 0.0, .gamma_d = 160.0, .gamma_p = 257.447};
}
CalciumPlasticityParams CalciumPlasticityParams::d() {
    return {.c_pre = 0.6, .c_post = 0.6, .pre_delay_ms = 0.0, .gamma_d = 500.0, .gamma_p = 550.0};
}
CalciumPlasticityParams CalciumPlasticityParams::d_prime() {
    return {.pre_delay_ms = 0.0, .theta_p = 3.5, .gamma_d = 60.0, .gamma_p = 600.0};
}
CalciumPlasticityParams CalciumPlasticityParams::hippocampal_slices() {
    return {.tau_calcium_ms = 48.8373,
            .c_pre = 1.0,
            .c_post = 0.275865,
            .pre_delay_ms = 18.8008,
            .gamma_d = 313.0965,
            .gamma_p = 1645.59,
            .tau_ms = 688.355e3};
}
CalciumPlasticityParams CalciumPlasticityParams::hippocampal_cultures() {
    return {.tau_calcium_ms = 11.9536,
            .c_pre = 0.58156,
            .c_post = 1.76444,
            .pre_delay_ms = 10.0,
            .gamma_d = 61.141,
            .gamma_p = 113.6545,
            .tau_ms = 33.7596e3};
}
CalciumPlasticityParams CalciumPlasticityParams::cortical_slices() {
    return {.tau_calcium_ms = 22.6936,
            .c_pre = 0.5617539,
            .c_post = 1.23964,
            .pre_delay_ms = 4.6098,
            .gamma_d = 331.909,
            .gamma_p = 725.085,
            .tau_ms = 346.3615e3};
}

CalciumPlasticity::CalciumPlasticity(const CalciumPlasticityParams& params, double initial_weight)
    : params_(params),
      rho_((initial_weight - params.bounds.min) / (params.bounds.max - params.bounds.min)),
      latest_(params.pair_window_ms) {
    require_positive("tau_calcium_ms", params.tau_calcium_ms);
    require_not_negative("c_pre", params.c_pre);
    require_not_negative("c_post", params.c_post);
    require_not_negative("pre_delay_ms", params.pre_delay_ms);
    require_positive("theta_d", params.theta_d);
    require_positive("theta_p", params.theta_p);
    require_not_negative("gamma_d", params.gamma_d);
    require_not_negative("gamma_p", params.gamma_p);
    require_positive("tau_ms", params.tau_ms);
    require_not_negative("rho_star", params.rho_star);
    if (params.rho_star > 1.0) throw InvalidParameter("rho_star", number_text(params.rho_star), "must be <= 1");
    require_not_negative("pair_window_ms", params.pair_window_ms);
    require_finite("w_min", params.bounds.min);
    require_finite("w_max", params.bounds.max);
    check(params.bounds, initial_weight);
    if (params.bounds.min == params.bounds.max) {
        throw InvalidParameter("w_max", number_text(params.bounds.max), "must be > w_min");
    }
}

double CalciumPlasticity::weight() const {
    return std::clamp(params_.bounds.min + rho_ * (params_.bounds.max - params_.bounds.min), params_.bounds.min,
                      params_.bounds.max);
}

void CalciumPlasticity::move_rho(double span_ms, double up, double down) {
    const double rate = up + down;
    if (params_.bistability == Bistability::off) {
        if (rate > 0.0) rho_ = up / rate + (rho_ - up / rate) * std::exp(-rate * span_ms / params_.tau_ms);
        return;
    }
    const auto slope = [&](double rho) {
        return (-rho * (1.0 - rho) * (params_.rho_star - rho) + up * (1.0 - rho) - down * rho) / params_.tau_ms;
    };
    const double longest_ms = 0.01 * params_.tau_ms / (1.0 + rate);
    const int steps = std::max(1, static_cast<int>(std::ceil(span_ms / longest_ms)));
    const double h = span_ms / steps;
    for (int step = 0; step < steps; ++step) {
        const double k1 = slope(rho_);
        const double k2 = slope(rho_ + 0.5 * h * k1);
        const double k3 = slope(rho_ + 0.5 * h * k2);
        const double k4 = slope(rho_ + h * k3);
        rho_ += h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4);
    }
    rho_ = std::clamp(rho_, 0.0, 1.0);
}

void CalciumPlasticity::decay(double span_ms, WeightChange& change) {
    const auto time_above = [&](double theta) {
        return calcium_ > theta ? std::min(span_ms, params_.tau_calcium_ms * std::log(calcium_ / theta)) : 0.0;
    };
    const double above_p_ms = time_above(params_.theta_p);
    const double above_d_ms = time_above(params_.theta_d);
    const double range = params_.bounds.max - params_.bounds.min;
    double from_ms = 0.0;
    for (const double to_ms : {std::min(above_p_ms, above_d_ms), std::max(above_p_ms, above_d_ms), span_ms}) {
        if (to_ms <= from_ms) continue;
        const double up = to_ms <= above_p_ms ? params_.gamma_p : 0.0;
        const double down = to_ms <= above_d_ms ? params_.gamma_d : 0.0;
        const double before = rho_;
        move_rho(to_ms - from_ms, up, down);
        const double update = range * (rho_ - before);
        if (up + down > 0.0) {
            latest_.put_down(update, change);
        } else {
            change.unpaired += update;
        }
        change.update += update;
        from_ms = to_ms;
    }
    calcium_ *= std::exp(-span_ms / params_.tau_calcium_ms);
}

WeightChange CalciumPlasticity::step(double dt_ms, const SynapseInput& input) {
    require_step(dt_ms);
    now_ms_ += dt_ms;
    pairs_.clear();
    WeightChange change;
    double left_ms = dt_ms;
    auto due = influx_in_ms_.begin();
    for (; due != influx_in_ms_.end() && *due <= dt_ms; ++due) {
        const double span_ms = *due - (dt_ms - left_ms);
        decay(span_ms, change);
        calcium_ += params_.c_pre;
        left_ms -= span_ms;
    }
    influx_in_ms_.erase(influx_in_ms_.begin(), due);
    for (double& in_ms : influx_in_ms_) in_ms -= dt_ms;
    decay(std::max(left_ms, 0.0), change);
    latest_.list(change, pairs_);

    latest_.enter(input.pre_spike, input.post_spike, now_ms_);
    if (input.pre_spike && params_.pre_delay_ms > 0.0) influx_in_ms_.push_back(params_.pre_delay_ms);
    if (input.pre_spike && params_.pre_delay_ms == 0.0) calcium_ += params_.c_pre;
    if (input.post_spike) calcium_ += params_.c_post;
    return change;
}

}  // namespace stdpscope::sim
