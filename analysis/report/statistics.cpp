#include "analysis/report/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "analysis/report/student_t.hpp"

namespace stdpscope::analysis {
namespace {

double mean_of(std::span<const double> values) {
    if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Sum of squared deviations from the mean.
double squares_of(std::span<const double> values) {
    const double mean = mean_of(values);
    double sum = 0.0;
    for (const double value : values) sum += (value - mean) * (value - mean);
    return sum;
}

double resampled_mean(std::span<const double> values, std::mt19937_64& engine) {
    double sum = 0.0;
    // The remainder is uneven by less than 1e-15 for any number of runs; a standard distribution would give
    // other draws with another library.
    for (std::size_t draw = 0; draw < values.size(); ++draw) sum += values[engine() % values.size()];
    return sum / static_cast<double>(values.size());
}

/// Between the order statistics, linearly; `sorted` is not empty.
double quantile(const std::vector<double>& sorted, double probability) {
    const double place = probability * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

Interval bootstrap_interval(std::span<const double> reference, std::span<const double> other, std::uint64_t seed) {
    std::mt19937_64 engine(seed);
    std::vector<double> differences(kResamples);
    for (double& difference : differences) {
        difference = resampled_mean(other, engine);
        difference -= resampled_mean(reference, engine);
    }
    std::sort(differences.begin(), differences.end());
    return {quantile(differences, 0.025), quantile(differences, 0.975)};
}

}  // namespace

MeanEstimate estimate_mean(std::span<const double> values) {
    MeanEstimate estimate;
    estimate.count = values.size();
    estimate.mean = mean_of(values);
    if (values.size() < 2) return estimate;
    const auto count = static_cast<double>(values.size());
    estimate.deviation = std::sqrt(squares_of(values) / (count - 1.0));
    const double half = student_t_quantile(0.975, count - 1.0) * *estimate.deviation / std::sqrt(count);
    estimate.interval = Interval{estimate.mean - half, estimate.mean + half};
    return estimate;
}

DifferenceEstimate estimate_difference(std::span<const double> reference, std::span<const double> other,
                                       std::uint64_t seed) {
    DifferenceEstimate estimate;
    estimate.difference = mean_of(other) - mean_of(reference);
    if (reference.size() < 2 || other.size() < 2) return estimate;
    estimate.bootstrap = bootstrap_interval(reference, other, seed);
    const auto n1 = static_cast<double>(reference.size());
    const auto n2 = static_cast<double>(other.size());
    const double squares1 = squares_of(reference);
    const double squares2 = squares_of(other);
    if (!(squares1 + squares2 > 0.0)) return estimate;
    const double error1 = squares1 / (n1 - 1.0) / n1;  // squared standard errors of the means
    const double error2 = squares2 / (n2 - 1.0) / n2;
    const double degrees =
        (error1 + error2) * (error1 + error2) / (error1 * error1 / (n1 - 1.0) + error2 * error2 / (n2 - 1.0));
    const double half = student_t_quantile(0.975, degrees) * std::sqrt(error1 + error2);
    estimate.welch = Interval{estimate.difference - half, estimate.difference + half};
    const double pooled = std::sqrt((squares1 + squares2) / (n1 + n2 - 2.0));
    estimate.hedges_g = estimate.difference / pooled * (1.0 - 3.0 / (4.0 * (n1 + n2) - 9.0));
    return estimate;
}

}  // namespace stdpscope::analysis
