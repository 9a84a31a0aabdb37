// Part of every kernel variant; included by kernel_bodies.hpp alone.
#pragma once

#include "ann/kernel/kernels.hpp"
#include "ann/kernel/lane_vector.hpp"

namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT {
namespace {

/// Terms of a sum that are added before the next rows' turn: their inputs stay in the first-level cache meanwhile.
constexpr std::size_t kTermsAtOnce = kWidth == 16 ? 256 : 96;
constexpr std::size_t kDenseVectors = 3;
constexpr std::size_t kDenseRows = kSums / kDenseVectors;
/// Rows whose packed weights are held at once; callers' ranges are no longer.
constexpr std::size_t kRowsAtOnce = 24;
static_assert(kRowsAtOnce % kDenseRows == 0);

/// Vectors of one unit are numbered through all blocks: those of block 0, those of block 1, ...
constexpr std::size_t kBlockVectors = kLanes / kWidth;
inline std::size_t vector_place(std::size_t vector, std::size_t block_step) {
    return vector / kBlockVectors * block_step + vector % kBlockVectors * kWidth;
}
/// Vectors of the blocks up to `block` that hold samples.
inline std::size_t vectors_until(std::size_t block, std::size_t samples) {
    return smaller(block * kBlockVectors, quotient_up(samples, kWidth));
}

/// output[r, v] += sum over k of weights[r * row_step + k * term_step] * input[k, v], for vectors v from `vector` on.
struct DenseTile {
    const float* weights;
    std::size_t row_step;
    std::size_t term_step;
    std::size_t terms;
    const float* input;
    std::size_t input_block_step;
    float* output;
    std::size_t output_block_step;
    std::size_t vector;
};

template <std::size_t kRows, std::size_t kVectors>
void dense_tile(const DenseTile& tile) {
    const float* input[kVectors];
    float* output[kVectors];
    Vector sum[kRows][kVectors];
    for (std::size_t v = 0; v < kVectors; ++v) {
        input[v] = tile.input + vector_place(tile.vector + v, tile.input_block_step);
        output[v] = tile.output + vector_place(tile.vector + v, tile.output_block_step);
        for (std::size_t r = 0; r < kRows; ++r) sum[r][v] = load(output[v] + r * kLanes);
    }
    const float* weights = tile.weights;
    for (std::size_t k = 0; k < tile.terms; ++k) {
        Vector x[kVectors];
        for (std::size_t v = 0; v < kVectors; ++v) x[v] = load(input[v] + k * kLanes);
        for (std::size_t r = 0; r < kRows; ++r) {
            for (std::size_t v = 0; v < kVectors; ++v) sum[r][v] += weights[r * tile.row_step] * x[v];
        }
        weights += tile.term_step;
    }
    for (std::size_t r = 0; r < kRows; ++r) {
        for (std::size_t v = 0; v < kVectors; ++v) store(output[v] + r * kLanes, sum[r][v]);
    }
}

template <std::size_t kRows>
void dense_rows_tile(const DenseTile& tile, std::size_t vectors) {
    static_assert(kDenseVectors == 3);
    if (vectors == 3) return dense_tile<kRows, 3>(tile);
    if (vectors == 2) return dense_tile<kRows, 2>(tile);
    dense_tile<kRows, 1>(tile);
}

/// Picks the tile of so many rows among those of kRows and fewer.
template <std::size_t kRows>
void dense_tile_of(const DenseTile& tile, std::size_t rows, std::size_t vectors) {
    if (rows == kRows) return dense_rows_tile<kRows>(tile, vectors);
    if constexpr (kRows > 1) dense_tile_of<kRows - 1>(tile, rows, vectors);
}

/// Vectors [first, end) of all rows, a few vectors at a time: these stay in cache while the rows take their turns.
/// Each tile of rows begins `weight_tile_step` after the one before.
void dense_tiles(DenseTile tile, std::size_t weight_tile_step, std::size_t rows, std::size_t first, std::size_t end) {
    while (first < end) {
        const std::size_t now = largest_piece(end - first, kDenseVectors);
        for (std::size_t row = 0; row < rows; row += kDenseRows) {
            DenseTile part = tile;
            part.weights += row / kDenseRows * weight_tile_step;
            part.output += row * kLanes;
            part.vector = first;
            dense_tile_of<kDenseRows>(part, smaller(kDenseRows, rows - row), now);
        }
        first += now;
    }
}

/// Copies rows x terms of a (post x pre) matrix, kRows rows a panel: a term's rows follow the previous term's.
template <std::size_t kRows>
void pack_rows(const float* weights, std::size_t term_step, std::size_t rows, std::size_t terms, std::size_t panel_step,
               float* packed) {
    const std::size_t whole = rows / kRows * kRows;
    for (std::size_t k = 0; k < terms; ++k) {
        // Rows of a term are neighbours in memory, terms lie a whole column apart: each is read once.
        float* place = packed + k * kRows;
        for (std::size_t row = 0; row < whole; row += kRows) {
            __builtin_memcpy(place, weights + row, kRows * sizeof(float));
            place += panel_step;
        }
        for (std::size_t row = whole; row < rows; ++row) place[row - whole] = weights[row];
        weights += term_step;
    }
}

void dense_forward(const DenseForward& work) {
    for (std::size_t block = work.block_begin; block < work.block_end; ++block) {
        for (std::size_t unit = work.post_begin; unit < work.post_end; ++unit) {
            float* output = work.output + (block * work.post + unit) * kLanes;
            for (std::size_t lane = 0; lane < kLanes; ++lane) output[lane] = work.biases[unit];
        }
    }
    alignas(64) float packed[kTermsAtOnce * kRowsAtOnce];
    for (std::size_t first = work.post_begin; first < work.post_end; first += kRowsAtOnce) {
        const std::size_t rows = smaller(kRowsAtOnce, work.post_end - first);
        for (std::size_t term = 0; term < work.pre; term += kTermsAtOnce) {
            const std::size_t terms = smaller(kTermsAtOnce, work.pre - term);
            pack_rows<kDenseRows>(work.weights + term * work.post + first, work.post, rows, terms,
                                  kDenseRows * kTermsAtOnce, packed);
            dense_tiles({.weights = packed,
                         .row_step = 1,
                         .term_step = kDenseRows,
                         .terms = terms,
                         .input = work.input + term * kLanes,
                         .input_block_step = work.pre * kLanes,
                         .output = work.output + first * kLanes,
                         .output_block_step = work.post * kLanes,
                         .vector = 0},
                        kDenseRows * kTermsAtOnce, rows, vectors_until(work.block_begin, work.samples),
                        vectors_until(work.block_end, work.samples));
        }
    }
}

void dense_data_gradient(const DenseDataGradient& work) {
    for (std::size_t block = work.block_begin; block < work.block_end; ++block) {
        __builtin_memset(work.input_gradient + (block * work.pre + work.pre_begin) * kLanes, 0,
                         (work.pre_end - work.pre_begin) * kLanes * sizeof(float));
    }
    for (std::size_t term = 0; term < work.post; term += kTermsAtOnce) {
        dense_tiles({.weights = work.weights + work.pre_begin * work.post + term,
                     .row_step = work.post,
                     .term_step = 1,
                     .terms = smaller(kTermsAtOnce, work.post - term),
                     .input = work.output_gradient + term * kLanes,
                     .input_block_step = work.post * kLanes,
                     .output = work.input_gradient + work.pre_begin * kLanes,
                     .output_block_step = work.pre * kLanes,
                     .vector = 0},
                    kDenseRows * work.post, work.pre_end - work.pre_begin,
                    vectors_until(work.block_begin, work.samples), vectors_until(work.block_end, work.samples));
    }
}

/// Four vectors of four lanes, their lanes becoming vectors.
inline void transpose_quads(const float* from, float* to) {
    const Quad a = load_quad(from);
    const Quad b = load_quad(from + kLanes);
    const Quad c = load_quad(from + 2 * kLanes);
    const Quad d = load_quad(from + 3 * kLanes);
    const Quad ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
    const Quad ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    const Quad cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5);
    const Quad cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    store_quad(to, __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5));
    store_quad(to + kPanelUnits, __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7));
    store_quad(to + 2 * kPanelUnits, __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5));
    store_quad(to + 3 * kPanelUnits, __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7));
}

/// One block of one panel: (lanes x units) to (16 x samples).
void transpose_panel_block(const float* vectors, std::size_t units, std::size_t samples, float* panel) {
    if (units == kPanelUnits && samples == kLanes) {
        for (std::size_t unit = 0; unit < kPanelUnits; unit += 4) {
            for (std::size_t lane = 0; lane < kLanes; lane += 4) {
                transpose_quads(vectors + unit * kLanes + lane, panel + lane * kPanelUnits + unit);
            }
        }
        return;
    }
    for (std::size_t lane = 0; lane < samples; ++lane) {
        for (std::size_t unit = 0; unit < kPanelUnits; ++unit) {
            panel[lane * kPanelUnits + unit] = unit < units ? vectors[unit * kLanes + lane] : 0.0F;
        }
    }
}

void transpose_panels(const PanelTranspose& work) {
    for (std::size_t panel = work.panel_begin; panel < work.panel_end; ++panel) {
        const std::size_t unit = panel * kPanelUnits;
        for (std::size_t sample = 0; sample < work.samples; sample += kLanes) {
            transpose_panel_block(work.vectors + (sample / kLanes * work.units + unit) * kLanes,
                                  smaller(kPanelUnits, work.units - unit), smaller(kLanes, work.samples - sample),
                                  work.panels + (panel * work.samples + sample) * kPanelUnits);
        }
    }
}

constexpr std::size_t kGradientPanels = 2;
constexpr std::size_t kGradientColumns = kSums / kGradientPanels;

/// Stores part of one panel's column of the weight gradient, of which only `units` post units exist.
inline void store_column_part(float* column, std::size_t part, std::size_t units, Vector value) {
    if (units >= part + kWidth) return store_unaligned(column + part, value);
    alignas(64) float whole[kWidth];
    store(whole, value);
    for (std::size_t i = part; i < units; ++i) column[i] = whole[i - part];
}

template <std::size_t kPanels, std::size_t kColumns>
void dense_gradient_tile(const DenseWeightGradient& work, std::size_t panel, std::size_t pre_unit) {
    const std::size_t panel_step = work.samples * kPanelUnits;
    for (std::size_t part = 0; part < kPanelUnits; part += kWidth) {
        Vector sum[kPanels][kColumns] = {};
        const float* gradient = work.gradient_panels + panel * panel_step + part;
        for (std::size_t sample = 0; sample < work.samples; sample += kLanes) {
            const float* input = work.input + (sample / kLanes * work.pre + pre_unit) * kLanes;
            const std::size_t used = smaller(kLanes, work.samples - sample);
            for (std::size_t lane = 0; lane < used; ++lane) {
                Vector g[kPanels];
                for (std::size_t p = 0; p < kPanels; ++p) g[p] = load(gradient + p * panel_step);
                for (std::size_t j = 0; j < kColumns; ++j) {
                    for (std::size_t p = 0; p < kPanels; ++p) sum[p][j] += input[j * kLanes + lane] * g[p];
                }
                gradient += kPanelUnits;
            }
        }
        for (std::size_t j = 0; j < kColumns; ++j) {
            for (std::size_t p = 0; p < kPanels; ++p) {
                const std::size_t unit = (panel + p) * kPanelUnits;
                store_column_part(work.weight_gradient + (pre_unit + j) * work.post + unit, part,
                                  smaller(kPanelUnits, work.post - unit), sum[p][j]);
            }
        }
    }
}

template <std::size_t kColumns>
void dense_gradient_tile_of(const DenseWeightGradient& work, std::size_t panel, std::size_t panels,
                            std::size_t pre_unit, std::size_t columns) {
    if (columns == kColumns) {
        static_assert(kGradientPanels == 2);
        if (panels == 2) return dense_gradient_tile<2, kColumns>(work, panel, pre_unit);
        return dense_gradient_tile<1, kColumns>(work, panel, pre_unit);
    }
    if constexpr (kColumns > 1) dense_gradient_tile_of<kColumns - 1>(work, panel, panels, pre_unit, columns);
}

void dense_bias_gradient(const DenseWeightGradient& work, std::size_t panel) {
    const std::size_t unit = panel * kPanelUnits;
    for (std::size_t part = 0; part < kPanelUnits; part += kWidth) {
        Vector sum = {};
        const float* gradient = work.gradient_panels + panel * work.samples * kPanelUnits + part;
        for (std::size_t sample = 0; sample < work.samples; ++sample) sum += load(gradient + sample * kPanelUnits);
        store_column_part(work.bias_gradient + unit, part, smaller(kPanelUnits, work.post - unit), sum);
    }
}

void dense_weight_gradient(const DenseWeightGradient& work) {
    for (std::size_t panel = work.panel_begin; panel < work.panel_end; panel += kGradientPanels) {
        const std::size_t panels = smaller(kGradientPanels, work.panel_end - panel);
        for (std::size_t unit = work.pre_begin; unit < work.pre_end; unit += kGradientColumns) {
            dense_gradient_tile_of<kGradientColumns>(work, panel, panels, unit,
                                                     smaller(kGradientColumns, work.pre_end - unit));
        }
        if (work.pre_begin > 0) continue;
        for (std::size_t p = 0; p < panels; ++p) dense_bias_gradient(work, panel + p);
    }
}

}  // namespace
}  // namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT
