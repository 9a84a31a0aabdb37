#include "sim/require.hpp"

#include <cmath>

#include "sim/error.hpp"
#include "sim/number_text.hpp"

namespace stdpscope::sim {
namespace {

[[noreturn]] void fail(const std::string& name, double value, const std::string& must_hold) {
    throw InvalidParameter(name, number_text(value), must_hold);
}

}  // namespace

void require_positive(const std::string& name, double value) {
    if (!(value > 0.0) || !std::isfinite(value)) fail(name, value, "must be > 0 and finite");
}

void require_not_negative(const std::string& name, double value) {
    if (!(value >= 0.0) || !std::isfinite(value)) fail(name, value, "must be >= 0 and finite");
}

void require_finite(const std::string& name, double value) {
    if (!std::isfinite(value)) fail(name, value, "must be finite");
}

void require_step(double dt_ms) {
    // The message is built only on failure: steps are many.
    if (!(dt_ms >= 0.0) || !std::isfinite(dt_ms)) fail("dt_ms", dt_ms, "must be >= 0 and finite");
}

void require_below(const std::string& name, double value, const std::string& of, double bound) {
    require_finite(of, bound);
    if (!(value < bound) || !std::isfinite(value)) {
        fail(name, value, "must be below " + of + " = " + number_text(bound));
    }
}

}  // namespace stdpscope::sim
