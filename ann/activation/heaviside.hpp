#pragma once

#include "ann/activation/sign_of.hpp"

namespace stdpscope::ann {

/// The threshold unit; it fires when its net input reaches 0 (the threshold is minus the bias).
///
///     f(z)  = 1 for z >= 0, else 0
///     f'(z) = 0, at the jump too, where no derivative exists
///
/// Forward only: a derivative of 0 everywhere carries nothing back. A NaN net input gives a NaN value and derivative.
/// Source: McCulloch & Pitts 1943, Bull. Math. Biophys. 5:115.
struct Heaviside {
    [[nodiscard]] static constexpr float value(float z) { return z >= 0.0F ? 1.0F : (z < 0.0F ? 0.0F : z); }
    [[nodiscard]] static constexpr float derivative(float z) { return z == z ? 0.0F : z; }
    [[nodiscard]] static constexpr int derivative_sign(float z) { return sign_of(derivative(z)); }
};

}  // namespace stdpscope::ann
