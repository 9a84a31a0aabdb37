#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

/// Statistics over runs. A run is the unit of observation: synapses and samples of one run are not independent.
namespace stdpscope::analysis {

struct Interval {
    double low = 0.0;
    double high = 0.0;
};

struct MeanEstimate {
    std::size_t count = 0;
    double mean = 0.0;                 ///< NaN of nothing
    std::optional<double> deviation;   ///< of a sample (n - 1); from two values on
    std::optional<Interval> interval;  ///< 95 %, mean -+ t(0.975; n - 1) deviation / sqrt(n); from two values on
};
[[nodiscard]] MeanEstimate estimate_mean(std::span<const double> values);

/// How the mean of `other` differs from that of `reference`.
struct DifferenceEstimate {
    double difference = 0.0;  ///< mean(other) - mean(reference)
    /// 95 %, between the 0.025 and 0.975 quantiles of the difference over kResamples bootstrap samples, in each of
    /// which the values (runs) of either side are drawn anew with replacement. From two values a side on. With few runs
    /// a bootstrap is too narrow: two values can only give three means.
    std::optional<Interval> bootstrap;
    /// 95 % by Welch's t with Satterthwaite's degrees of freedom; from two values a side on, where any differ.
    std::optional<Interval> welch;
    /// Hedges' g: difference / pooled deviation * (1 - 3 / (4 (n1 + n2) - 9)); as `welch`.
    std::optional<double> hedges_g;
};
inline constexpr std::size_t kResamples = 10000;
/// The same seed gives the same interval.
[[nodiscard]] DifferenceEstimate estimate_difference(std::span<const double> reference, std::span<const double> other,
                                                     std::uint64_t seed);

}  // namespace stdpscope::analysis
