#include "sim/plasticity/weight_dependence.hpp"

#include <algorithm>
#include <cmath>

#include "sim/error.hpp"
#include "sim/number_text.hpp"
#include "sim/require.hpp"

namespace stdpscope::sim {
namespace {

/// Between 0 and 1 even where the quotient rounds beyond.
double place_between(const WeightBounds& bounds, double weight) {
    return std::clamp((weight - bounds.min) / (bounds.max - bounds.min), 0.0, 1.0);
}

}  // namespace

double WeightDependence::potentiation_factor(const WeightBounds& bounds, double weight) const {
    if (mu_plus == 0.0) return 1.0;
    return scaling == WeightScaling::soft_bounds ? std::pow(1.0 - place_between(bounds, weight), mu_plus)
                                                 : std::pow((weight - bounds.min) / reference_weight, mu_plus);
}

double WeightDependence::depression_factor(const WeightBounds& bounds, double weight) const {
    if (mu_minus == 0.0) return 1.0;
    return scaling == WeightScaling::soft_bounds ? std::pow(place_between(bounds, weight), mu_minus)
                                                 : std::pow((weight - bounds.min) / reference_weight, mu_minus);
}

void check(const WeightDependence& dependence, const WeightBounds& bounds) {
    require_not_negative("mu_plus", dependence.mu_plus);
    require_not_negative("mu_minus", dependence.mu_minus);
    require_positive("reference_weight", dependence.reference_weight);
    if (dependence.mu_plus == 0.0 && dependence.mu_minus == 0.0) return;
    require_finite("w_min", bounds.min);
    if (dependence.scaling == WeightScaling::power_law) return;
    require_finite("w_max", bounds.max);
    if (bounds.min == bounds.max) {
        throw InvalidParameter("w_max", number_text(bounds.max), "must be > w_min where mu_plus or mu_minus is not 0");
    }
}

}  // namespace stdpscope::sim
