#pragma once

#include "ann/activation/neglu.hpp"
#include "ann/activation/relu.hpp"
#include "ann/activation/sign_of.hpp"
#include "ann/network_spec.hpp"

namespace stdpscope::ann {

/// A unit of a MixLU layer (thesis 4): a NegLU where the layer's mask says so, else a ReLU. Which units, and when they
/// are drawn, is the layer's affair (ann/layer/activation_layer.hpp). Zeros and NaN as in Relu and Neglu.
template <NegluDerivative rule>
struct Mixlu {
    bool is_neglu = false;

    [[nodiscard]] constexpr float value(float z) const { return is_neglu ? Neglu<rule>::value(z) : Relu::value(z); }
    [[nodiscard]] constexpr float derivative(float z) const {
        return is_neglu ? Neglu<rule>::derivative(z) : Relu::derivative(z);
    }
    [[nodiscard]] constexpr int derivative_sign(float z) const { return sign_of(derivative(z)); }
};

}  // namespace stdpscope::ann
