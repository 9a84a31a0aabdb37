#pragma once

#include <cmath>
#include <string>

#include "sim/error.hpp"
#include "sim/number_text.hpp"
#include "sim/plasticity/checks.hpp"

namespace stdpscope::sim {

/// Throws InvalidParameter unless value < bound, both finite.
inline void require_below(const std::string& parameter, double value, const std::string& of, double bound) {
    require_finite(of, bound);
    if (!(value < bound) || !std::isfinite(value)) {
        throw InvalidParameter(parameter, number_text(value), "must be below " + of + " = " + number_text(bound));
    }
}

}  // namespace stdpscope::sim
