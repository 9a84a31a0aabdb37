#pragma once

#include "sim/error.hpp"
#include "sim/number_text.hpp"
#include "sim/time_grid.hpp"

namespace stdpscope::sim {

/// Of a spike in one step. Throws InvalidParameter unless 0 <= rate < 1 / dt.
[[nodiscard]] inline double spike_probability(double rate_hz, const TimeGrid& grid) {
    const double probability = rate_hz * grid.dt_ms() * 1e-3;
    if (!(probability >= 0.0) || !(probability < 1.0)) {
        throw InvalidParameter("rate_hz", number_text(rate_hz),
                               "must be >= 0 and below one spike a step, " + number_text(1e3 / grid.dt_ms()));
    }
    return probability;
}

}  // namespace stdpscope::sim
