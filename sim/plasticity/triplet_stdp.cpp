#include "sim/plasticity/triplet_stdp.hpp"

#include <cmath>

#include "sim/plasticity/arrivals.hpp"
#include "sim/require.hpp"

namespace stdpscope::sim {
namespace {

TripletStdpParams fit(TripletPairing pairing, double a2_plus, double a3_plus, double a2_minus, double a3_minus,
                      double tau_x_ms, double tau_y_ms) {
    return {.a2_plus = a2_plus,
            .a3_plus = a3_plus,
            .a2_minus = a2_minus,
            .a3_minus = a3_minus,
            .tau_x_ms = tau_x_ms,
            .tau_y_ms = tau_y_ms,
            .pairing = pairing};
}

}  // namespace

TripletStdpParams TripletStdpParams::visual_cortex_full(TripletPairing pairing) {
    return pairing == TripletPairing::all_to_all ? fit(pairing, 5e-10, 6.2e-3, 7e-3, 2.3e-4, 101.0, 125.0)
                                                 : fit(pairing, 8.8e-11, 5.3e-2, 6.6e-3, 3.1e-3, 714.0, 40.0);
}

TripletStdpParams TripletStdpParams::visual_cortex_minimal(TripletPairing pairing) {
    return pairing == TripletPairing::all_to_all ? fit(pairing, 0.0, 6.5e-3, 7.1e-3, 0.0, 101.0, 114.0)
                                                 : fit(pairing, 0.0, 5e-2, 8e-3, 0.0, 714.0, 40.0);
}

TripletStdpParams TripletStdpParams::hippocampal_full(TripletPairing pairing) {
    return pairing == TripletPairing::all_to_all ? fit(pairing, 6.1e-3, 6.7e-3, 1.6e-3, 1.4e-3, 946.0, 27.0)
                                                 : fit(pairing, 4.6e-3, 9.1e-3, 3e-3, 7.5e-9, 575.0, 47.0);
}

TripletStdpParams TripletStdpParams::hippocampal_minimal(TripletPairing pairing) {
    return pairing == TripletPairing::all_to_all ? fit(pairing, 5.3e-3, 8e-3, 3.5e-3, 0.0, 946.0, 40.0)
                                                 : fit(pairing, 4.6e-3, 9.1e-3, 3e-3, 0.0, 575.0, 48.0);
}

TripletStdp::TripletStdp(const TripletStdpParams& params, double initial_weight)
    : params_(params), weight_(initial_weight) {
    require_finite("a2_plus", params.a2_plus);
    require_finite("a3_plus", params.a3_plus);
    require_finite("a2_minus", params.a2_minus);
    require_finite("a3_minus", params.a3_minus);
    require_positive("tau_plus_ms", params.tau_plus_ms);
    require_positive("tau_minus_ms", params.tau_minus_ms);
    require_positive("tau_x_ms", params.tau_x_ms);
    require_positive("tau_y_ms", params.tau_y_ms);
    check(params.bounds, initial_weight);
}

void TripletStdp::decay(double dt_ms) {
    now_ms_ += dt_ms;
    r1_ *= std::exp(-dt_ms / params_.tau_plus_ms);
    r2_ *= std::exp(-dt_ms / params_.tau_x_ms);
    o1_ *= std::exp(-dt_ms / params_.tau_minus_ms);
    o2_ *= std::exp(-dt_ms / params_.tau_y_ms);
    forget(pre_arrivals_ms_, now_ms_ - kForgottenTaus * params_.tau_plus_ms);
    forget(post_arrivals_ms_, now_ms_ - kForgottenTaus * params_.tau_minus_ms);
}

void TripletStdp::enter(double& fast, double& slow, std::vector<double>& arrivals_ms) const {
    if (params_.pairing == TripletPairing::nearest) {
        fast = slow = 0.0;
        arrivals_ms.clear();
    }
    fast += 1.0;
    slow += 1.0;
    if (params_.listing == PairListing::on) arrivals_ms.push_back(now_ms_);
}

WeightChange TripletStdp::step(double dt_ms, const SynapseInput& input) {
    require_step(dt_ms);
    decay(dt_ms);
    pairs_.clear();
    WeightChange change;
    if (input.pre_spike) {
        const double bracket = params_.a2_minus + params_.a3_minus * r2_;
        change.post_first = -o1_ * bracket;
        for (const double post_ms : post_arrivals_ms_) {
            pairs_.push_back({{now_ms_, post_ms}, -bracket * std::exp(-(now_ms_ - post_ms) / params_.tau_minus_ms)});
        }
    }
    if (input.post_spike) {
        const double bracket = params_.a2_plus + params_.a3_plus * o2_;
        change.pre_first = r1_ * bracket;
        for (const double pre_ms : pre_arrivals_ms_) {
            pairs_.push_back({{pre_ms, now_ms_}, bracket * std::exp(-(now_ms_ - pre_ms) / params_.tau_plus_ms)});
        }
    }
    if (input.pre_spike) enter(r1_, r2_, pre_arrivals_ms_);
    if (input.post_spike) enter(o1_, o2_, post_arrivals_ms_);
    return apply_within(params_.bounds, change, weight_, pairs_);
}

}  // namespace stdpscope::sim
