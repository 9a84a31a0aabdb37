#include "ann/activation/activation.hpp"

#include <cassert>
#include <stdexcept>

#include "ann/activation/heaviside.hpp"
#include "ann/activation/identity.hpp"
#include "ann/activation/leaky_relu.hpp"
#include "ann/activation/logistic_sigmoid.hpp"
#include "ann/activation/mixlu.hpp"
#include "ann/activation/neglu.hpp"
#include "ann/activation/relu.hpp"
#include "ann/activation/smooth_neglu.hpp"
#include "ann/activation/tanh.hpp"

namespace stdpscope::ann {

namespace {

/// Calls visit with the family member of that rule, such as Neglu<exact>.
template <template <NegluDerivative> typename Family, typename Visit>
auto with_rule(NegluDerivative rule, Visit visit) {
    switch (rule) {
        case NegluDerivative::exact:
            return visit(Family<NegluDerivative::exact>{});
        case NegluDerivative::inverted:
            return visit(Family<NegluDerivative::inverted>{});
        case NegluDerivative::released:
            return visit(Family<NegluDerivative::released>{});
    }
    throw std::logic_error("unknown NegluDerivative");
}

/// Calls visit with the activation function of `spec`; MixLU has no single one.
template <typename Visit>
auto with_activation(const ActivationSpec& spec, Visit visit) {
    switch (spec.kind) {
        case ActivationKind::identity:
            return visit(Identity{});
        case ActivationKind::heaviside:
            return visit(Heaviside{});
        case ActivationKind::logistic_sigmoid:
            return visit(LogisticSigmoid{});
        case ActivationKind::tanh:
            return visit(Tanh{});
        case ActivationKind::relu:
            return visit(Relu{});
        case ActivationKind::leaky_relu:
            return visit(LeakyRelu{static_cast<float>(spec.leak)});
        case ActivationKind::neglu:
            return with_rule<Neglu>(spec.derivative, visit);
        case ActivationKind::smooth_neglu:
            return with_rule<SmoothNeglu>(spec.derivative, visit);
        case ActivationKind::mixlu:
            break;
    }
    throw std::logic_error("this activation has no single function");
}

template <typename Activation>
ActivationPoint point_of(const Activation& activation, float z) {
    return {activation.value(z), activation.derivative(z), activation.derivative_sign(z)};
}

template <typename Activation>
void activate_all(const Activation& activation, std::size_t count, const float* __restrict net_input,
                  float* __restrict values, float* __restrict derivatives) {
#pragma omp simd
    for (std::size_t k = 0; k < count; ++k) {
        values[k] = activation.value(net_input[k]);
        derivatives[k] = activation.derivative(net_input[k]);
    }
}

}  // namespace

ActivationPoint activation_at(const ActivationSpec& spec, float net_input, MixluUnit unit) {
    if (spec.kind == ActivationKind::mixlu) {
        return with_rule<Mixlu>(spec.derivative, [&](auto mixlu) {
            mixlu.is_neglu = unit == MixluUnit::neglu;
            return point_of(mixlu, net_input);
        });
    }
    return with_activation(spec, [&](const auto& activation) { return point_of(activation, net_input); });
}

void activate(const ActivationSpec& spec, std::span<const float> net_input, std::span<float> values,
              std::span<float> derivatives) {
    assert(values.size() == net_input.size() && derivatives.size() == net_input.size());
    with_activation(spec, [&](const auto& activation) {
        activate_all(activation, net_input.size(), net_input.data(), values.data(), derivatives.data());
    });
}

}  // namespace stdpscope::ann
