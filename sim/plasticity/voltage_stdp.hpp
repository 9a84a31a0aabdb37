#pragma once

#include <span>
#include <vector>

#include "sim/plasticity/arrivals.hpp"
#include "sim/plasticity/plasticity_rule.hpp"
#include "sim/plasticity/weight_bounds.hpp"

namespace stdpscope::sim {

/// `on`: depression scales with the mean depolarisation, which keeps rates in check; `off`: as in slice experiments.
enum class Homeostasis { off, on };

/// Defaults: visual cortex.
struct VoltageStdpParams {
    double a_ltd_per_mv = 14e-5;
    double a_ltp_per_mv2 = 8e-5;
    double theta_minus_mv = -70.6;
    double theta_plus_mv = -45.3;
    double tau_x_ms = 15.0;
    double tau_minus_ms = 10.0;
    double tau_plus_ms = 7.0;
    Homeostasis homeostasis = Homeostasis::off;
    double tau_homeostasis_ms = 1000.0;
    double reference_mv2 = 60.0;    ///< u_ref^2
    double rest_mv = -70.6;         ///< where the filters start, and from where depolarisation is measured
    double pair_window_ms = 100.0;  ///< for the naming of pairs only (LatestPairs)
    WeightBounds bounds{};
};

/// Voltage-based STDP: depression by a presynaptic spike at a depolarised membrane, potentiation by the membrane's
/// passing a high threshold while the trace of a presynaptic spike lasts. [z]+ = max(z, 0).
///
///     pre spike:   w -= a_ltd * [u_minus - theta_minus]+        (a_ltd times mean^2 / u_ref^2 with homeostasis)
///     dw/dt      = + a_ltp * pre_trace * [u - theta_plus]+ * [u_plus - theta_minus]+
///     tau_x d pre_trace/dt = -pre_trace, + 1 / tau_x at a pre spike
///     tau_minus d u_minus/dt = u - u_minus      tau_plus d u_plus/dt = u - u_plus
///     tau_homeostasis d mean/dt = (u - rest) - mean
///
/// u = input.post_v_mv is held during the step, and within it everything is integrated exactly (the corner where
/// u_plus passes theta_minus included), so two half steps at the same voltage equal one. The spike's depression
/// reads u_minus at the end of the step. input.post_spike only names pairs: the formula knows the voltage alone. The
/// weight never leaves [bounds.min, bounds.max].
///
/// Each change is put down to the latest pre and the latest post arrival if at most pair_window_ms apart
/// (LatestPairs), and is unpaired otherwise, as when the membrane is clamped without spikes.
/// The mean depolarisation is read as one low-pass of the voltage above rest; implementations differ in this.
/// Source: Clopath, Buesing, Vasilaki & Gerstner 2010, Nat. Neurosci. 13:344, equations 1 to 3 and table 1.
class VoltageStdp {
public:
    /// Throws InvalidParameter unless amplitudes are >= 0, time constants and reference_mv2 > 0, theta_minus_mv <=
    /// theta_plus_mv, and bounds and initial weight fit together.
    VoltageStdp(const VoltageStdpParams& params, double initial_weight);

    /// Advances by dt_ms >= 0 at input.post_v_mv, then applies the spikes of this step. Throws InvalidParameter unless
    /// the voltage is finite.
    WeightChange step(double dt_ms, const SynapseInput& input);

    [[nodiscard]] double weight() const { return weight_; }
    [[nodiscard]] std::span<const PairShare> pairs() const { return pairs_; }

private:
    [[nodiscard]] double potentiation(double dt_ms, double v_mv) const;

    VoltageStdpParams params_;
    double weight_;
    double now_ms_ = 0.0;
    double pre_trace_ = 0.0;  // per ms
    double u_minus_mv_;
    double u_plus_mv_;
    double mean_mv_ = 0.0;
    LatestPairs latest_;
    std::vector<PairShare> pairs_;
};

static_assert(PlasticityRule<VoltageStdp>);

}  // namespace stdpscope::sim
