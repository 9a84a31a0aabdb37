#pragma once

#include "ann/activation/sign_of.hpp"

namespace stdpscope::ann {

/// The linear unit.
///
///     f(z)  = z
///     f'(z) = 1
///
/// A NaN net input gives a NaN value and derivative.
struct Identity {
    [[nodiscard]] static constexpr float value(float z) { return z; }
    [[nodiscard]] static constexpr float derivative(float z) { return z == z ? 1.0F : z; }
    [[nodiscard]] static constexpr int derivative_sign(float z) { return sign_of(derivative(z)); }
};

}  // namespace stdpscope::ann
