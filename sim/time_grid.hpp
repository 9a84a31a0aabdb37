#pragma once

#include <cstdint>

namespace stdpscope::sim {

/// Step n is the moment n dt_ms. Neurons, spikes and weights change at these moments only.
using Step = std::int64_t;

/// The one clock's fixed grid.
class TimeGrid {
public:
    /// Throws InvalidParameter unless dt_ms is > 0 and finite.
    explicit TimeGrid(double dt_ms = 0.1);

    [[nodiscard]] double dt_ms() const { return dt_ms_; }
    [[nodiscard]] double ms_of(Step step) const { return static_cast<double>(step) * dt_ms_; }

    /// The step nearest to a moment.
    [[nodiscard]] Step nearest_step(double time_ms) const;

    /// How many steps a duration takes, such as a delay or a refractory period. Throws InvalidParameter, naming
    /// `parameter`, unless the duration is >= 0 and a whole number of steps (to a millionth of a step).
    [[nodiscard]] Step whole_steps(double duration_ms, const char* parameter) const;

private:
    double dt_ms_;
};

}  // namespace stdpscope::sim
