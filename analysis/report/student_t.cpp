#include "analysis/report/student_t.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

namespace stdpscope::analysis {
namespace {

/// The continued fraction of I(x; a, b), by Lentz's method; it converges fast for x < (a + 1) / (a + b + 2).
double beta_fraction(double x, double a, double b) {
    constexpr double kTiny = 1e-300;
    constexpr int kMostTerms = 10000;
    const auto away_from_zero = [](double value) { return std::abs(value) < kTiny ? kTiny : value; };
    double c = 1.0;
    double d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    double fraction = d;
    for (int m = 1; m < kMostTerms; ++m) {
        const double even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        fraction *= c * d;
        const double odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        fraction *= c * d;
        if (std::abs(c * d - 1.0) < std::numeric_limits<double>::epsilon()) break;
    }
    return fraction;
}

double incomplete_beta(double x, double a, double b) {
    if (x <= 0.0) return 0.0;
    if (x >= 1.0) return 1.0;
    const double front =
        std::exp(std::lgamma(a + b) - std::lgamma(a) - std::lgamma(b) + a * std::log(x) + b * std::log1p(-x));
    if (x < (a + 1.0) / (a + b + 2.0)) return front * beta_fraction(x, a, b) / a;
    return 1.0 - front * beta_fraction(1.0 - x, b, a) / b;
}

}  // namespace

double student_t_probability(double t, double degrees) {
    const double tail = 0.5 * incomplete_beta(degrees / (degrees + t * t), 0.5 * degrees, 0.5);
    return t >= 0.0 ? 1.0 - tail : tail;
}

double student_t_quantile(double probability, double degrees) {
    if (!(probability > 0.0 && probability < 1.0)) {
        throw std::invalid_argument("probability = " + std::to_string(probability) + " must be within (0, 1)");
    }
    if (!(degrees > 0.0)) throw std::invalid_argument("degrees = " + std::to_string(degrees) + " must be > 0");
    if (probability < 0.5) return -student_t_quantile(1.0 - probability, degrees);
    double low = 0.0;
    double high = 1.0;
    while (student_t_probability(high, degrees) < probability && high < 1e300) high *= 2.0;
    // Bisection down to neighbouring numbers: some sixty evaluations, which nobody waits for.
    for (double middle = 0.5 * (low + high); middle > low && middle < high; middle = 0.5 * (low + high)) {
        (student_t_probability(middle, degrees) < probability ? low : high) = middle;
    }
    return high;
}

}  // namespace stdpscope::analysis
