#include "sim/stimulus/poisson.hpp"

#include <cmath>

#include "sim/stimulus/spike_probability.hpp"

namespace stdpscope::sim {

Poisson::Poisson(const PoissonParams& params, std::uint32_t first, std::uint32_t count, const TimeGrid& grid,
                 const RandomStream& random)
    : random_(random),
      first_(first),
      intervals_(-1.0 / std::log1p(-spike_probability(params.rate_hz, grid))),
      trains_(count) {
    for (std::uint32_t neuron = 0; neuron < count; ++neuron) trains_[neuron].next = interval(trains_[neuron], neuron);
}

Step Poisson::interval(Train& train, std::uint32_t neuron) const {
    const std::size_t place = train.count % 4;
    if (place == 0) {
        const RandomStream::Block words = random_.words(train.count / 4, first_ + neuron);
        for (std::size_t k = 0; k < 4; ++k) train.intervals[k] = intervals_(words[k]);
    }
    ++train.count;
    return train.intervals[place];
}

void Poisson::fill(SpikeWindow& window, Step begin, Step end) {
    window.reset(begin, end);
    for (std::uint32_t neuron = 0; neuron < trains_.size(); ++neuron) {
        Train& train = trains_[neuron];
        while (train.next < end) {
            window.add(train.next, neuron);
            train.next += interval(train, neuron);
        }
    }
    window.sort();
}

}  // namespace stdpscope::sim
