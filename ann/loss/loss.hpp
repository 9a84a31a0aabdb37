#pragma once

#include <armadillo>
#include <cstdint>
#include <span>

#include "ann/lane_cube.hpp"
#include "ann/network_spec.hpp"

namespace stdpscope::ann {

/// Sums over the samples of a batch, added up in sample order in double precision.
struct LossValue {
    double loss = 0.0;
    arma::uword errors = 0;  ///< samples whose first largest output is not at the label; with NaN outputs, index 0 wins
};

/// Loss of a batch: `outputs` (lanes x classes x blocks), one label a sample.
///
///     softmax_cross_entropy   l = -log(exp(y_c) / sum_k exp(y_k))         dl/dy_k = softmax_k - [k = c]
///     mean_squared_error      l = 1/2 sum_k (y_k - [k = c])^2             dl/dy_k = y_k - [k = c]
///
/// `gradient`, unless null, receives dl_n/dy of each sample (not divided by the batch size); unused lanes are zero.
LossValue evaluate_loss(LossKind kind, const LaneCube& outputs, std::span<const std::uint8_t> labels,
                        LaneCube* gradient);

}  // namespace stdpscope::ann
