#include "sim/plasticity/table_stdp.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "sim/error.hpp"
#include "sim/plasticity/arrivals.hpp"
#include "sim/require.hpp"

namespace stdpscope::sim {
namespace {

/// Arrival times add up rounding: a pair at the very edge of the table must not be forgotten before it is looked up.
constexpr double kEdgeMs = 1e-6;

void check_window(const std::vector<WindowPoint>& window) {
    if (window.size() < 2) {
        throw InvalidParameter("window", std::to_string(window.size()) + " points", "must have two points or more");
    }
    for (std::size_t i = 0; i < window.size(); ++i) {
        const std::string point = "window[" + std::to_string(i) + "]";
        require_finite(point + ".delta_ms", window[i].delta_ms);
        require_finite(point + ".update", window[i].update);
        if (i > 0 && !(window[i - 1].delta_ms < window[i].delta_ms)) {
            throw InvalidParameter(point + ".delta_ms", std::to_string(window[i].delta_ms),
                                   "must be > the one before, " + std::to_string(window[i - 1].delta_ms));
        }
    }
}

}  // namespace

TableStdp::TableStdp(TableStdpParams params, double initial_weight)
    : params_(std::move(params)), weight_(initial_weight) {
    check_window(params_.window);
    check(params_.bounds, initial_weight);
}

double TableStdp::window(double delta_ms) const {
    const std::vector<WindowPoint>& points = params_.window;
    if (!(delta_ms >= points.front().delta_ms && delta_ms <= points.back().delta_ms)) return 0.0;
    const auto right = std::lower_bound(points.begin() + 1, points.end() - 1, delta_ms,
                                        [](const WindowPoint& point, double delta) { return point.delta_ms < delta; });
    const auto left = right - 1;
    const double along = (delta_ms - left->delta_ms) / (right->delta_ms - left->delta_ms);
    return left->update + along * (right->update - left->update);
}

double TableStdp::pair_with(SpikePair pair) {
    const double delta_ms = pair.delta_ms();
    const bool within = delta_ms >= params_.window.front().delta_ms && delta_ms <= params_.window.back().delta_ms;
    const double update = window(delta_ms);
    if (within && params_.listing == PairListing::on) pairs_.push_back({pair, update});
    return update;
}

WeightChange TableStdp::step(double dt_ms, const SynapseInput& input) {
    require_step(dt_ms);
    now_ms_ += dt_ms;
    pairs_.clear();
    forget(pre_.arrivals_ms, now_ms_ - std::max(params_.window.back().delta_ms, 0.0) - kEdgeMs);
    forget(post_.arrivals_ms, now_ms_ + std::min(params_.window.front().delta_ms, 0.0) - kEdgeMs);
    WeightChange change;
    pair_spikes(
        params_.pairing, Tie::pre_first, input.pre_spike, input.post_spike, now_ms_, pre_, post_,
        [&] {
            for (const double post_ms : post_.arrivals_ms) change.post_first += pair_with({now_ms_, post_ms});
        },
        [&] {
            for (const double pre_ms : pre_.arrivals_ms) change.pre_first += pair_with({pre_ms, now_ms_});
        });
    return apply_within(params_.bounds, change, weight_, pairs_);
}

}  // namespace stdpscope::sim
