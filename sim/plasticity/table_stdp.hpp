#pragma once

#include <span>
#include <vector>

#include "sim/plasticity/pairing_scheme.hpp"
#include "sim/plasticity/plasticity_rule.hpp"
#include "sim/plasticity/weight_bounds.hpp"

namespace stdpscope::sim {

/// A point of the window: a pair with this delta changes the weight by `update`.
struct WindowPoint {
    double delta_ms = 0.0;
    double update = 0.0;
};

/// `window` must be set: it has no default.
struct TableStdpParams {
    std::vector<WindowPoint> window;
    Pairing pairing = Pairing::all_to_all;
    WeightBounds bounds{};
    PairListing listing = PairListing::off;
};

/// Pair-based STDP with an arbitrary window given as a table, as read off an experiment's figure.
///
///     W(delta) = linear interpolation between the two neighbouring points; 0 outside the first and last point
///     pre spike:   w += sum of W(delta) over the post spikes it pairs with    (delta < 0)
///     post spike:  w += sum of W(delta) over the pre spikes it pairs with     (delta >= 0)
///
/// delta = t_post - t_pre at the synapse; spikes of the same step pair at delta = 0 (Tie::pre_first). A jump of the
/// window is written as two points close together. In a step with both spikes the updates are added and then bounded:
/// the weight never leaves [bounds.min, bounds.max]. Spikes are kept one by one for as long as the table reaches.
/// With PairListing::on, pairs() lists each pair of the last step that lies within the table.
/// Pairings as in Morrison, Diesmann & Gerstner 2008, Biol. Cybern. 98:459.
class TableStdp {
public:
    /// Throws InvalidParameter unless the window has two points or more, all finite, with delta_ms strictly
    /// increasing, and bounds and initial weight fit together.
    TableStdp(TableStdpParams params, double initial_weight);

    /// Advances by dt_ms >= 0, then applies the spikes of this step.
    WeightChange step(double dt_ms, const SynapseInput& input);

    [[nodiscard]] double weight() const { return weight_; }
    [[nodiscard]] std::span<const PairShare> pairs() const { return pairs_; }
    /// W(delta).
    [[nodiscard]] double window(double delta_ms) const;

private:
    struct Memory {
        std::vector<double> arrivals_ms;
        void clear() { arrivals_ms.clear(); }
        void add(double now_ms) { arrivals_ms.push_back(now_ms); }
    };

    double pair_with(SpikePair pair);

    TableStdpParams params_;
    double weight_;
    double now_ms_ = 0.0;
    Memory pre_;
    Memory post_;
    std::vector<PairShare> pairs_;
};

static_assert(PlasticityRule<TableStdp>);

}  // namespace stdpscope::sim
