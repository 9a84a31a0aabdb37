// Part of every kernel variant; included by kernel_bodies.hpp alone.
#pragma once

#include "ann/kernel/kernels.hpp"
#include "ann/kernel/lane_vector.hpp"

namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT {
namespace {

/// Columns of a row that are summed at once, and kernel columns of a weight gradient.
constexpr std::size_t kMapColumns = kWidth == 16 ? 8 : 4;
constexpr std::size_t kGradientKernelColumns = kWidth == 16 ? 8 : 6;
/// Outputs that go with so many columns: their product is at most 25 sums on AVX-512, 12 elsewhere.
constexpr std::size_t kOutputsOfColumns[] = {0, 8, 8, 8, 6, 5, 4, 3, 3};
constexpr std::size_t kNarrowOutputsOfColumns[] = {0, 8, 6, 4, 3, 2, 2};
constexpr std::size_t outputs_of_columns(std::size_t columns) {
    return kWidth == 16 ? kOutputsOfColumns[columns] : kNarrowOutputsOfColumns[columns];
}
/// Beside the sums there must be room for all factors of one kind and one of the other: the fewer kind is held.
constexpr bool holds_columns(std::size_t outputs, std::size_t columns) {
    return kWidth < 16 && columns < outputs;
}

template <std::size_t kOutputs, std::size_t kColumns, bool kAdjacent>
void map_tile(const MapRow& row, std::size_t column) {
    const std::ptrdiff_t step = kAdjacent ? std::ptrdiff_t{kLanes} : row.input_column_step;
    for (std::size_t part = 0; part < lanes_worked(row.lanes); part += kWidth) {
        Vector sum[kOutputs][kColumns];
        for (std::size_t o = 0; o < kOutputs; ++o) {
            const Vector start = broadcast(row.biases == nullptr ? 0.0F : row.biases[o]);
            const float* output = row.output + static_cast<std::ptrdiff_t>(o) * row.output_channel_step + part;
            for (std::size_t c = 0; c < kColumns; ++c) {
                const float* place = output + static_cast<std::ptrdiff_t>(column + c) * row.output_column_step;
                sum[o][c] = row.start == SumStart::fresh ? start : load(place);
            }
        }
        const float* channel_input = row.input + static_cast<std::ptrdiff_t>(column) * row.input_column_step + part;
        const float* channel_weights = row.weights;
        for (std::size_t channel = 0; channel < row.channels; ++channel) {
            for (const Tap* tap = row.taps; tap != row.taps + row.tap_count; ++tap) {
                const float* input = channel_input + tap->input;
                const float* weights = channel_weights + tap->weight;
                if constexpr (holds_columns(kOutputs, kColumns)) {
                    Vector x[kColumns];
                    for (std::size_t c = 0; c < kColumns; ++c) {
                        x[c] = held(load_unaligned(input + static_cast<std::ptrdiff_t>(c) * step));
                    }
                    for (std::size_t o = 0; o < kOutputs; ++o) {
                        const Vector w = held(broadcast(weights[o]));
                        for (std::size_t c = 0; c < kColumns; ++c) sum[o][c] += w * x[c];
                    }
                } else {
                    for (std::size_t c = 0; c < kColumns; ++c) {
                        const Vector x = held(load_unaligned(input + static_cast<std::ptrdiff_t>(c) * step));
                        for (std::size_t o = 0; o < kOutputs; ++o) sum[o][c] += weights[o] * x;
                    }
                }
            }
            channel_input += row.input_channel_step;
            channel_weights += row.weight_channel_step;
        }
        for (std::size_t o = 0; o < kOutputs; ++o) {
            float* output = row.output + static_cast<std::ptrdiff_t>(o) * row.output_channel_step + part;
            for (std::size_t c = 0; c < kColumns; ++c) {
                store(output + static_cast<std::ptrdiff_t>(column + c) * row.output_column_step, sum[o][c]);
            }
        }
    }
}

using MapTile = void (*)(const MapRow&, std::size_t);

/// The tile of so many outputs and columns, among those that fit into the registers.
template <std::size_t kOutputs, std::size_t kColumns>
MapTile map_tile_of(std::size_t outputs, std::size_t columns, bool adjacent) {
    if (columns == kColumns && outputs == kOutputs) {
        return adjacent ? map_tile<kOutputs, kColumns, true> : map_tile<kOutputs, kColumns, false>;
    }
    if constexpr (kOutputs > 1) {
        if (columns == kColumns) return map_tile_of<kOutputs - 1, kColumns>(outputs, columns, adjacent);
    }
    if constexpr (kColumns > 1) {
        // Rows are cut evenly: beside the widest tiles there may be some one column narrower, of as many outputs.
        return map_tile_of<outputs_of_columns(kColumns - 1), kColumns - 1>(outputs, columns, adjacent);
    }
    return nullptr;
}

std::size_t map_row_outputs(std::size_t columns) {
    return outputs_of_columns(largest_piece(columns, kMapColumns));
}

void map_row(const MapRow& row) {
    const bool adjacent = row.input_column_step == std::ptrdiff_t{kLanes};
    std::size_t column = 0;
    while (column < row.columns) {
        const std::size_t now = largest_piece(row.columns - column, kMapColumns);
        const MapTile tile = map_tile_of<outputs_of_columns(kMapColumns), kMapColumns>(row.outputs, now, adjacent);
        tile(row, column);
        column += now;
    }
}

template <std::size_t kOutputs, std::size_t kColumns, bool kAdjacent>
void map_gradient_tile(const MapWeightGradient& work) {
    const std::ptrdiff_t step = kAdjacent ? std::ptrdiff_t{kLanes} : work.kernel_column_step;
    for (std::size_t part = 0; part < lanes_worked(work.lanes); part += kWidth) {
        Vector sum[kColumns][kOutputs];
        for (std::size_t k = 0; k < kColumns; ++k) {
            for (std::size_t o = 0; o < kOutputs; ++o) {
                sum[k][o] =
                    work.start == SumStart::fresh ? Vector{} : load(work.sums + (k * kOutputs + o) * kLanes + part);
            }
        }
        const float* row_gradient = work.gradient + part;
        const float* row_input = work.input + part;
        for (std::size_t row = 0; row < work.rows; ++row) {
            const float* gradient = row_gradient;
            const float* input = row_input;
            for (std::size_t column = 0; column < work.columns; ++column) {
                const auto gradient_of = [&](std::size_t o) {
                    return load_unaligned(gradient + static_cast<std::ptrdiff_t>(o) * work.gradient_channel_step);
                };
                const auto input_of = [&](std::size_t k) {
                    return held(load_unaligned(input + static_cast<std::ptrdiff_t>(k) * step));
                };
                if constexpr (holds_columns(kOutputs, kColumns)) {
                    Vector x[kColumns];
                    for (std::size_t k = 0; k < kColumns; ++k) x[k] = input_of(k);
                    for (std::size_t o = 0; o < kOutputs; ++o) {
                        const Vector g = held(gradient_of(o));
                        for (std::size_t k = 0; k < kColumns; ++k) sum[k][o] += g * x[k];
                    }
                } else {
                    Vector g[kOutputs];
                    for (std::size_t o = 0; o < kOutputs; ++o) g[o] = gradient_of(o);
                    for (std::size_t k = 0; k < kColumns; ++k) {
                        const Vector x = input_of(k);
                        for (std::size_t o = 0; o < kOutputs; ++o) sum[k][o] += g[o] * x;
                    }
                }
                gradient += kLanes;
                input += work.input_column_step;
            }
            row_gradient += work.gradient_row_step;
            row_input += work.input_row_step;
        }
        for (std::size_t k = 0; k < kColumns; ++k) {
            for (std::size_t o = 0; o < kOutputs; ++o) store(work.sums + (k * kOutputs + o) * kLanes + part, sum[k][o]);
        }
    }
}

template <std::size_t kOutputs, std::size_t kColumns>
void map_gradient_tile_of(const MapWeightGradient& work) {
    if (work.kernel_columns == kColumns) {
        if (work.outputs == kOutputs) {
            const bool adjacent = work.kernel_column_step == std::ptrdiff_t{kLanes};
            return adjacent ? map_gradient_tile<kOutputs, kColumns, true>(work)
                            : map_gradient_tile<kOutputs, kColumns, false>(work);
        }
        if constexpr (kOutputs > 1) return map_gradient_tile_of<kOutputs - 1, kColumns>(work);
    }
    if constexpr (kColumns > 1) map_gradient_tile_of<outputs_of_columns(kColumns - 1), kColumns - 1>(work);
}

std::size_t map_gradient_outputs(std::size_t kernel_columns) {
    return outputs_of_columns(kernel_columns);
}

void map_weight_gradient(const MapWeightGradient& work) {
    map_gradient_tile_of<outputs_of_columns(kGradientKernelColumns), kGradientKernelColumns>(work);
}

void add_vectors(const float* vectors, std::size_t count, float* sums) {
    constexpr std::size_t kParts = 4;  // chains of additions that run side by side
    for (std::size_t part = 0; part < kLanes; part += kWidth) {
        Vector sum[kParts] = {};
        std::size_t v = 0;
        for (; v + kParts <= count; v += kParts) {
            for (std::size_t p = 0; p < kParts; ++p) sum[p] += load(vectors + (v + p) * kLanes + part);
        }
        for (std::size_t p = 0; v + p < count; ++p) sum[p] += load(vectors + (v + p) * kLanes + part);
        store(sums + part, load(sums + part) + ((sum[0] + sum[1]) + (sum[2] + sum[3])));
    }
}

void sum_lanes(const float* vectors, std::size_t count, float* out) {
    for (std::size_t v = 0; v < count; ++v) {
        const float* lanes = vectors + v * kLanes;
        // Lane l with l + 8, then with l + 4.
        const Quad sum = (load_quad(lanes) + load_quad(lanes + 8)) + (load_quad(lanes + 4) + load_quad(lanes + 12));
        out[v] = (sum[0] + sum[2]) + (sum[1] + sum[3]);
    }
}

}  // namespace
}  // namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT
