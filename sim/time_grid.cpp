#include "sim/time_grid.hpp"

#include <cmath>

#include "sim/error.hpp"
#include "sim/number_text.hpp"

namespace stdpscope::sim {

TimeGrid::TimeGrid(double dt_ms) : dt_ms_(dt_ms) {
    if (!(dt_ms > 0.0) || !std::isfinite(dt_ms)) {
        throw InvalidParameter("dt_ms", number_text(dt_ms), "must be > 0 and finite");
    }
}

Step TimeGrid::nearest_step(double time_ms) const {
    return static_cast<Step>(std::llround(time_ms / dt_ms_));
}

Step TimeGrid::whole_steps(double duration_ms, const char* parameter) const {
    const double steps = duration_ms / dt_ms_;
    if (!(steps >= 0.0) || !(steps < 0x1p31)) {
        throw InvalidParameter(parameter, number_text(duration_ms), "must be >= 0 and shorter than 2^31 steps");
    }
    const double whole = std::round(steps);
    if (!(std::abs(steps - whole) <= 1e-6)) {
        throw InvalidParameter(parameter, number_text(duration_ms),
                               "must be a whole number of steps of " + number_text(dt_ms_) + " ms");
    }
    return static_cast<Step>(whole);
}

}  // namespace stdpscope::sim
