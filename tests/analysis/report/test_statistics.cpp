#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "analysis/report/statistics.hpp"
#include "analysis/report/student_t.hpp"

using namespace stdpscope::analysis;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

/// Slow and separate: Simpson's rule over the density from 0 to t.
double integrated_probability(double t, double degrees) {
    const double front =
        std::exp(std::lgamma((degrees + 1) / 2) - std::lgamma(degrees / 2)) / std::sqrt(degrees * M_PI);
    const auto density = [&](double x) { return front * std::pow(1 + x * x / degrees, -(degrees + 1) / 2); };
    constexpr int kSteps = 20000;
    const double step = t / kSteps;
    double sum = density(0) + density(t);
    for (int i = 1; i < kSteps; ++i) sum += (i % 2 == 1 ? 4 : 2) * density(i * step);
    return 0.5 + sum * step / 3;
}

}  // namespace

TEST_CASE("Student's t: probability is the integral of the density, for whole and broken degrees",
          "[report][statistics]") {
    const double degrees = GENERATE(1.0, 1.7, 2.0, 5.5, 30.0, 200.0);
    const double t = GENERATE(0.0, 0.3, 1.0, 2.5, 6.0);
    CHECK_THAT(student_t_probability(t, degrees), WithinAbs(integrated_probability(t, degrees), 1e-9));
    CHECK_THAT(student_t_probability(-t, degrees), WithinAbs(1 - integrated_probability(t, degrees), 1e-9));
}

TEST_CASE("Student's t: quantiles are those of printed tables and turn probability around", "[report][statistics]") {
    CHECK_THAT(student_t_quantile(0.975, 1), WithinAbs(12.7062047, 1e-6));
    CHECK_THAT(student_t_quantile(0.975, 2), WithinAbs(4.3026527, 1e-6));
    CHECK_THAT(student_t_quantile(0.975, 10), WithinAbs(2.2281389, 1e-6));
    CHECK_THAT(student_t_quantile(0.5, 3), WithinAbs(0.0, 1e-9));
    CHECK_THAT(student_t_quantile(0.025, 7), WithinRel(-student_t_quantile(0.975, 7), 1e-12));
    CHECK_THROWS_AS(student_t_quantile(1.0, 3), std::invalid_argument);
    CHECK_THROWS_AS(student_t_quantile(0.9, std::nan("")), std::invalid_argument);
}

TEST_CASE("A mean has an interval from two values on", "[report][statistics]") {
    const std::vector<double> values = {1.0, 3.0};
    const MeanEstimate estimate = estimate_mean(values);
    CHECK(estimate.mean == 2.0);
    // deviation sqrt(2), so the standard error is 1
    CHECK_THAT(estimate.interval->high, WithinAbs(2.0 + 12.7062047, 1e-6));
    CHECK_THAT(estimate.interval->low, WithinAbs(2.0 - 12.7062047, 1e-6));
    CHECK_FALSE(estimate_mean(std::vector<double>{5.0}).interval);
    CHECK(std::isnan(estimate_mean({}).mean));
}

TEST_CASE("A difference has bootstrap and Welch intervals and Hedges' g", "[report][statistics]") {
    const std::vector<double> reference = {1.0, 2.0, 3.0};
    const std::vector<double> other = {11.0, 13.0};
    const DifferenceEstimate estimate = estimate_difference(reference, other, 7);
    CHECK(estimate.difference == 10.0);
    // The means drawn reach from 1 to 3 and from 11 to 13; the extremes have a probability of 1/27 and 1/4.
    CHECK(estimate.bootstrap->low >= 8.0);
    CHECK(estimate.bootstrap->low < 9.0);
    CHECK(estimate.bootstrap->high <= 12.0);
    CHECK(estimate.bootstrap->high > 11.0);
    // squared errors 1/3 and 1: degrees (4/3)^2 / ((1/3)^2 / 2 + 1)
    const double degrees = (16.0 / 9.0) / (1.0 / 18.0 + 1.0);
    CHECK_THAT(estimate.welch->high, WithinRel(10.0 + student_t_quantile(0.975, degrees) * std::sqrt(4.0 / 3.0), 1e-9));
    // pooled deviation sqrt((2 + 2) / 3), correction 1 - 3 / 11
    CHECK_THAT(*estimate.hedges_g, WithinRel(10.0 / std::sqrt(4.0 / 3.0) * (8.0 / 11.0), 1e-12));
    const DifferenceEstimate again = estimate_difference(reference, other, 7);
    CHECK(again.bootstrap->low == estimate.bootstrap->low);
}

TEST_CASE("Without scatter or a second run there is no effect size", "[report][statistics]") {
    const std::vector<double> one = {1.0};
    const std::vector<double> equal = {2.0, 2.0};
    CHECK_FALSE(estimate_difference(one, equal, 1).bootstrap);
    CHECK_FALSE(estimate_difference(equal, equal, 1).hedges_g);
    CHECK_FALSE(estimate_difference(equal, equal, 1).welch);
    CHECK(estimate_difference(equal, equal, 1).bootstrap->low == 0.0);
}
