#pragma once

#include <span>

#include "ann/network_spec.hpp"

/// The activation functions behind one door, chosen at run time; their formulas stand in the headers beside this one.
namespace stdpscope::ann {

struct ActivationPoint {
    float value = 0.0F;
    float derivative = 0.0F;
    int derivative_sign = 0;  ///< of the float `derivative`: -1, 0 or +1
};

/// Which rectifier a MixLU unit is; other activations take no notice.
enum class MixluUnit { relu, neglu };

/// Value, derivative and its sign at one net input; leak, derivative rule and so on are taken from `spec`.
[[nodiscard]] ActivationPoint activation_at(const ActivationSpec& spec, float net_input,
                                            MixluUnit unit = MixluUnit::relu);

/// values[k] = f(net_input[k]), derivatives[k] = f'(net_input[k]); three spans of one length. Not for mixlu, which
/// needs to know its units: throws std::logic_error.
void activate(const ActivationSpec& spec, std::span<const float> net_input, std::span<float> values,
              std::span<float> derivatives);

}  // namespace stdpscope::ann
