// Part of every kernel variant; included by kernel_bodies.hpp alone.
#pragma once

#include "ann/kernel/kernels.hpp"
#include "ann/kernel/lane_vector.hpp"
#include "ann/kernel/update_bodies.hpp"

namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT {
namespace {

/// Terms of a sum that are added before the next terms' turn: their inputs stay in the first-level cache while all rows
/// take their turns.
constexpr std::size_t kTermsAtOnce = 96;
/// Most vectors of a row that are summed at once; the seven of 100 samples are worked as four and three. Seven at once
/// leave room for three rows only and were slower, as their inputs fill the first-level cache.
constexpr std::size_t kDenseVectors = kWidth == 16 ? 6 : 3;
/// Rows that go with so many vectors: as many as there are registers for, so that few vectors do not mean few sums.
constexpr std::size_t dense_rows(std::size_t vectors) {
    return smaller(8, kSums / vectors);
}
/// Floats ahead of its own weights where a tile of the forward pass has them brought near.
constexpr std::size_t kWeightsAhead = 48;

/// Vectors of one unit are numbered through all blocks: those of block 0, those of block 1, ...
constexpr std::size_t kBlockVectors = kLanes / kWidth;
inline std::size_t vector_place(std::size_t vector, std::size_t block_step) {
    return vector / kBlockVectors * block_step + vector % kBlockVectors * kWidth;
}
/// Vectors of the blocks up to `block` that hold samples.
inline std::size_t vectors_until(std::size_t block, std::size_t samples) {
    return smaller(block * kBlockVectors, quotient_up(samples, kWidth));
}

/// output[r, v] = start + sum over k of weights[r * row_step + k * term_step] * input[k, v], for vectors v from
/// `vector` on; it starts from biases[r] (zero where there are none), or from what the output holds.
struct DenseTile {
    SumStart start;
    const float* biases;
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
    Vector sum[kRows][kVectors];
#pragma GCC unroll 8
    for (std::size_t v = 0; v < kVectors; ++v) {
        input[v] = tile.input + vector_place(tile.vector + v, tile.input_block_step);
        const float* output = tile.output + vector_place(tile.vector + v, tile.output_block_step);
#pragma GCC unroll 8
        for (std::size_t r = 0; r < kRows; ++r) {
            if (tile.start == SumStart::output) {
                sum[r][v] = load(output + r * kLanes);
            } else {
                sum[r][v] = broadcast(tile.biases == nullptr ? 0.0F : tile.biases[r]);
            }
        }
    }
    const float* weights = tile.weights;
    for (std::size_t k = 0; k < tile.terms; ++k) {
        __builtin_prefetch(weights + kWeightsAhead);
        if constexpr (kRows < kVectors) {
            Vector w[kRows];
#pragma GCC unroll 8
            for (std::size_t r = 0; r < kRows; ++r) w[r] = held(broadcast(weights[r * tile.row_step]));
#pragma GCC unroll 8
            for (std::size_t v = 0; v < kVectors; ++v) {
                const Vector x = held(load(input[v] + k * kLanes));
#pragma GCC unroll 8
                for (std::size_t r = 0; r < kRows; ++r) sum[r][v] += w[r] * x;
            }
        } else {
            Vector x[kVectors];
#pragma GCC unroll 8
            for (std::size_t v = 0; v < kVectors; ++v) x[v] = held(load(input[v] + k * kLanes));
#pragma GCC unroll 8
            for (std::size_t r = 0; r < kRows; ++r) {
                const Vector w = held(broadcast(weights[r * tile.row_step]));
#pragma GCC unroll 8
                for (std::size_t v = 0; v < kVectors; ++v) sum[r][v] += w * x[v];
            }
        }
        weights += tile.term_step;
    }
#pragma GCC unroll 8
    for (std::size_t v = 0; v < kVectors; ++v) {
        float* output = tile.output + vector_place(tile.vector + v, tile.output_block_step);
#pragma GCC unroll 8
        for (std::size_t r = 0; r < kRows; ++r) store(output + r * kLanes, sum[r][v]);
    }
}

/// Picks the tile of so many rows among those of kRows and fewer.
template <std::size_t kRows, std::size_t kVectors>
void dense_tile_of(const DenseTile& tile, std::size_t rows) {
    if (rows == kRows) return dense_tile<kRows, kVectors>(tile);
    if constexpr (kRows > 1) dense_tile_of<kRows - 1, kVectors>(tile, rows);
}

/// All rows of as many vectors, of kVectors and fewer.
template <std::size_t kVectors>
void dense_tiles_of(DenseTile tile, std::size_t rows, std::size_t vectors) {
    if (vectors < kVectors) {
        if constexpr (kVectors > 1) dense_tiles_of<kVectors - 1>(tile, rows, vectors);
        return;
    }
    while (rows > 0) {
        const std::size_t now = largest_piece(rows, dense_rows(kVectors));
        dense_tile_of<dense_rows(kVectors), kVectors>(tile, now);
        tile.weights += now * tile.row_step;
        if (tile.biases != nullptr) tile.biases += now;
        tile.output += now * kLanes;
        rows -= now;
    }
}

/// Adds the terms to vectors [first, end) of all rows, a few terms and a few vectors at a time.
void dense_sums(DenseTile tile, std::size_t rows, std::size_t first, std::size_t end) {
    const std::size_t terms = tile.terms;
    for (std::size_t term = 0; term == 0 || term < terms; term += kTermsAtOnce) {
        tile.terms = smaller(kTermsAtOnce, terms - term);
        tile.vector = first;
        while (tile.vector < end) {
            const std::size_t now = largest_piece(end - tile.vector, kDenseVectors);
            dense_tiles_of<kDenseVectors>(tile, rows, now);
            tile.vector += now;
        }
        tile.start = SumStart::output;
        tile.weights += kTermsAtOnce * tile.term_step;
        tile.input += kTermsAtOnce * kLanes;
    }
}

void dense_forward(const DenseForward& work) {
    dense_sums({.start = SumStart::fresh,
                .biases = work.biases == nullptr ? nullptr : work.biases + work.post_begin,
                .weights = work.weights + work.pre_begin * work.post + work.post_begin,
                .row_step = 1,
                .term_step = work.post,
                .terms = work.pre_end - work.pre_begin,
                .input = work.input + work.pre_begin * kLanes,
                .input_block_step = work.pre * kLanes,
                .output = work.output + work.post_begin * kLanes,
                .output_block_step = work.post * kLanes,
                .vector = 0},
               work.post_end - work.post_begin, vectors_until(work.block_begin, work.samples),
               vectors_until(work.block_end, work.samples));
}

void dense_data_gradient(const DenseDataGradient& work) {
    dense_sums({.start = SumStart::fresh,
                .biases = nullptr,
                .weights = work.weights + work.pre_begin * work.post,
                .row_step = work.post,
                .term_step = 1,
                .terms = work.post,
                .input = work.output_gradient,
                .input_block_step = work.post * kLanes,
                .output = work.input_gradient + work.pre_begin * kLanes,
                .output_block_step = work.pre * kLanes,
                .vector = 0},
               work.pre_end - work.pre_begin, vectors_until(work.block_begin, work.samples),
               vectors_until(work.block_end, work.samples));
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

/// Updates weights whose gradient is given; `column` is where those of the whole panel begin.
inline void update_column_part(const SgdUpdate& update, std::size_t column, std::size_t part, std::size_t units,
                               Vector gradient) {
    const std::size_t first = column + part;
    if (units >= part + kWidth) {
        return update_vector(update, gradient, update.weights + first, update.velocity + first, update.next + first);
    }
    if (units <= part) return;
    alignas(64) float whole[kWidth];
    store(whole, gradient);
    SgdUpdate rest = update;
    rest.gradient = whole;
    rest.weights += first;
    rest.velocity += first;
    rest.next += first;
    rest.count = units - part;
    sgd_update(rest);
}

/// Asks for what the update of weights from `first` on will read and write, while there is still the gradient to sum.
inline void bring_column_near(const DenseWeightGradient& work, std::size_t first, std::size_t count) {
    for (std::size_t k = 0; k < count; k += kLanes) {
        __builtin_prefetch(work.update->weights + first + k);
        __builtin_prefetch(work.update->velocity + first + k, 1);
        __builtin_prefetch(work.update->next + first + k, 1);
    }
}

template <std::size_t kPanels, std::size_t kColumns>
void dense_gradient_tile(const DenseWeightGradient& work, std::size_t panel, std::size_t pre_unit) {
    const std::size_t panel_step = work.samples * kPanelUnits;
    const std::size_t first_weight = pre_unit * work.post + panel * kPanelUnits;
    const std::size_t columns_ahead = quotient_up(kColumns, quotient_up(work.samples, kLanes));
    for (std::size_t part = 0; part < kPanelUnits; part += kWidth) {
        Vector sum[kPanels][kColumns] = {};
        std::size_t column_ahead = part == 0 && work.update != nullptr ? 0 : kColumns;
        const float* gradient = work.gradient_panels + panel * panel_step + part;
        for (std::size_t sample = 0; sample < work.samples; sample += kLanes) {
            const float* input = work.input + (sample / kLanes * work.pre + pre_unit) * kLanes;
            const std::size_t used = smaller(kLanes, work.samples - sample);
            const std::size_t ahead_end = smaller(column_ahead + columns_ahead, kColumns);
            for (; column_ahead < ahead_end; ++column_ahead) {
                bring_column_near(work, first_weight + column_ahead * work.post, kPanels * kPanelUnits);
            }
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
                const std::size_t units = smaller(kPanelUnits, work.post - unit);
                const std::size_t column = (pre_unit + j) * work.post + unit;
                if (work.update != nullptr) {
                    update_column_part(*work.update, column, part, units, sum[p][j]);
                } else {
                    store_column_part(work.weight_gradient + column, part, units, sum[p][j]);
                }
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
    const std::size_t panels = quotient_up(work.post, kPanelUnits);
    // Columns lie whole in memory: all panels take their turn at a few of them, so that what is written and updated is
    // one long run.
    std::size_t unit = work.pre_begin;
    while (unit < work.pre_end) {
        const std::size_t columns = largest_piece(work.pre_end - unit, kGradientColumns);
        for (std::size_t panel = 0; panel < panels; panel += kGradientPanels) {
            dense_gradient_tile_of<kGradientColumns>(work, panel, smaller(kGradientPanels, panels - panel), unit,
                                                     columns);
        }
        unit += columns;
    }
    if (work.pre_begin > 0) return;
    for (std::size_t panel = 0; panel < panels; ++panel) dense_bias_gradient(work, panel);
}

}  // namespace
}  // namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT
