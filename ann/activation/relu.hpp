#pragma once

#include "ann/activation/sign_of.hpp"

namespace stdpscope::ann {

/// The rectified linear unit (thesis, Figure 8; Nair & Hinton 2010, ICML).
///
///     f(z)  = max(0, z)
///     f'(z) = 1 for z > 0, else 0; f'(0) = 0
///
/// f(-0.0) is +0.0. A NaN net input gives a NaN value and derivative (max alone would hide it).
struct Relu {
    [[nodiscard]] static constexpr float value(float z) { return z <= 0.0F ? 0.0F : z; }
    [[nodiscard]] static constexpr float derivative(float z) { return z > 0.0F ? 1.0F : (z <= 0.0F ? 0.0F : z); }
    [[nodiscard]] static constexpr int derivative_sign(float z) { return sign_of(derivative(z)); }
};

}  // namespace stdpscope::ann
