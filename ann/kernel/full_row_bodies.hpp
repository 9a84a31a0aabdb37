// Part of every kernel variant; included by kernel_bodies.hpp alone.
#pragma once

#include "ann/kernel/kernels.hpp"
#include "ann/kernel/lane_vector.hpp"

namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT {
namespace {

/// Full rows whose sums fit into the registers, for the kernel widths that networks use: 3, 5, 7, 9.
constexpr std::size_t kMostFullColumns = 12;
constexpr std::size_t kLeastGradientColumns = 4;
constexpr std::size_t kFullRowOutputs = kSums / kMostFullColumns;

constexpr bool full_row_fits(std::size_t gradient_columns, std::size_t kernel_columns) {
    return kernel_columns % 2 == 1 && kernel_columns > 1 && gradient_columns >= kLeastGradientColumns &&
           gradient_columns + kernel_columns - 1 <= kMostFullColumns;
}

std::size_t full_row_outputs(std::size_t gradient_columns, std::size_t kernel_columns) {
    return full_row_fits(gradient_columns, kernel_columns) ? kFullRowOutputs : 0;
}

// Loops over sums are unrolled on demand, that is, early: sums indexed by a variable would live in memory.

/// One row of the gradient under one row of the kernel; the compiler keeps what it has room for.
template <std::size_t kOutputs, std::size_t kColumns, std::size_t kKernelColumns>
inline void add_row_by_weights(Vector (&sum)[kOutputs][kColumns], const float* gradient, const float* weights,
                               std::size_t outputs_together) {
#pragma GCC unroll 16
    for (std::size_t k = 0; k < kKernelColumns; ++k) {
        Vector w[kOutputs];
        for (std::size_t i = 0; i < kOutputs; ++i) w[i] = broadcast(weights[k * outputs_together + i]);
#pragma GCC unroll 16
        for (std::size_t c = 0; c + kKernelColumns <= kColumns; ++c) {
            const Vector g = held(load(gradient + c * kLanes));
            for (std::size_t i = 0; i < kOutputs; ++i) sum[i][c + k] += w[i] * g;
        }
    }
}

/// Columns of the gradient that are held beside 12 sums, so that each weight is read for two.
constexpr std::size_t kHeldColumns = 2;

/// The same where sums fill the registers: a few columns of the gradient at a time, the last ones first, so that each
/// sum's terms come in the order of the kernel's columns all the same.
template <std::size_t kGradientColumns, std::size_t kKernelColumns, std::size_t kColumns>
inline void add_row_by_columns(Vector (&sum)[kColumns], const float* gradient, const float* weights,
                               std::size_t weight_step) {
#pragma GCC unroll 16
    for (std::size_t group = 0; group * kHeldColumns < kGradientColumns; ++group) {
        const std::size_t end = kGradientColumns - group * kHeldColumns;
        const std::size_t begin = end > kHeldColumns ? end - kHeldColumns : 0;
        Vector g[kHeldColumns] = {};
        for (std::size_t c = begin; c < end; ++c) g[c - begin] = held(load(gradient + c * kLanes));
        const float* group_weights = reread(weights);
#pragma GCC unroll 16
        for (std::size_t k = 0; k < kKernelColumns; ++k) {
            const Vector w = broadcast(group_weights[k * weight_step]);
#pragma GCC unroll 2
            for (std::size_t c = begin; c < end; ++c) sum[c + k] += w * g[c - begin];
        }
    }
}

template <std::size_t kOutputs, std::size_t kGradientColumns, std::size_t kKernelColumns>
void full_row_tile(const FullMapRow& row) {
    constexpr std::size_t kColumns = kGradientColumns + kKernelColumns - 1;
    for (std::size_t part = 0; part < lanes_worked(row.lanes); part += kWidth) {
        Vector sum[kOutputs][kColumns] = {};
        const auto output_of = [&](std::size_t i, std::size_t c) {
            return row.output + static_cast<std::ptrdiff_t>(i) * row.output_channel_step + part +
                   (c - row.first_column) * kLanes;
        };
        // Columns are counted by constants, so that the sums stay in registers.
        if (row.start == SumStart::output) {
            for (std::size_t i = 0; i < kOutputs; ++i) {
#pragma GCC unroll 16
                for (std::size_t c = 0; c < kColumns; ++c) {
                    if (c < row.first_column || c >= row.first_column + row.columns) continue;
                    sum[i][c] = load(output_of(i, c));
                }
            }
        }
        const float* channel_gradient = row.gradient + part;
        const float* channel_weights = row.weights;
        for (std::size_t channel = 0; channel < row.channels; ++channel) {
            const float* gradient = channel_gradient;
            const float* weights = channel_weights;
            for (std::size_t kernel_row = 0; kernel_row < row.kernel_rows; ++kernel_row) {
                if constexpr (kWidth == 16) {
                    add_row_by_weights<kOutputs, kColumns, kKernelColumns>(sum, gradient, weights,
                                                                           row.outputs_together);
                } else {
                    add_row_by_columns<kGradientColumns, kKernelColumns>(sum[0], gradient, weights,
                                                                         row.outputs_together);
                }
                gradient -= row.gradient_row_step;
                weights += kKernelColumns * row.outputs_together;
            }
            channel_gradient += row.gradient_channel_step;
            channel_weights += row.weight_channel_step;
        }
        for (std::size_t i = 0; i < kOutputs; ++i) {
#pragma GCC unroll 16
            for (std::size_t c = 0; c < kColumns; ++c) {
                if (c < row.first_column || c >= row.first_column + row.columns) continue;
                store(output_of(i, c), sum[i][c]);
            }
        }
    }
}

template <std::size_t kGradientColumns, std::size_t kKernelColumns>
void full_row_of(const FullMapRow& row) {
    if constexpr (full_row_fits(kGradientColumns, kKernelColumns)) {
        if (row.gradient_columns == kGradientColumns && row.kernel_columns == kKernelColumns) {
            if (row.outputs == 1) return full_row_tile<1, kGradientColumns, kKernelColumns>(row);
            return full_row_tile<kFullRowOutputs, kGradientColumns, kKernelColumns>(row);
        }
        return full_row_of<kGradientColumns + 1, kKernelColumns>(row);
    } else if constexpr (kKernelColumns < kMostFullColumns) {
        return full_row_of<kLeastGradientColumns, kKernelColumns + 2>(row);
    }
}

void full_map_row(const FullMapRow& row) {
    static_assert(kFullRowOutputs <= 2);
    full_row_of<kLeastGradientColumns, 3>(row);
}

}  // namespace
}  // namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT
