// The kernels of one variant; included by baseline.cpp, avx2.cpp and avx512.cpp, each compiled with its own -m flags.
#pragma once

#include "ann/kernel/dense_bodies.hpp"
#include "ann/kernel/dense_gradient_bodies.hpp"
#include "ann/kernel/full_row_bodies.hpp"
#include "ann/kernel/map_bodies.hpp"
#include "ann/kernel/peak_bodies.hpp"
#include "ann/kernel/pool_bodies.hpp"
#include "ann/kernel/rectifier_bodies.hpp"
#include "ann/kernel/transpose_bodies.hpp"
#include "ann/kernel/update_bodies.hpp"
#include "ann/kernel/variants.hpp"
#include "ann/kernel/winograd_bodies.hpp"

namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT {

const KernelTable& table() {
    static constexpr KernelTable kTable{.isa = Isa::STDPSCOPE_KERNEL_VARIANT,
                                        .map_bytes_at_once = kMapBytesAtOnce,
                                        .gather_lanes = gather_lanes,
                                        .dense_forward = dense_forward,
                                        .dense_data_gradient = dense_data_gradient,
                                        .transpose_panels = transpose_panels,
                                        .dense_weight_gradient = dense_weight_gradient,
                                        .map_row_outputs = map_row_outputs,
                                        .map_row = map_row,
                                        .full_row_outputs = full_row_outputs,
                                        .full_map_row = full_map_row,
                                        .map_gradient_kernel_columns = kGradientKernelColumns,
                                        .map_gradient_outputs = map_gradient_outputs,
                                        .map_weight_gradient = map_weight_gradient,
                                        .winograd_weights = winograd_weights,
                                        .winograd_weight_gradient = winograd_weight_gradient,
                                        .nonzero_lanes = nonzero_lanes,
                                        .winograd_input = winograd_input,
                                        .winograd_output = winograd_output,
                                        .winograd_output_gradient = winograd_output_gradient,
                                        .winograd_input_gradient = winograd_input_gradient,
                                        .winograd_reach = winograd_reach,
                                        .add_vectors = add_vectors,
                                        .sum_lanes = sum_lanes,
                                        .max_pool_forward = max_pool_forward,
                                        .max_pool_backward = max_pool_backward,
                                        .average_pool_forward = average_pool_forward,
                                        .average_pool_backward = average_pool_backward,
                                        .rectify = rectify,
                                        .multiply = multiply,
                                        .multiply_adds = multiply_adds,
                                        .sgd_update = sgd_update};
    return kTable;
}

}  // namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT
