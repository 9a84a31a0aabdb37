#pragma once

#include <cmath>

#include "ann/activation/sign_of.hpp"

namespace stdpscope::ann {

/// The hyperbolic tangent (thesis, Figure 8).
///
///     f(z)  = tanh z
///     f'(z) = 1 - tanh^2 z = 4 e / (1 + e)^2  with e = e^-2|z|
///
/// The second form keeps its digits for large |z|: 1 - tanh^2 is 0 in floats from |z| = 9 on, this from |z| = 52 on.
/// There the sign of the derivative, that of the float, is 0, though the formula's is + everywhere. f(0) = 0, f'(0)
/// = 1. A NaN net input gives a NaN value and derivative.
struct Tanh {
    [[nodiscard]] static float value(float z) { return std::tanh(z); }
    [[nodiscard]] static float derivative(float z) {
        const float e = std::exp(-2.0F * std::fabs(z));
        return 4.0F * e / ((1.0F + e) * (1.0F + e));
    }
    [[nodiscard]] static int derivative_sign(float z) { return sign_of(derivative(z)); }
};

}  // namespace stdpscope::ann
