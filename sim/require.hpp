#pragma once

#include <string>

/// Checks of parameters at the door; each throws InvalidParameter naming the parameter. NaN fails them all.
namespace stdpscope::sim {

/// Finite and > 0.
void require_positive(const std::string& name, double value);
/// Finite and >= 0.
void require_not_negative(const std::string& name, double value);
void require_finite(const std::string& name, double value);
/// At the start of each step: dt_ms >= 0 and finite.
void require_step(double dt_ms);
/// value < bound, both finite; `of` names the bound.
void require_below(const std::string& name, double value, const std::string& of, double bound);

}  // namespace stdpscope::sim
