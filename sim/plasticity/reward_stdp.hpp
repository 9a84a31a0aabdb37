#pragma once

#include <span>
#include <vector>

#include "sim/plasticity/arrivals.hpp"
#include "sim/plasticity/plasticity_rule.hpp"
#include "sim/plasticity/weight_bounds.hpp"

namespace stdpscope::sim {

/// Defaults: Izhikevich 2007 (depression 1.5 times potentiation).
struct RewardStdpParams {
    double a_plus = 0.1;
    double a_minus = 0.15;
    double tau_plus_ms = 20.0;
    double tau_minus_ms = 20.0;
    double tau_eligibility_ms = 1000.0;
    double tau_dopamine_ms = 200.0;
    double baseline = 0.0;        ///< the expected reward that is taken off the dopamine
    double learning_rate = 1e-3;  ///< per ms
    WeightBounds bounds{0.0, 1.0};
};

/// Reward-modulated STDP: spike pairs mark the synapse, dopamine turns the mark into a weight change.
///
///     pre spike:   eligibility -= a_minus * post_trace        post spike:  eligibility += a_plus * pre_trace
///     d eligibility/dt = -eligibility / tau_eligibility       d dopamine/dt = -dopamine / tau_dopamine
///     reward:      dopamine += input.reward
///     dw/dt = learning_rate * eligibility * (dopamine - baseline)
///
/// Traces rise by 1 at their own neuron's spike and decay with tau_plus (pre) and tau_minus (post). Spikes of the same
/// step form no pair. Between events the weight is integrated exactly; where dopamine passes the baseline the step is
/// cut there, so that the bounds [bounds.min, bounds.max] hold at every moment. a_plus and a_minus may have any sign.
///
/// The eligibility is kept in two parts, by pre-first and by post-first pairs, so WeightChange's parts are exact even
/// when the reward comes seconds later; pairs() gives each part to the latest pair of its side.
/// Source: Izhikevich 2007, Cereb. Cortex 17:2443 (dopamine trace, baseline 0); baseline as in Fremaux & Gerstner 2016,
/// Front. Neural Circuits 9:85 (R-STDP: reward minus expected reward).
class RewardStdp {
public:
    /// Throws InvalidParameter unless all time constants are > 0, the other numbers finite, and bounds and initial
    /// weight fit together.
    RewardStdp(const RewardStdpParams& params, double initial_weight);

    /// Advances by dt_ms >= 0, then applies the spikes and the reward of this step.
    WeightChange step(double dt_ms, const SynapseInput& input);

    [[nodiscard]] double weight() const { return weight_; }
    [[nodiscard]] std::span<const PairShare> pairs() const { return pairs_; }
    [[nodiscard]] double eligibility() const { return pre_first_ + post_first_; }
    [[nodiscard]] double dopamine() const { return dopamine_; }

private:
    WeightChange advance(double dt_ms);

    RewardStdpParams params_;
    double weight_;
    double now_ms_ = 0.0;
    double pre_trace_ = 0.0;
    double post_trace_ = 0.0;
    double pre_first_ = 0.0;
    double post_first_ = 0.0;
    double dopamine_ = 0.0;
    LatestPairs latest_;
    std::vector<PairShare> pairs_;
};

static_assert(PlasticityRule<RewardStdp>);

}  // namespace stdpscope::sim
