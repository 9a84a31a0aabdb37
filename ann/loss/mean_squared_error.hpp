#pragma once

#include <span>

namespace stdpscope::ann {

/// Squared error of one sample against the label's indicator:
///
///     l = 1/2 sum_k (y_k - [k = c])^2         dl/dy_k = y_k - [k = c]
///
/// `outputs` are y, one a class, and are overwritten by dl/dy; returns l. NaN passes through.
double mean_squared_error(std::span<double> outputs, std::size_t label);

}  // namespace stdpscope::ann
