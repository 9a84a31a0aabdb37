#pragma once

#include "sim/plasticity/weight_bounds.hpp"

namespace stdpscope::sim {

/// In what the size of an update depends on the weight.
enum class WeightScaling {
    soft_bounds,  ///< on the place between the bounds
    power_law,    ///< on the weight itself, measured from w_min in units of reference_weight
};

/// Factors by which an update's amplitude is multiplied, w being the weight before the update:
///
///     soft_bounds   u = (w - w_min) / (w_max - w_min)          potentiation (1 - u)^mu_plus     depression u^mu_minus
///     power_law     v = (w - w_min) / reference_weight         potentiation v^mu_plus           depression v^mu_minus
///
/// An exponent of 0 gives the factor 1, whatever the weight (0^0 = 1), so that both at 0 are the additive rule.
/// Amplitudes keep the unit of the weight in every case.
struct WeightDependence {
    WeightScaling scaling = WeightScaling::soft_bounds;
    double mu_plus = 0.0;
    double mu_minus = 0.0;
    double reference_weight = 1.0;

    /// Song, Miller & Abbott 2000, Nat. Neurosci. 3:919.
    [[nodiscard]] static WeightDependence additive() { return {}; }
    /// Rubin, Lee & Sompolinsky 2001, Phys. Rev. Lett. 86:364: both sides linear in the distance to their bound.
    [[nodiscard]] static WeightDependence multiplicative() { return {.mu_plus = 1.0, .mu_minus = 1.0}; }
    /// van Rossum, Bi & Turrigiano 2000, J. Neurosci. 20:8812: potentiation constant, depression in proportion to w.
    [[nodiscard]] static WeightDependence van_rossum(double reference_weight) {
        return {WeightScaling::power_law, 0.0, 1.0, reference_weight};
    }
    /// Guetig, Aharonov, Rotter & Sompolinsky 2003, J. Neurosci. 23:3697: one exponent between the two above.
    [[nodiscard]] static WeightDependence guetig(double mu) { return {.mu_plus = mu, .mu_minus = mu}; }
    /// Morrison, Aertsen & Diesmann 2007, Neural Comput. 19:1437: potentiation grows as w^mu (0.4), depression as w.
    [[nodiscard]] static WeightDependence power_law(double mu, double reference_weight) {
        return {WeightScaling::power_law, mu, 1.0, reference_weight};
    }

    [[nodiscard]] double potentiation_factor(const WeightBounds& bounds, double weight) const;
    [[nodiscard]] double depression_factor(const WeightBounds& bounds, double weight) const;
};

/// Throws InvalidParameter unless the exponents are >= 0, reference_weight > 0, and, where an exponent differs from 0,
/// the bounds needed are finite (soft_bounds: both and w_min < w_max; power_law: w_min).
void check(const WeightDependence& dependence, const WeightBounds& bounds);

}  // namespace stdpscope::sim
