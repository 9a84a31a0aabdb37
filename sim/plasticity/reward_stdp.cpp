#include "sim/plasticity/reward_stdp.hpp"

#include "sim/require.hpp"

#include <cmath>
#include <limits>

namespace stdpscope::sim {

RewardStdp::RewardStdp(const RewardStdpParams& params, double initial_weight)
    : params_(params), weight_(initial_weight), latest_(std::numeric_limits<double>::infinity()) {
    require_finite("a_plus", params.a_plus);
    require_finite("a_minus", params.a_minus);
    require_positive("tau_plus_ms", params.tau_plus_ms);
    require_positive("tau_minus_ms", params.tau_minus_ms);
    require_positive("tau_eligibility_ms", params.tau_eligibility_ms);
    require_positive("tau_dopamine_ms", params.tau_dopamine_ms);
    require_finite("baseline", params.baseline);
    require_finite("learning_rate", params.learning_rate);
    check(params.bounds, initial_weight);
}

/// Over a span in which dopamine - baseline keeps its sign, and the weight therefore its direction.
WeightChange RewardStdp::advance(double dt_ms) {
    const double eligibility_left = std::exp(-dt_ms / params_.tau_eligibility_ms);
    const double dopamine_left = std::exp(-dt_ms / params_.tau_dopamine_ms);
    const double both_tau_ms = 1.0 / (1.0 / params_.tau_eligibility_ms + 1.0 / params_.tau_dopamine_ms);
    // Integral of the modulation over the span, weighted with the eligibility's decay.
    const double modulation =
        dopamine_ * both_tau_ms * -std::expm1(-dt_ms / both_tau_ms) -
        params_.baseline * params_.tau_eligibility_ms * -std::expm1(-dt_ms / params_.tau_eligibility_ms);
    WeightChange change;
    change.pre_first = params_.learning_rate * pre_first_ * modulation;
    change.post_first = params_.learning_rate * post_first_ * modulation;
    pre_first_ *= eligibility_left;
    post_first_ *= eligibility_left;
    dopamine_ *= dopamine_left;
    return apply_within(params_.bounds, change, weight_);
}

WeightChange RewardStdp::step(double dt_ms, const SynapseInput& input) {
    require_step(dt_ms);
    require_finite("reward", input.reward);
    now_ms_ += dt_ms;
    pairs_.clear();
    pre_trace_ *= std::exp(-dt_ms / params_.tau_plus_ms);
    post_trace_ *= std::exp(-dt_ms / params_.tau_minus_ms);
    const double ratio = dopamine_ / params_.baseline;  // > 1: dopamine falls through the baseline
    const double crossing_ms = ratio > 1.0 ? params_.tau_dopamine_ms * std::log(ratio) : 0.0;
    WeightChange change;
    if (crossing_ms > 0.0 && crossing_ms < dt_ms) {
        change = advance(crossing_ms);
        const WeightChange rest = advance(dt_ms - crossing_ms);
        change.update += rest.update;
        change.pre_first += rest.pre_first;
        change.post_first += rest.post_first;
    } else {
        change = advance(dt_ms);
    }
    latest_.list(change, pairs_);
    if (input.pre_spike) post_first_ -= params_.a_minus * post_trace_;
    if (input.post_spike) pre_first_ += params_.a_plus * pre_trace_;
    if (input.pre_spike) pre_trace_ += 1.0;
    if (input.post_spike) post_trace_ += 1.0;
    latest_.enter(input.pre_spike, input.post_spike, now_ms_);
    dopamine_ += input.reward;
    return change;
}

}  // namespace stdpscope::sim
