#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "ann/builtin_networks.hpp"
#include "ann/network_spec.hpp"

/// The one place where the choices of a network have names: in configurations, traces and messages alike.
namespace stdpscope::ann {

[[nodiscard]] std::string_view name_of(ActivationKind kind);
[[nodiscard]] std::string_view name_of(NegluDerivative rule);
[[nodiscard]] std::string_view name_of(MixluMask mask);
[[nodiscard]] std::string_view name_of(MixluPlace place);
[[nodiscard]] std::string_view name_of(PoolKind kind);
[[nodiscard]] std::string_view name_of(LossKind kind);

/// The choice of that name; nothing where the name is none of the list below.
[[nodiscard]] std::optional<ActivationKind> activation_kind_of(std::string_view name);
[[nodiscard]] std::optional<NegluDerivative> neglu_derivative_of(std::string_view name);
[[nodiscard]] std::optional<MixluMask> mixlu_mask_of(std::string_view name);
[[nodiscard]] std::optional<MixluPlace> mixlu_place_of(std::string_view name);
[[nodiscard]] std::optional<PoolKind> pool_kind_of(std::string_view name);
[[nodiscard]] std::optional<LossKind> loss_kind_of(std::string_view name);

/// The valid names, in the order of the enumerators.
[[nodiscard]] std::span<const std::string_view> activation_kind_names();
[[nodiscard]] std::span<const std::string_view> neglu_derivative_names();
[[nodiscard]] std::span<const std::string_view> mixlu_mask_names();
[[nodiscard]] std::span<const std::string_view> mixlu_place_names();
[[nodiscard]] std::span<const std::string_view> pool_kind_names();
[[nodiscard]] std::span<const std::string_view> loss_kind_names();

}  // namespace stdpscope::ann
