#pragma once

#include <cstddef>

namespace stdpscope::analysis {

/// -1, 0 or +1; an exact zero (0.0 or -0.0) is its own case. NaN has no sign: callers sort it out first.
using Sign = int;

template <class Number>
[[nodiscard]] constexpr Sign sign_of(Number value) {
    return static_cast<Sign>(value > Number{0}) - static_cast<Sign>(value < Number{0});
}

/// Place of a sign along a histogram axis of length 3: -1, 0, +1 at 0, 1, 2.
[[nodiscard]] constexpr std::size_t axis_of(Sign sign) {
    return static_cast<std::size_t>(sign + 1);
}
[[nodiscard]] constexpr Sign sign_at(std::size_t axis) {
    return static_cast<Sign>(axis) - 1;
}

}  // namespace stdpscope::analysis
