#include "ann/names.hpp"

#include <algorithm>
#include <array>

namespace stdpscope::ann {

namespace {

// Each list follows the order of its enumerators.
constexpr std::array<std::string_view, 9> kActivationKinds{
    "identity", "heaviside", "logistic_sigmoid", "tanh", "relu", "leaky_relu", "neglu", "smooth_neglu", "mixlu"};
constexpr std::array<std::string_view, 3> kNegluDerivatives{"exact", "inverted", "released"};
constexpr std::array<std::string_view, 2> kMixluMasks{"unit", "element"};
constexpr std::array<std::string_view, 2> kMixluPlaces{"all", "dense"};
constexpr std::array<std::string_view, 2> kPoolKinds{"max", "average"};
constexpr std::array<std::string_view, 2> kLossKinds{"softmax_cross_entropy", "mean_squared_error"};

static_assert(kActivationKinds.size() == static_cast<std::size_t>(ActivationKind::mixlu) + 1);
static_assert(kNegluDerivatives.size() == static_cast<std::size_t>(NegluDerivative::released) + 1);
static_assert(kMixluMasks.size() == static_cast<std::size_t>(MixluMask::element) + 1);
static_assert(kMixluPlaces.size() == static_cast<std::size_t>(MixluPlace::dense) + 1);
static_assert(kPoolKinds.size() == static_cast<std::size_t>(PoolKind::average) + 1);
static_assert(kLossKinds.size() == static_cast<std::size_t>(LossKind::mean_squared_error) + 1);

template <typename Choice>
std::string_view name_in(std::span<const std::string_view> names, Choice choice) {
    return names[static_cast<std::size_t>(choice)];
}

template <typename Choice>
std::optional<Choice> choice_in(std::span<const std::string_view> names, std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) return std::nullopt;
    return static_cast<Choice>(found - names.begin());
}

}  // namespace

std::string_view name_of(ActivationKind kind) {
    return name_in(kActivationKinds, kind);
}
std::string_view name_of(NegluDerivative rule) {
    return name_in(kNegluDerivatives, rule);
}
std::string_view name_of(MixluMask mask) {
    return name_in(kMixluMasks, mask);
}
std::string_view name_of(MixluPlace place) {
    return name_in(kMixluPlaces, place);
}
std::string_view name_of(PoolKind kind) {
    return name_in(kPoolKinds, kind);
}
std::string_view name_of(LossKind kind) {
    return name_in(kLossKinds, kind);
}

std::optional<ActivationKind> activation_kind_of(std::string_view name) {
    return choice_in<ActivationKind>(kActivationKinds, name);
}
std::optional<NegluDerivative> neglu_derivative_of(std::string_view name) {
    return choice_in<NegluDerivative>(kNegluDerivatives, name);
}
std::optional<MixluMask> mixlu_mask_of(std::string_view name) {
    return choice_in<MixluMask>(kMixluMasks, name);
}
std::optional<MixluPlace> mixlu_place_of(std::string_view name) {
    return choice_in<MixluPlace>(kMixluPlaces, name);
}
std::optional<PoolKind> pool_kind_of(std::string_view name) {
    return choice_in<PoolKind>(kPoolKinds, name);
}
std::optional<LossKind> loss_kind_of(std::string_view name) {
    return choice_in<LossKind>(kLossKinds, name);
}

std::span<const std::string_view> activation_kind_names() {
    return kActivationKinds;
}
std::span<const std::string_view> neglu_derivative_names() {
    return kNegluDerivatives;
}
std::span<const std::string_view> mixlu_mask_names() {
    return kMixluMasks;
}
std::span<const std::string_view> mixlu_place_names() {
    return kMixluPlaces;
}
std::span<const std::string_view> pool_kind_names() {
    return kPoolKinds;
}
std::span<const std::string_view> loss_kind_names() {
    return kLossKinds;
}

}  // namespace stdpscope::ann
