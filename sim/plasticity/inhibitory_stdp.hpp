#pragma once

#include <span>
#include <vector>

#include "sim/plasticity/plasticity_rule.hpp"
#include "sim/plasticity/weight_bounds.hpp"

namespace stdpscope::sim {

struct InhibitoryStdpParams {
    double learning_rate = 1e-2;  ///< eta, unit of the weight; negative turns the rule round
    double target_rate_hz = 3.0;  ///< rho0: the postsynaptic rate at which the weight is at rest
    double tau_ms = 20.0;         ///< of both traces
    WeightBounds bounds{0.0, 1.0};
    PairListing listing = PairListing::off;
};

/// Inhibitory plasticity with a symmetric Hebbian window and a constant depression at each pre spike, which drives the
/// postsynaptic neuron to a target rate. The weight is the strength of the inhibition (a number of receptors), >= 0 in
/// use; its effect's sign is the transmitter's.
///
///     pre spike:   w += learning_rate * (post_trace - alpha)      alpha = 2 * target_rate * tau
///     post spike:  w += learning_rate * pre_trace
///
/// Traces rise by 1 at their own neuron's spike and decay as exp(-dt / tau). Spikes of the same step form no pair: both
/// updates read the traces before either rise. The term of alpha belongs to no pair (WeightChange::unpaired). The
/// weight never leaves [bounds.min, bounds.max].
/// With PairListing::on, pairs() lists the pairs of the last step; older ones than 40 tau are dropped.
/// Source: Vogels, Sprekeler, Zenke, Clopath & Gerstner 2011, Science 334:1569.
class InhibitoryStdp {
public:
    /// Throws InvalidParameter unless learning_rate is finite, target_rate_hz >= 0, tau_ms > 0, and bounds and initial
    /// weight fit together.
    InhibitoryStdp(const InhibitoryStdpParams& params, double initial_weight);

    /// Advances by dt_ms >= 0, then applies the spikes of this step.
    WeightChange step(double dt_ms, const SynapseInput& input);

    [[nodiscard]] double weight() const { return weight_; }
    [[nodiscard]] std::span<const PairShare> pairs() const { return pairs_; }
    /// 2 * target_rate * tau, without unit.
    [[nodiscard]] double alpha() const { return 2.0 * params_.target_rate_hz * 1e-3 * params_.tau_ms; }

private:
    InhibitoryStdpParams params_;
    double weight_;
    double now_ms_ = 0.0;
    double pre_trace_ = 0.0;
    double post_trace_ = 0.0;
    std::vector<double> pre_arrivals_ms_;
    std::vector<double> post_arrivals_ms_;
    std::vector<PairShare> pairs_;
};

static_assert(PlasticityRule<InhibitoryStdp>);

}  // namespace stdpscope::sim
