#pragma once

#include "ann/activation/sign_of.hpp"
#include "ann/network_spec.hpp"

namespace stdpscope::ann {

/// The negative rectifier (thesis 4.2).
///
///     f(z)            = min(0, z)
///     f'(z), exact    = 1 for z < 0, else 0: the derivative of the formula
///     f'(z), inverted = -1 for z < 0, else 0: the unit answers opposite to the cost, as the thesis' text describes
///     f'(z), released = 1 for z > 0, else 0: what the author's published file computes
///
/// f(-0.0) is +0.0, f'(0) = 0 by every rule. A NaN net input gives a NaN value and derivative.
template <NegluDerivative rule>
struct Neglu {
    [[nodiscard]] static constexpr float value(float z) { return z >= 0.0F ? 0.0F : z; }
    [[nodiscard]] static constexpr float derivative(float z) {
        if constexpr (rule == NegluDerivative::released) {
            return z > 0.0F ? 1.0F : (z <= 0.0F ? 0.0F : z);
        } else {
            constexpr float slope = rule == NegluDerivative::exact ? 1.0F : -1.0F;
            return z < 0.0F ? slope : (z >= 0.0F ? 0.0F : z);
        }
    }
    [[nodiscard]] static constexpr int derivative_sign(float z) { return sign_of(derivative(z)); }
};

}  // namespace stdpscope::ann
