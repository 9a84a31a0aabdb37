#pragma once

#include <span>
#include <vector>

#include "sim/plasticity/plasticity_rule.hpp"
#include "sim/plasticity/weight_bounds.hpp"

namespace stdpscope::sim {

/// Defaults: fit to visual cortex (Sjoestroem et al. 2001), Table 1 of the source. They are large: one post-pre pair at
/// 10 ms takes 0.12 off P, so tens of pairings meet the bounds. Scale d_minus, d_plus and c_plus down together for slow
/// learning (the source takes 0.15 of each in its networks).
struct PrePostFactorsParams {
    double d_minus = 0.1771;  ///< of the presynaptic depression
    double d_plus = 0.1548;   ///< of the presynaptic potentiation
    double c_plus = 0.0618;   ///< of the postsynaptic potentiation
    double tau_y_minus_ms = 32.7;
    double tau_y_plus_ms = 230.2;
    double tau_x_plus_ms = 66.6;
    WeightBounds release_bounds{0.0, 1.0};
    WeightBounds amplitude_bounds{0.0, 2.0};
};

/// Plasticity of both factors of a synapse: its release probability P (presynaptic) and its quantal amplitude q
/// (postsynaptic); the weight is P * q.
///
///     traces  x_plus of the pre neuron; y_plus, y_minus of the post neuron
///     pre spike:   P += d_plus * x_plus * y_plus - d_minus * y_minus * y_plus     x_plus before this spike entered it
///     post spike:  q += c_plus * x_plus * y_minus                                 y_minus before this spike entered it
///
/// A trace rises by 1 at its own neuron's spike and decays as exp(-dt / tau). Spikes of the same step form no pair:
/// both updates read all traces before any rise; P changes first, then q. Each factor stays within its bounds, so the
/// weight stays between the products of them; release bounds lie in [0, 1], amplitude bounds may have any sign.
///
/// The change of P needs a postsynaptic spike before this presynaptic one: post-first; that of q is pre-first. pairs()
/// lists the latest pair of each side with the side's whole change.
/// Source: Costa, Froemke, Sjoestroem & van Rossum 2015, eLife 4:e09457, equations 7 and 9 to 13 (without the slow
/// normalization of q that its networks have).
class PrePostFactors {
public:
    /// Throws InvalidParameter unless amplitudes are finite, time constants > 0, and each factor fits its bounds
    /// ("initial_release", "initial_amplitude").
    PrePostFactors(const PrePostFactorsParams& params, double initial_release, double initial_amplitude);

    /// Advances by dt_ms >= 0, then applies the spikes of this step.
    WeightChange step(double dt_ms, const SynapseInput& input);

    [[nodiscard]] double weight() const { return release_ * amplitude_; }
    [[nodiscard]] double release() const { return release_; }      ///< P
    [[nodiscard]] double amplitude() const { return amplitude_; }  ///< q
    [[nodiscard]] std::span<const PairShare> pairs() const { return pairs_; }

private:
    PrePostFactorsParams params_;
    double release_;
    double amplitude_;
    double now_ms_ = 0.0;
    double latest_pre_ms_ = 0.0;
    double latest_post_ms_ = 0.0;
    double x_plus_ = 0.0;
    double y_plus_ = 0.0;
    double y_minus_ = 0.0;
    std::vector<PairShare> pairs_;
};

static_assert(PlasticityRule<PrePostFactors>);

}  // namespace stdpscope::sim
