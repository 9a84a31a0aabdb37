#include "sim/stimulus/regular.hpp"

#include "sim/error.hpp"
#include "sim/number_text.hpp"
#include "sim/require.hpp"

namespace stdpscope::sim {

Regular::Regular(const RegularParams& params, std::uint32_t count, const TimeGrid& grid)
    : params_(params), count_(count), grid_(grid) {
    require_not_negative("first_ms", params.first_ms);
    require_finite("period_ms", params.period_ms);
    if (!(params.period_ms >= grid.dt_ms())) {
        throw InvalidParameter("period_ms", number_text(params.period_ms),
                               "must be at least one step, " + number_text(grid.dt_ms()));
    }
}

void Regular::fill(SpikeWindow& window, Step begin, Step end) {
    window.reset(begin, end);
    const auto step_of = [this](std::uint64_t spike) {
        return grid_.nearest_step(params_.first_ms + static_cast<double>(spike) * params_.period_ms);
    };
    std::uint64_t after = next_;
    while (step_of(after) < end) ++after;
    for (std::uint32_t neuron = 0; neuron < count_; ++neuron) {
        for (std::uint64_t spike = next_; spike < after; ++spike) window.add(step_of(spike), neuron);
    }
    next_ = after;
    window.sort();
}

}  // namespace stdpscope::sim
