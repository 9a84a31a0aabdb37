#include "sim/stimulus/recorded.hpp"

#include <algorithm>

#include "sim/error.hpp"
#include "sim/number_text.hpp"
#include "sim/require.hpp"

namespace stdpscope::sim {

Recorded::Recorded(const RecordedParams& params, std::uint32_t first, std::uint32_t count, const TimeGrid& grid)
    : steps_(count), next_(count, 0) {
    if (params.times_ms.size() < std::size_t{first} + count) {
        throw InvalidParameter("times_ms", number_text(static_cast<double>(params.times_ms.size())) + " trains",
                               "must hold one train for each neuron");
    }
    for (std::uint32_t neuron = 0; neuron < count; ++neuron) {
        std::vector<Step>& steps = steps_[neuron];
        for (const double time_ms : params.times_ms[first + neuron]) {
            require_not_negative("times_ms", time_ms);
            steps.push_back(grid.nearest_step(time_ms));
        }
        std::sort(steps.begin(), steps.end());
        if (const auto twice = std::adjacent_find(steps.begin(), steps.end()); twice != steps.end()) {
            throw InvalidParameter("times_ms", number_text(grid.ms_of(*twice)), "must not name a step twice");
        }
    }
}

void Recorded::fill(SpikeWindow& window, Step begin, Step end) {
    window.reset(begin, end);
    for (std::uint32_t neuron = 0; neuron < steps_.size(); ++neuron) {
        const std::vector<Step>& steps = steps_[neuron];
        std::size_t& next = next_[neuron];
        while (next < steps.size() && steps[next] < end) window.add(steps[next++], neuron);
    }
    window.sort();
}

}  // namespace stdpscope::sim
