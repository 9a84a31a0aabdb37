#include "analysis/ledger/moments.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace stdpscope::analysis::detail {

Moments moments_of(std::span<const float> values, std::span<const std::int32_t> members) {
    const auto for_each = [&](const auto& visit) {
        std::size_t member = 0;
        for (const float value : values) {
            if (members.empty() || members[member] != 0) visit(static_cast<double>(value));
            if (++member >= members.size()) member = 0;
        }
    };
    std::uint64_t count = 0;
    bool nan = false;
    double sum = 0.0;
    double absolute = 0.0;
    double minimum = std::numeric_limits<double>::infinity();
    double maximum = -minimum;
    for_each([&](double value) {
        nan = nan || std::isnan(value);
        minimum = std::min(minimum, value);
        maximum = std::max(maximum, value);
        sum += value;
        absolute += std::abs(value);
        ++count;
    });
    if (count == 0) return {};
    if (nan) minimum = maximum = std::numeric_limits<double>::quiet_NaN();
    const auto number = static_cast<double>(count);
    const double mean = sum / number;
    double squares = 0.0;
    for_each([&](double value) { squares += (value - mean) * (value - mean); });
    return {.mean = mean,
            .deviation = std::sqrt(squares / number),
            .minimum = minimum,
            .maximum = maximum,
            .mean_absolute = absolute / number};
}

}  // namespace stdpscope::analysis::detail
