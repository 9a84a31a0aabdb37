#include "sim/plasticity/pair_stdp.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "sim/plasticity/arrivals.hpp"
#include "sim/require.hpp"

namespace stdpscope::sim {
namespace {

void check(const std::string& name, const Quadrant& quadrant) {
    require_not_negative(name + ".amplitude", quadrant.amplitude);
    require_positive(name + ".tau_ms", quadrant.tau_ms);
}

}  // namespace

PairStdp::PairStdp(const PairStdpParams& params, double initial_weight) : params_(params), weight_(initial_weight) {
    check("pre_post_potentiation", params.pre_post_potentiation);
    check("pre_post_depression", params.pre_post_depression);
    check("post_pre_potentiation", params.post_pre_potentiation);
    check("post_pre_depression", params.post_pre_depression);
    sim::check(params.bounds, initial_weight);
    sim::check(params.dependence, params.bounds);
    pre_.list = post_.list = params.listing == PairListing::on;
}

void PairStdp::Memory::clear() {
    potentiation_trace = depression_trace = 0.0;
    arrivals_ms.clear();
}

void PairStdp::Memory::add(double now_ms) {
    potentiation_trace += 1.0;
    depression_trace += 1.0;
    if (list) arrivals_ms.push_back(now_ms);
}

void PairStdp::Memory::decay(double dt_ms, const Quadrant& potentiation, const Quadrant& depression, double now_ms) {
    // A flat quadrant's trace is read times 0, so it need not decay: an exponential less.
    if (potentiation.amplitude != 0.0) potentiation_trace *= std::exp(-dt_ms / potentiation.tau_ms);
    if (depression.amplitude != 0.0) depression_trace *= std::exp(-dt_ms / depression.tau_ms);
    const double forgotten_ms = now_ms - kForgottenTaus * std::max(potentiation.tau_ms, depression.tau_ms);
    forget(arrivals_ms, forgotten_ms);
}

double PairStdp::read(const Memory& memory, const Quadrant& potentiation, const Quadrant& depression, bool pre_is_now) {
    const double up = potentiation.amplitude * params_.dependence.potentiation_factor(params_.bounds, weight_);
    const double down = depression.amplitude * params_.dependence.depression_factor(params_.bounds, weight_);
    for (const double arrival_ms : memory.arrivals_ms) {
        const double age_ms = now_ms_ - arrival_ms;
        const double update =
            up * std::exp(-age_ms / potentiation.tau_ms) - down * std::exp(-age_ms / depression.tau_ms);
        const SpikePair pair =
            pre_is_now ? SpikePair{.pre_ms = now_ms_, .post_ms = arrival_ms} : SpikePair{arrival_ms, now_ms_};
        pairs_.push_back({pair, update});
    }
    return up * memory.potentiation_trace - down * memory.depression_trace;
}

WeightChange PairStdp::step(double dt_ms, const SynapseInput& input) {
    require_step(dt_ms);
    now_ms_ += dt_ms;
    pairs_.clear();
    pre_.decay(dt_ms, params_.pre_post_potentiation, params_.pre_post_depression, now_ms_);
    post_.decay(dt_ms, params_.post_pre_potentiation, params_.post_pre_depression, now_ms_);
    WeightChange change;
    pair_spikes(
        params_.pairing, params_.tie, input.pre_spike, input.post_spike, now_ms_, pre_, post_,
        [&] { change.post_first = read(post_, params_.post_pre_potentiation, params_.post_pre_depression, true); },
        [&] { change.pre_first = read(pre_, params_.pre_post_potentiation, params_.pre_post_depression, false); });
    return apply_within(params_.bounds, change, weight_, pairs_);
}

}  // namespace stdpscope::sim
