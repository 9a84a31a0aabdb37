#include "sim/plasticity/rate_derivative.hpp"

#include "sim/require.hpp"

#include <cmath>
#include <limits>

namespace stdpscope::sim {

RateDerivative::RateDerivative(const RateDerivativeParams& params, double initial_weight)
    : params_(params), weight_(initial_weight), latest_(std::numeric_limits<double>::infinity()) {
    require_finite("learning_rate", params.learning_rate);
    require_positive("tau_pre_ms", params.tau_pre_ms);
    require_positive("tau_rate_ms", params.tau_rate_ms);
    check(params.bounds, initial_weight);
}

WeightChange RateDerivative::step(double dt_ms, const SynapseInput& input) {
    require_step(dt_ms);
    now_ms_ += dt_ms;
    pairs_.clear();

    const double product_tau_ms = 1.0 / (1.0 / params_.tau_pre_ms + 1.0 / params_.tau_rate_ms);
    const double product_gone = -std::expm1(-dt_ms / product_tau_ms);
    const double loss = params_.learning_rate / params_.tau_rate_ms * product_tau_ms * product_gone;
    WeightChange falling{.pre_first = -loss * pre_first_, .post_first = -loss * post_first_};
    falling = apply_within(params_.bounds, falling, weight_);
    pre_trace_ *= std::exp(-dt_ms / params_.tau_pre_ms);
    post_rate_ *= std::exp(-dt_ms / params_.tau_rate_ms);
    pre_first_ *= 1.0 - product_gone;
    post_first_ *= 1.0 - product_gone;

    if (input.pre_spike) {
        post_first_ += post_rate_;
        pre_trace_ += 1.0;
    }
    WeightChange jump;
    if (input.post_spike) {
        const double rise = pre_trace_ / params_.tau_rate_ms;
        jump.pre_first = params_.learning_rate * rise;
        pre_first_ += rise;
        post_rate_ += 1.0 / params_.tau_rate_ms;
    }
    jump = apply_within(params_.bounds, jump, weight_);
    latest_.list(falling, pairs_);
    latest_.enter(input.pre_spike, input.post_spike, now_ms_);
    latest_.list(jump, pairs_);
    return {.update = falling.update + jump.update,
            .pre_first = falling.pre_first + jump.pre_first,
            .post_first = falling.post_first + jump.post_first,
            .unpaired = falling.unpaired + jump.unpaired};
}

}  // namespace stdpscope::sim
