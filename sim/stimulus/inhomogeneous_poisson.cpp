#include "sim/stimulus/inhomogeneous_poisson.hpp"

#include <algorithm>
#include <cmath>

#include "sim/error.hpp"
#include "sim/number_text.hpp"
#include "sim/require.hpp"
#include "sim/stimulus/spike_probability.hpp"

namespace stdpscope::sim {

std::function<double(double)> piecewise_rate(std::vector<RatePiece> pieces) {
    for (std::size_t k = 0; k < pieces.size(); ++k) {
        require_finite("from_ms", pieces[k].from_ms);
        require_not_negative("rate_hz", pieces[k].rate_hz);
        if (k > 0 && !(pieces[k].from_ms > pieces[k - 1].from_ms)) {
            throw InvalidParameter("from_ms", number_text(pieces[k].from_ms),
                                   "must be later than the piece before, " + number_text(pieces[k - 1].from_ms));
        }
    }
    return [pieces = std::move(pieces)](double time_ms) {
        // A millionth of a millisecond allows for the rounding of step times.
        const auto later = std::upper_bound(pieces.begin(), pieces.end(), time_ms + 1e-6,
                                            [](double time, const RatePiece& piece) { return time < piece.from_ms; });
        return later == pieces.begin() ? 0.0 : std::prev(later)->rate_hz;
    };
}

InhomogeneousPoisson::InhomogeneousPoisson(const InhomogeneousPoissonParams& params, std::uint32_t first,
                                           std::uint32_t count, const TimeGrid& grid, const RandomStream& random)
    : rate_hz_(params.rate_hz), grid_(grid), draws_(random, first, count), thresholds_(count) {
    if (!rate_hz_) throw InvalidParameter("rate_hz", "nothing", "must be a function");
    for (std::uint32_t neuron = 0; neuron < count; ++neuron) thresholds_[neuron] = draws_.next(neuron);
}

void InhomogeneousPoisson::fill(SpikeWindow& window, Step begin, Step end) {
    window.reset(begin, end);
    hazards_.clear();
    for (Step step = begin; step < end; ++step) {
        if (step > 0) hazard_ -= std::log1p(-spike_probability(rate_hz_(grid_.ms_of(step)), grid_));
        hazards_.push_back(hazard_);
    }
    for (std::uint32_t neuron = 0; neuron < thresholds_.size(); ++neuron) {
        auto from = hazards_.begin();
        while (true) {
            from = std::lower_bound(from, hazards_.end(), thresholds_[neuron]);
            if (from == hazards_.end()) break;
            window.add(begin + (from - hazards_.begin()), neuron);
            thresholds_[neuron] = *from + draws_.next(neuron);
            ++from;
        }
    }
    window.sort();
}

}  // namespace stdpscope::sim
