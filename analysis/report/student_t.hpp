#pragma once

namespace stdpscope::analysis {

/// P(T <= t) of Student's t with `degrees` > 0 degrees of freedom, whole or not, to about 1e-13:
/// 1 - I(degrees / (degrees + t^2); degrees / 2, 1 / 2) / 2 for t >= 0 (Abramowitz & Stegun 26.7.1), with the
/// regularised incomplete beta function I by its continued fraction (26.5.8).
[[nodiscard]] double student_t_probability(double t, double degrees);

/// The t with student_t_probability(t) = probability. Throws std::invalid_argument unless 0 < probability < 1 and
/// degrees > 0.
[[nodiscard]] double student_t_quantile(double probability, double degrees);

}  // namespace stdpscope::analysis
