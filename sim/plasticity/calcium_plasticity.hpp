#pragma once

#include <span>
#include <vector>

#include "sim/plasticity/arrivals.hpp"
#include "sim/plasticity/plasticity_rule.hpp"
#include "sim/plasticity/weight_bounds.hpp"

namespace stdpscope::sim {

/// `on`: the synapse drifts to one of two stable states when calcium is low.
enum class Bistability { off, on };

/// Defaults: the set DP. Calcium is in units of the depression threshold of the sets.
struct CalciumPlasticityParams {
    double tau_calcium_ms = 20.0;
    double c_pre = 1.0;
    double c_post = 2.0;
    double pre_delay_ms = 13.7;  ///< from the arrival of a presynaptic spike to its calcium (D)
    double theta_d = 1.0;
    double theta_p = 1.3;
    double gamma_d = 200.0;
    double gamma_p = 321.808;
    double tau_ms = 150e3;
    double rho_star = 0.5;
    Bistability bistability = Bistability::on;
    double pair_window_ms = 100.0;  ///< for the naming of pairs only (LatestPairs)
    WeightBounds bounds{};          ///< weight at rho = 0 and at rho = 1

    /// The six shapes of the window, Graupner & Brunel 2012, figure 2 and table S1, by the order of depression (D) and
    /// potentiation (P) as delta grows.
    [[nodiscard]] static CalciumPlasticityParams dp() { return {}; }
    [[nodiscard]] static CalciumPlasticityParams dpd();
    [[nodiscard]] static CalciumPlasticityParams dpd_prime();
    [[nodiscard]] static CalciumPlasticityParams p();
    [[nodiscard]] static CalciumPlasticityParams d();
    [[nodiscard]] static CalciumPlasticityParams d_prime();
    /// Fits to experiments, table S2.
    [[nodiscard]] static CalciumPlasticityParams hippocampal_slices();
    [[nodiscard]] static CalciumPlasticityParams hippocampal_cultures();
    [[nodiscard]] static CalciumPlasticityParams cortical_slices();
};

/// Calcium-based plasticity: spikes let calcium in, calcium above a threshold moves the synaptic efficacy rho.
///
///     tau_calcium dc/dt = -c,   + c_pre at pre_delay after a pre spike,   + c_post at a post spike
///     tau d rho/dt = -rho (1 - rho) (rho_star - rho)                      with Bistability::on
///                    + gamma_p (1 - rho) [c > theta_p] - gamma_d rho [c > theta_d]
///     weight = bounds.min + rho * (bounds.max - bounds.min)
///
/// rho stays in [0, 1], so the weight stays within its bounds, of any sign. The moments at which calcium passes a
/// threshold are solved for exactly; between them rho is exact without bistability, and with it integrated by
/// Runge-Kutta (order 4) at a hundredth of its time constant (error below 1e-11 a time constant). The paper's noise
/// term is left out: this is the mean dynamics.
///
/// A change while calcium is above a threshold is put down to the latest pre and the latest post arrival if at most
/// pair_window_ms apart (LatestPairs); the drift between stable states is unpaired.
/// Source: Graupner & Brunel 2012, PNAS 109:3991, equation 1 and the simplified calcium model; parameter sets as in the
/// authors' published code.
class CalciumPlasticity {
public:
    /// Throws InvalidParameter unless time constants and thresholds are > 0, amplitudes, rates and the delay >= 0,
    /// rho_star in [0, 1], and the bounds finite with w_min < w_max and the initial weight within.
    CalciumPlasticity(const CalciumPlasticityParams& params, double initial_weight);

    /// Advances by dt_ms >= 0, then applies the spikes of this step.
    WeightChange step(double dt_ms, const SynapseInput& input);

    [[nodiscard]] double weight() const;
    [[nodiscard]] std::span<const PairShare> pairs() const { return pairs_; }
    [[nodiscard]] double calcium() const { return calcium_; }
    [[nodiscard]] double rho() const { return rho_; }

private:
    /// Over a span without influx.
    void decay(double span_ms, WeightChange& change);
    /// Over a span in which calcium passes no threshold; rates are gamma or 0.
    void move_rho(double span_ms, double up, double down);

    CalciumPlasticityParams params_;
    double now_ms_ = 0.0;
    double calcium_ = 0.0;
    double rho_;
    std::vector<double> influx_in_ms_;  // presynaptic calcium on its way, earliest first
    LatestPairs latest_;
    std::vector<PairShare> pairs_;
};

static_assert(PlasticityRule<CalciumPlasticity>);

}  // namespace stdpscope::sim
