#pragma once

#include <cmath>

#include "ann/activation/sign_of.hpp"
#include "ann/network_spec.hpp"

namespace stdpscope::ann {

/// The smooth form of the negative rectifier (thesis 4.2, Figure 9).
///
///     f(z)            = -ln(1 + e^-z) = min(0, z) - ln(1 + e^-|z|)
///     f'(z), exact    = 1 / (e^z + 1)
///     f'(z), inverted = -1 / (e^z + 1)
///     f'(z), released = 1 / (1 + e^-z), the derivative at -z: by analogy with Neglu's rule of that name
///
/// The right-hand form of f neither overflows nor loses digits for large |z|. Where a derivative falls below the
/// smallest float (z > 103, with `released` z < -103) it is 0, and so is its sign, which is that of the float. A NaN
/// net input gives a NaN value and derivative.
template <NegluDerivative rule>
struct SmoothNeglu {
    [[nodiscard]] static float value(float z) { return (z >= 0.0F ? 0.0F : z) - std::log1p(std::exp(-std::fabs(z))); }
    [[nodiscard]] static float derivative(float z) {
        const float e = std::exp(-std::fabs(z));
        if constexpr (rule == NegluDerivative::released) {
            return (z < 0.0F ? e : 1.0F) / (1.0F + e);
        } else {
            const float fall = (z > 0.0F ? e : 1.0F) / (1.0F + e);
            return rule == NegluDerivative::exact ? fall : -fall;
        }
    }
    [[nodiscard]] static int derivative_sign(float z) { return sign_of(derivative(z)); }
};

}  // namespace stdpscope::ann
