#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/plasticity/plasticity_rule.hpp"

namespace stdpscope::sim {

/// A trace this many time constants old has fallen below 5e-18 of a spike: rules stop listing its pairs.
inline constexpr double kForgottenTaus = 40.0;

/// Drops the times before `before_ms` from an increasing list.
inline void forget(std::vector<double>& arrivals_ms, double before_ms) {
    arrivals_ms.erase(arrivals_ms.begin(), std::lower_bound(arrivals_ms.begin(), arrivals_ms.end(), before_ms));
}

/// The latest spike pairs of a synapse, for rules whose change is no sum over pairs. A change is put down to the pair
/// of the latest presynaptic and the latest postsynaptic arrival, if they are at most `window_ms` apart; arrivals of
/// one step count as "A first or same time".
class LatestPairs {
public:
    explicit LatestPairs(double window_ms) : window_ms_(window_ms) {}

    /// Enters the spikes of a step.
    void enter(bool pre_spike, bool post_spike, double now_ms) {
        if (pre_spike) {
            latest_.pre_ms = now_ms;
            if (near()) post_first_ = latest_;
        }
        if (post_spike) {
            latest_.post_ms = now_ms;
            if (near()) pre_first_ = latest_;
        }
    }

    /// Adds `update` to the part of `change` that the latest pair belongs to, or to `unpaired`.
    void put_down(double update, WeightChange& change) const {
        (!near() ? change.unpaired : latest_.delta_ms() >= 0.0 ? change.pre_first : change.post_first) += update;
    }

    /// For each part of `change` that is not 0, the latest pair of that side with the whole part as its share.
    void list(const WeightChange& change, std::vector<PairShare>& shares) const {
        if (change.pre_first != 0.0) shares.push_back({pre_first_, change.pre_first});
        if (change.post_first != 0.0) shares.push_back({post_first_, change.post_first});
    }

private:
    [[nodiscard]] bool near() const { return std::abs(latest_.delta_ms()) <= window_ms_; }  // NaN: no pair

    double window_ms_;
    SpikePair latest_{NAN, NAN};
    SpikePair pre_first_{NAN, NAN};
    SpikePair post_first_{NAN, NAN};
};

}  // namespace stdpscope::sim
