#pragma once

#include "ann/activation/sign_of.hpp"

namespace stdpscope::ann {

/// The leaky rectified linear unit.
///
///     f(z)  = z for z > 0, else leak * z
///     f'(z) = 1 for z > 0, else leak; f'(0) = leak
///
/// A NaN net input gives a NaN value and derivative. Source: Maas, Hannun & Ng 2013, ICML workshop (there leak = 0.01).
struct LeakyRelu {
    float leak = 0.01F;  ///< slope below 0; a negative one makes a unit that falls, then rises

    [[nodiscard]] constexpr float value(float z) const { return z > 0.0F ? z : leak * z; }
    [[nodiscard]] constexpr float derivative(float z) const { return z > 0.0F ? 1.0F : (z <= 0.0F ? leak : z); }
    [[nodiscard]] constexpr int derivative_sign(float z) const { return sign_of(derivative(z)); }
};

}  // namespace stdpscope::ann
