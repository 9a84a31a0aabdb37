#include "analysis/report/ticks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace stdpscope::analysis {
namespace {

/// Of a step, in parts of the numbers it lies between: what tick_text() still tells apart.
constexpr double kFinest = 1e-11;

}  // namespace

std::vector<double> round_ticks(double minimum, double maximum, std::size_t most) {
    std::vector<double> ticks;
    if (!std::isfinite(minimum) || !std::isfinite(maximum) || !(minimum < maximum)) return ticks;
    const double rough = (maximum - minimum) / static_cast<double>(std::max<std::size_t>(most, 1));
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    double step = 10.0 * power;
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= rough * (1.0 - 1e-9)) {
            step = factor * power;
            break;
        }
    }
    if (step < kFinest * std::max(std::abs(minimum), std::abs(maximum))) return ticks;
    const double slack = 1e-9 * step;
    for (double number = std::ceil((minimum - slack) / step); number * step <= maximum + slack; number += 1.0) {
        ticks.push_back(number == 0.0 ? 0.0 : number * step);
    }
    return ticks;
}

std::vector<double> decade_ticks(double minimum, double maximum, std::size_t most) {
    std::vector<double> ticks;
    if (!(minimum > 0.0) || !std::isfinite(maximum) || !(minimum < maximum)) return ticks;
    const int first = static_cast<int>(std::ceil(std::log10(minimum) - 1e-9));
    const int last = static_cast<int>(std::floor(std::log10(maximum) + 1e-9));
    if (last - first < 2) {  // few decades: 1, 2 and 5 of each
        for (int power = first - 1; power <= last; ++power) {
            for (const double factor : {1.0, 2.0, 5.0}) {
                const double tick = factor * std::pow(10.0, power);
                if (tick >= minimum * (1 - 1e-9) && tick <= maximum * (1 + 1e-9)) ticks.push_back(tick);
            }
        }
        if (ticks.size() <= most) return ticks;
        ticks.clear();
    }
    const int every = std::max(1, (last - first) / std::max(1, static_cast<int>(most)) + 1);
    for (int power = first; power <= last; power += every) ticks.push_back(std::pow(10.0, power));
    return ticks;
}

double round_below(double value) {
    const double power = std::pow(10.0, std::floor(std::log10(value) + 1e-9));
    for (const double factor : {5.0, 2.0}) {
        if (factor * power <= value * (1 + 1e-9)) return factor * power;
    }
    return power;
}

double round_above(double value) {
    const double power = std::pow(10.0, std::floor(std::log10(value) + 1e-9));
    for (const double factor : {1.0, 2.0, 5.0}) {
        if (factor * power >= value * (1 - 1e-9)) return factor * power;
    }
    return 10.0 * power;
}

std::string tick_text(double value, bool percent) {
    return fmt::format("{:.12g}", percent ? 100.0 * value : value);
}

}  // namespace stdpscope::analysis
