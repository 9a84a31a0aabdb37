#pragma once

namespace stdpscope::ann {

/// -1, 0 or +1; 0.0 and -0.0 give 0. NaN has no sign and gives 0 too: who counts signs asks for NaN first.
[[nodiscard]] constexpr int sign_of(float value) {
    return static_cast<int>(value > 0.0F) - static_cast<int>(value < 0.0F);
}

}  // namespace stdpscope::ann
