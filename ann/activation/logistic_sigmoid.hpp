#pragma once

#include <cmath>

#include "ann/activation/sign_of.hpp"

namespace stdpscope::ann {

/// The logistic sigmoid (thesis, Figure 8).
///
///     f(z)  = 1 / (1 + e^-z)
///     f'(z) = f(z) f(-z) = e / (1 + e)^2  with e = e^-|z|
///
/// With e^-|z| nothing overflows and f' keeps its digits for large |z|, where 1 - f(z) would be rounded to 0. Below the
/// smallest float (|z| > 103) the stored derivative is 0, and so is its sign, though the formula's is + everywhere:
/// the sign is that of the float, which is also what enters the weight's gradient. f(0) = 1/2, f'(0) = 1/4. A NaN net
/// input gives a NaN value and derivative.
struct LogisticSigmoid {
    [[nodiscard]] static float value(float z) {
        const float e = std::exp(-std::fabs(z));
        return (z < 0.0F ? e : 1.0F) / (1.0F + e);
    }
    [[nodiscard]] static float derivative(float z) {
        const float e = std::exp(-std::fabs(z));
        return e / ((1.0F + e) * (1.0F + e));
    }
    [[nodiscard]] static int derivative_sign(float z) { return sign_of(derivative(z)); }
};

}  // namespace stdpscope::ann
