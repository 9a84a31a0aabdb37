#pragma once

#include <span>
#include <vector>

#include "sim/plasticity/plasticity_rule.hpp"
#include "sim/plasticity/weight_bounds.hpp"

namespace stdpscope::sim {

enum class TripletPairing { all_to_all, nearest };

/// Defaults: visual cortex, all-to-all, minimal model. Negative amplitudes turn a term round.
struct TripletStdpParams {
    double a2_plus = 0.0;
    double a3_plus = 6.5e-3;
    double a2_minus = 7.1e-3;
    double a3_minus = 0.0;
    double tau_plus_ms = 16.8;
    double tau_minus_ms = 33.7;
    double tau_x_ms = 101.0;
    double tau_y_ms = 114.0;
    TripletPairing pairing = TripletPairing::all_to_all;
    WeightBounds bounds{};
    PairListing listing = PairListing::off;

    /// Fits of Pfister & Gerstner 2006, tables 3 (visual cortex: Sjoestroem et al. 2001) and 4 (hippocampal culture:
    /// Wang et al. 2005). In the minimal models tau_x is not used.
    [[nodiscard]] static TripletStdpParams visual_cortex_full(TripletPairing pairing);
    [[nodiscard]] static TripletStdpParams visual_cortex_minimal(TripletPairing pairing);
    [[nodiscard]] static TripletStdpParams hippocampal_full(TripletPairing pairing);
    [[nodiscard]] static TripletStdpParams hippocampal_minimal(TripletPairing pairing);
};

/// Triplet STDP on one synapse.
///
///     traces  r1 (tau_plus), r2 (tau_x) of the pre neuron, o1 (tau_minus), o2 (tau_y) of the post neuron
///     pre spike:   w -= o1 * (a2_minus + a3_minus * r2)        r2 before this spike entered it
///     post spike:  w += r1 * (a2_plus + a3_plus * o2)          o2 before this spike entered it
///
/// A trace decays as exp(-dt / tau); at its own neuron's spike it rises by 1 (all_to_all) or is set to 1 (nearest).
/// Spikes of the same step form no pair: both updates read all traces as they were before any rise. Updates have the
/// unit of the weight; they are added and then bounded: the weight never leaves [bounds.min, bounds.max].
/// With PairListing::on, pairs() lists the (pre, post) pairs of the last step; a pair's share is its exponential times
/// the whole bracket, the triplet's third spike included. Pairs older than 40 time constants are dropped.
/// Source: Pfister & Gerstner 2006, J. Neurosci. 26:9673, equations 3 and 4; they have no bounds.
class TripletStdp {
public:
    /// Throws InvalidParameter unless all amplitudes are finite, all time constants > 0, and bounds and initial weight
    /// fit together.
    TripletStdp(const TripletStdpParams& params, double initial_weight);

    /// Advances by dt_ms >= 0, then applies the spikes of this step.
    WeightChange step(double dt_ms, const SynapseInput& input);

    [[nodiscard]] double weight() const { return weight_; }
    [[nodiscard]] std::span<const PairShare> pairs() const { return pairs_; }

private:
    void decay(double dt_ms);
    void enter(double& fast, double& slow, std::vector<double>& arrivals_ms) const;

    TripletStdpParams params_;
    double weight_;
    double now_ms_ = 0.0;
    double r1_ = 0.0;
    double r2_ = 0.0;
    double o1_ = 0.0;
    double o2_ = 0.0;
    std::vector<double> pre_arrivals_ms_;
    std::vector<double> post_arrivals_ms_;
    std::vector<PairShare> pairs_;
};

static_assert(PlasticityRule<TripletStdp>);

}  // namespace stdpscope::sim
