#pragma once

#include "analysis/report/figure.hpp"

namespace stdpscope::analysis {

/// Adds a value that holds over the bin from `begin` to `end`: few bins are drawn as steps, many by their ends.
inline void add_bin(Series& series, double begin, double end, double value, std::size_t bins) {
    constexpr std::size_t kMostSteps = 30;
    if (bins <= kMostSteps) {
        series.x.push_back(begin);
        series.y.push_back(value);
    }
    series.x.push_back(end);
    series.y.push_back(value);
}

}  // namespace stdpscope::analysis
