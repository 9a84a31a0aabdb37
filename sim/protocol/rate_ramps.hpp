#pragma once

#include <vector>

#include "sim/network/network.hpp"
#include "sim/simulation/simulation.hpp"

namespace stdpscope::sim {

/// Synapses between neurons of a steady presynaptic rate and of a postsynaptic rate that rises or falls evenly: does
/// the weight change as the presynaptic rate times the derivative of the postsynaptic one? Every pair of a presynaptic
/// rate and a slope has `neurons` synapses, one to one, under two rules: additive pairs with equal sides, and
/// RateDerivative. Source: Bengio, Mesnard, Fischer, Zhang & Wu 2015, arXiv:1509.05936; Xie & Seung 2000, NIPS 12:199.
struct RateRampParams {
    std::uint32_t neurons = 8000;
    std::vector<double> pre_rates_hz = {5.0, 10.0, 20.0, 40.0};
    std::vector<double> slopes_hz_per_s = {-40.0, -20.0, -10.0, 0.0, 10.0, 20.0, 40.0};
    double post_rate_hz = 50.0;  ///< half-way
    double seconds = 1.0;
    double tau_ms = 20.0;         ///< of both sides and of both traces
    double amplitude = 0.001;     ///< of one pair at time difference 0
    double initial_weight = 0.5;  ///< of at most 1
};

/// Projections "additive-RATEhz-SLOPE" and "derivative-RATEhz-SLOPE", SLOPE being "rising-40", "steady" or
/// "falling-40"; for every rate all slopes, first those of additive pairs. Throws InvalidParameter where a rate would
/// fall below 0.
[[nodiscard]] Network rate_ramp_network(const RateRampParams& params, Counting counting = Counting::on);

struct RateRampPoint {
    std::string projection;
    bool is_derivative = false;  ///< of the rule RateDerivative
    double pre_rate_hz = 0.0;
    double slope_hz_per_s = 0.0;
    /// Less start_change: RateDerivative sees the postsynaptic rate's trace rise from 0 at the start, which adds
    /// learning_rate x tau x pre rate x first post rate / 2 in the mean. Additive pairs see nothing of it.
    double mean_change = 0.0;
    double start_change = 0.0;
    double standard_error = 0.0;
    /// Of RateDerivative in the mean, for rates that change little within tau: 2 amplitude tau^2 x pre rate x slope x
    /// time. Of additive pairs half of that: the pairs that the run's two ends cut off are worth the other half.
    double expected_change = 0.0;
};

/// Of a simulation of rate_ramp_network(params) that has run for `seconds`.
[[nodiscard]] std::vector<RateRampPoint> rate_ramp_points(const RateRampParams& params, const Simulation& simulation);

}  // namespace stdpscope::sim
