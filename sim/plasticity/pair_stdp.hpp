#pragma once

#include <span>
#include <vector>

#include "sim/plasticity/pairing_scheme.hpp"
#include "sim/plasticity/plasticity_rule.hpp"
#include "sim/plasticity/weight_bounds.hpp"
#include "sim/plasticity/weight_dependence.hpp"

namespace stdpscope::sim {

/// One quadrant of the window: amplitude (unit of the weight, >= 0; its sign is the quadrant's) and time constant.
struct Quadrant {
    double amplitude = 0.0;
    double tau_ms = 20.0;
};

/// Defaults: the normal window of Song, Miller & Abbott 2000 for weights in [0, 1].
struct PairStdpParams {
    Quadrant pre_post_potentiation{0.005, 20.0};  ///< Hebbian (Table 1)
    Quadrant pre_post_depression{};               ///< anti-Hebbian
    Quadrant post_pre_potentiation{};             ///< temporally inverted Hebbian
    Quadrant post_pre_depression{0.00525, 20.0};  ///< temporally inverted anti-Hebbian
    WeightDependence dependence{};
    Pairing pairing = Pairing::all_to_all;
    Tie tie = Tie::no_pair;
    WeightBounds bounds{};
    PairListing listing = PairListing::off;
};

/// Pair-based STDP on one synapse, in any sign: each quadrant of the window has its own amplitude and time constant.
///
///     delta = t_post - t_pre at the synapse, f+ and f- the weight dependence (WeightDependence) at the weight before
///     delta > 0:  W = f+ * pre_post_potentiation.amplitude * exp(-delta / tau) - f- * pre_post_depression. ...
///     delta < 0:  W = f+ * post_pre_potentiation.amplitude * exp(+delta / tau) - f- * post_pre_depression. ...
///
///     pre spike:   w += sum of W over the post spikes it pairs with        (delta < 0)
///     post spike:  w += sum of W over the pre spikes it pairs with         (delta > 0)
///
/// Sums are kept as traces that rise by 1 at a spike and decay as exp(-dt / tau). delta = 0 follows `tie`. In a step
/// with both spikes the two updates are taken at the weight before, added, and then bounded: the result does not
/// depend on an order. The weight never leaves [bounds.min, bounds.max].
///
/// With PairListing::on, pairs() lists each pair of the last step. Pairs older than 40 time constants (weight below
/// 5e-18) are dropped from the list.
/// Source: Song, Miller & Abbott 2000, Nat. Neurosci. 3:919, and the works named in WeightDependence; pairings and
/// trace form as in Morrison, Diesmann & Gerstner 2008, Biol. Cybern. 98:459, sections 4.1 and 4.2.
class PairStdp {
public:
    /// Throws InvalidParameter unless all amplitudes are >= 0, all time constants > 0, and bounds, dependence and
    /// initial weight fit together (check functions of each).
    PairStdp(const PairStdpParams& params, double initial_weight);

    /// Advances by dt_ms >= 0, then applies the spikes of this step.
    WeightChange step(double dt_ms, const SynapseInput& input);

    [[nodiscard]] double weight() const { return weight_; }
    [[nodiscard]] std::span<const PairShare> pairs() const { return pairs_; }

private:
    /// The spikes of one neuron that may still form pairs.
    struct Memory {
        double potentiation_trace = 0.0;
        double depression_trace = 0.0;
        std::vector<double> arrivals_ms;  // with PairListing::on only
        bool list = false;

        void clear();
        void add(double now_ms);
        void decay(double dt_ms, const Quadrant& potentiation, const Quadrant& depression, double now_ms);
    };

    /// What the memory asks for, with the shares of its pairs listed when asked to.
    double read(const Memory& memory, const Quadrant& potentiation, const Quadrant& depression, bool pre_is_now);

    PairStdpParams params_;
    double weight_;
    double now_ms_ = 0.0;
    Memory pre_;
    Memory post_;
    std::vector<PairShare> pairs_;
};

static_assert(PlasticityRule<PairStdp>);

}  // namespace stdpscope::sim
