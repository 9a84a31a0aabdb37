#pragma once

#include <span>

namespace stdpscope::ann {

/// Softmax cross-entropy of one sample (as MatConvNet's vl_nnsoftmaxloss):
///
///     p_k   = e^(y_k - max y) / sum_m e^(y_m - max y)
///     l     = -log p_c
///     dl/dy_k = p_k for k != c,   dl/dy_c = -(sum of the other p) (= p_c - 1)
///
/// `outputs` are y, one a class, and are overwritten by dl/dy; returns l. The second form of dl/dy_c does not cancel: a
/// sample classified with certainty keeps the sign of its derivative until that underflows. With a NaN or an infinity
/// among the outputs, loss and derivatives are NaN (an output of -infinity is a probability of 0).
double softmax_cross_entropy(std::span<double> outputs, std::size_t label);

}  // namespace stdpscope::ann
