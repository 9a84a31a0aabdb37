#include "sim/stimulus/poisson.hpp"

#include <cmath>

#include "sim/stimulus/spike_probability.hpp"

namespace stdpscope::sim {

Poisson::Poisson(const PoissonParams& params, std::uint32_t first, std::uint32_t count, const TimeGrid& grid,
                 const RandomStream& random)
    : draws_(random, first, count),
      steps_per_draw_(-1.0 / std::log1p(-spike_probability(params.rate_hz, grid))),
      next_(count) {
    for (std::uint32_t neuron = 0; neuron < count; ++neuron) next_[neuron] = interval(neuron);
}

Step Poisson::interval(std::uint32_t neuron) {
    constexpr double kNever = 0x1p62;
    const double steps = draws_.next(neuron) * steps_per_draw_;
    return steps < kNever ? 1 + static_cast<Step>(steps) : static_cast<Step>(kNever);  // a NaN, 0 times infinity, too
}

void Poisson::fill(SpikeWindow& window, Step begin, Step end) {
    window.reset(begin, end);
    for (std::uint32_t neuron = 0; neuron < next_.size(); ++neuron) {
        Step next = next_[neuron];
        while (next < end) {
            window.add(next, neuron);
            next += interval(neuron);
        }
        next_[neuron] = next;
    }
    window.sort();
}

}  // namespace stdpscope::sim
