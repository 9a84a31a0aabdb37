#include "analysis/ledger/moments.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace stdpscope::analysis::detail {

namespace {

/// Values whose sums are made on one thread and from one visit to memory, the same for any number of threads.
constexpr std::size_t kPieceValues = 8192;

/// Of some of the values.
struct Sums {
    double count = 0.0;
    bool has_nan = false;
    double values = 0.0;
    double absolute = 0.0;
    double squares = 0.0;  ///< of distances from the mean of these values
    double minimum = std::numeric_limits<double>::infinity();
    double maximum = -std::numeric_limits<double>::infinity();
};

/// Those of values [first, end) that are members, copied to `memory` unless all are.
std::span<const float> members_of(std::span<const float> values, std::span<const std::int32_t> members,
                                  std::size_t first, std::size_t end, std::vector<float>& memory) {
    if (members.empty()) return values.subspan(first, end - first);
    memory.clear();
    std::size_t member = first % members.size();
    for (std::size_t place = first; place < end; ++place) {
        if (members[member] != 0) memory.push_back(values[place]);
        if (++member == members.size()) member = 0;
    }
    return memory;
}

Sums sums_of(std::span<const float> values) {
    const float* const all = values.data();
    const std::size_t count = values.size();
    Sums sums{.count = static_cast<double>(count)};
    double sum = 0.0;
    double absolute = 0.0;
    double minimum = sums.minimum;
    double maximum = sums.maximum;
    int nan = 0;
#pragma omp simd reduction(+ : sum, absolute) reduction(min : minimum) reduction(max : maximum) reduction(| : nan)
    for (std::size_t k = 0; k < count; ++k) {
        const auto value = static_cast<double>(all[k]);
        nan |= all[k] != all[k] ? 1 : 0;
        sum += value;
        absolute += std::abs(value);
        minimum = std::min(minimum, value);
        maximum = std::max(maximum, value);
    }
    const double mean = sum / sums.count;
    double squares = 0.0;
#pragma omp simd reduction(+ : squares)
    for (std::size_t k = 0; k < count; ++k) {
        const double distance = static_cast<double>(all[k]) - mean;
        squares += distance * distance;
    }
    sums.has_nan = nan != 0;
    sums.values = sum;
    sums.absolute = absolute;
    sums.squares = squares;
    sums.minimum = minimum;
    sums.maximum = maximum;
    return sums;
}

}  // namespace

Moments moments_of(std::span<const float> values, std::span<const std::int32_t> members, int threads) {
    std::vector<Sums> pieces((values.size() + kPieceValues - 1) / kPieceValues);
#pragma omp parallel num_threads(threads)
    {
        std::vector<float> memory;
#pragma omp for schedule(static)
        for (std::size_t place = 0; place < pieces.size(); ++place) {
            const std::size_t first = place * kPieceValues;
            const std::size_t end = std::min(first + kPieceValues, values.size());
            pieces[place] = sums_of(members_of(values, members, first, end, memory));
        }
    }
    Sums all;
    for (const Sums& piece : pieces) {
        all.count += piece.count;
        all.has_nan = all.has_nan || piece.has_nan;
        all.values += piece.values;
        all.absolute += piece.absolute;
        all.minimum = std::min(all.minimum, piece.minimum);
        all.maximum = std::max(all.maximum, piece.maximum);
    }
    if (all.count == 0.0) return {};
    if (all.has_nan) all.minimum = all.maximum = std::numeric_limits<double>::quiet_NaN();
    const double mean = all.values / all.count;
    // Squares of distances from the common mean (Chan, Golub & LeVeque 1983, Am. Stat. 37:242, eq. 2.1).
    for (const Sums& piece : pieces) {
        if (piece.count == 0.0) continue;
        const double apart = piece.values / piece.count - mean;
        all.squares += piece.squares + piece.count * apart * apart;
    }
    return {.mean = mean,
            .deviation = std::sqrt(all.squares / all.count),
            .minimum = all.minimum,
            .maximum = all.maximum,
            .mean_absolute = all.absolute / all.count};
}

}  // namespace stdpscope::analysis::detail
