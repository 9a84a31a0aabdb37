#include "sim/plasticity/inhibitory_stdp.hpp"

#include <cmath>

#include "sim/plasticity/arrivals.hpp"
#include "sim/require.hpp"

namespace stdpscope::sim {
InhibitoryStdp::InhibitoryStdp(const InhibitoryStdpParams& params, double initial_weight)
    : params_(params), weight_(initial_weight) {
    require_finite("learning_rate", params.learning_rate);
    require_not_negative("target_rate_hz", params.target_rate_hz);
    require_positive("tau_ms", params.tau_ms);
    check(params.bounds, initial_weight);
}

WeightChange InhibitoryStdp::step(double dt_ms, const SynapseInput& input) {
    require_step(dt_ms);
    now_ms_ += dt_ms;
    const double decay = std::exp(-dt_ms / params_.tau_ms);
    pre_trace_ *= decay;
    post_trace_ *= decay;
    forget(pre_arrivals_ms_, now_ms_ - kForgottenTaus * params_.tau_ms);
    forget(post_arrivals_ms_, now_ms_ - kForgottenTaus * params_.tau_ms);
    pairs_.clear();
    const auto share = [&](double arrival_ms) {
        return params_.learning_rate * std::exp(-(now_ms_ - arrival_ms) / params_.tau_ms);
    };
    WeightChange change;
    if (input.pre_spike) {
        change.post_first = params_.learning_rate * post_trace_;
        change.unpaired = -params_.learning_rate * alpha();
        for (const double post_ms : post_arrivals_ms_) pairs_.push_back({{now_ms_, post_ms}, share(post_ms)});
    }
    if (input.post_spike) {
        change.pre_first = params_.learning_rate * pre_trace_;
        for (const double pre_ms : pre_arrivals_ms_) pairs_.push_back({{pre_ms, now_ms_}, share(pre_ms)});
    }
    const bool list = params_.listing == PairListing::on;
    if (input.pre_spike) pre_trace_ += 1.0;
    if (input.pre_spike && list) pre_arrivals_ms_.push_back(now_ms_);
    if (input.post_spike) post_trace_ += 1.0;
    if (input.post_spike && list) post_arrivals_ms_.push_back(now_ms_);
    return apply_within(params_.bounds, change, weight_, pairs_);
}

}  // namespace stdpscope::sim
