#pragma once

#include <span>
#include <vector>

#include "sim/plasticity/arrivals.hpp"
#include "sim/plasticity/plasticity_rule.hpp"
#include "sim/plasticity/weight_bounds.hpp"

namespace stdpscope::sim {

struct RateDerivativeParams {
    double learning_rate = 0.2;  ///< unit of the weight times ms; negative turns the rule round
    double tau_pre_ms = 20.0;
    double tau_rate_ms = 20.0;
    WeightBounds bounds{0.0, 1.0};
};

/// The weight follows presynaptic activity times the rate of change of the postsynaptic rate.
///
///     dw/dt = learning_rate * pre_trace * d post_rate/dt
///     tau_pre  d pre_trace/dt = -pre_trace,   + 1 at a pre spike
///     tau_rate d post_rate/dt = -post_rate,   + 1 / tau_rate at a post spike     (spikes per ms)
///
/// So a post spike adds learning_rate * pre_trace / tau_rate at once, and the decay of the rate takes weight off
/// as long as pre_trace lasts. One pair, all told (tp = tau_pre, tr = tau_rate):
///
///     delta >= 0:  W = +learning_rate * exp(-delta / tp) / (tp + tr)
///     delta <  0:  W = -learning_rate * exp(+delta / tr) / (tp + tr) * tp / tr
///
/// the STDP window, antisymmetric for tp = tr, with total area 0: a constant postsynaptic rate changes nothing on
/// average. Spikes of the same step pair at delta = 0. Integration between spikes is exact; bounds hold at
/// every moment, since the weight moves one way between spikes.
///
/// The product pre_trace * post_rate is kept in two parts, by pre-first and post-first pairs, so WeightChange's parts
/// are exact; pairs() gives each part to the latest pair of its side. The decay after a pre-first pair belongs to
/// that pair: its part is a rise followed by a smaller fall.
/// Source: Xie & Seung 2000, NIPS 12:199 (differential Hebbian form of spike-based rules); Bengio, Mesnard, Fischer,
/// Zhang & Wu 2015, arXiv:1509.05936 (presynaptic activity times rate of change of postsynaptic activity).
class RateDerivative {
public:
    /// Throws InvalidParameter unless learning_rate is finite, both time constants are > 0, and bounds and initial
    /// weight fit together.
    RateDerivative(const RateDerivativeParams& params, double initial_weight);

    /// Advances by dt_ms >= 0, then applies the spikes of this step.
    WeightChange step(double dt_ms, const SynapseInput& input);

    [[nodiscard]] double weight() const { return weight_; }
    [[nodiscard]] std::span<const PairShare> pairs() const { return pairs_; }
    [[nodiscard]] double post_rate_hz() const { return 1e3 * post_rate_; }

private:
    RateDerivativeParams params_;
    double weight_;
    double now_ms_ = 0.0;
    double pre_trace_ = 0.0;
    double post_rate_ = 0.0;  // spikes per ms
    double pre_first_ = 0.0;  // of the product pre_trace * post_rate
    double post_first_ = 0.0;
    LatestPairs latest_;
    std::vector<PairShare> pairs_;
};

static_assert(PlasticityRule<RateDerivative>);

}  // namespace stdpscope::sim
