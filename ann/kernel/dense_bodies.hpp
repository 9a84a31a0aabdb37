// Part of every kernel variant; included by kernel_bodies.hpp alone.
#pragma once

#include "ann/kernel/kernels.hpp"
#include "ann/kernel/lane_vector.hpp"

namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT {
namespace {

/// Terms of a sum that are added before the next terms' turn: their inputs stay in the first-level cache while all rows
/// take their turns.
constexpr std::size_t kTermsAtOnce = 100;
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

/// Sums vectors [first, end) of all rows, a few vectors at a time.
void dense_vectors(DenseTile tile, std::size_t rows, std::size_t first, std::size_t end) {
    tile.vector = first;
    while (tile.vector < end) {
        const std::size_t now = largest_piece(end - tile.vector, kDenseVectors);
        dense_tiles_of<kDenseVectors>(tile, rows, now);
        tile.vector += now;
    }
}

/// work(run) for a few terms at a time; later runs are added to what the output holds.
template <class Work>
void for_each_run(DenseTile tile, Work work) {
    const std::size_t terms = tile.terms;
    for (std::size_t term = 0; term == 0 || term < terms; term += kTermsAtOnce) {
        tile.terms = smaller(kTermsAtOnce, terms - term);
        work(tile);
        tile.start = SumStart::output;
        tile.weights += kTermsAtOnce * tile.term_step;
        tile.input += kTermsAtOnce * kLanes;
    }
}

/// Samples of a last vector that are summed with rows along the vectors, so that no lane is idle: 4, or 8 with AVX-512,
/// lanes without a sample among them. 0 where too many lanes are used, or those of another vector beside them.
inline std::size_t upright_samples(std::size_t samples) {
    const std::size_t quads = quotient_up(samples % kLanes, 4) * 4;
    return quads <= kWidth / 2 ? quads : 0;
}

/// output[r, s] for kVectors vectors of rows whose weights lie side by side, and samples s from the first lane of
/// tile.vector on. Until all terms are added, the sums of a vector of rows and sample s are kept upright in the output
/// of these rows, as their s-th vector.
template <std::size_t kSamples, std::size_t kVectors>
void upright_tile(const DenseTile& tile) {
    const float* input = tile.input + vector_place(tile.vector, tile.input_block_step);
    float* output = tile.output + vector_place(tile.vector, tile.output_block_step);
    Vector sum[kVectors][kSamples];
#pragma GCC unroll 8
    for (std::size_t v = 0; v < kVectors; ++v) {
        const Vector biases = tile.biases == nullptr ? Vector{} : load_unaligned(tile.biases + v * kWidth);
#pragma GCC unroll 8
        for (std::size_t s = 0; s < kSamples; ++s) {
            const float* kept = output + v * kWidth * kLanes + s * kWidth;
            sum[v][s] = tile.start == SumStart::fresh ? biases : load(kept);
        }
    }
    const float* weights = tile.weights;
    for (std::size_t k = 0; k < tile.terms; ++k) {
        Vector x[kSamples];
#pragma GCC unroll 8
        for (std::size_t s = 0; s < kSamples; ++s) x[s] = held(broadcast(input[k * kLanes + s]));
#pragma GCC unroll 8
        for (std::size_t v = 0; v < kVectors; ++v) {
            const Vector w = held(load_unaligned(weights + v * kWidth));
#pragma GCC unroll 8
            for (std::size_t s = 0; s < kSamples; ++s) sum[v][s] += w * x[s];
        }
        weights += tile.term_step;
    }
#pragma GCC unroll 8
    for (std::size_t v = 0; v < kVectors; ++v) {
#pragma GCC unroll 8
        for (std::size_t s = 0; s < kSamples; ++s) store(output + v * kWidth * kLanes + s * kWidth, sum[v][s]);
    }
}

template <std::size_t kSamples, std::size_t kVectors>
void upright_tile_of(const DenseTile& tile, std::size_t vectors) {
    if (vectors == kVectors) return upright_tile<kSamples, kVectors>(tile);
    if constexpr (kVectors > 1) upright_tile_of<kSamples, kVectors - 1>(tile, vectors);
}

/// Whole vectors of rows.
template <std::size_t kSamples>
void upright_sums(DenseTile tile, std::size_t vectors) {
    constexpr std::size_t kMostVectors = kSums / kSamples;
    while (vectors > 0) {
        const std::size_t now = largest_piece(vectors, kMostVectors);
        upright_tile_of<kSamples, kMostVectors>(tile, now);
        tile.weights += now * kWidth;
        if (tile.biases != nullptr) tile.biases += now * kWidth;
        tile.output += now * kWidth * kLanes;
        vectors -= now;
    }
}

/// Gives each of a vector of rows its own samples; other lanes may hold anything.
template <std::size_t kSamples>
void lay_down(float* output) {
    alignas(64) float sums[kSamples * kWidth];
    __builtin_memcpy(sums, output, sizeof(sums));
    for (std::size_t row = 0; row < kWidth; ++row) {
        for (std::size_t lane = 0; lane < kSamples; ++lane) output[row * kLanes + lane] = sums[lane * kWidth + row];
    }
}

void dense_forward(const DenseForward& work) {
    const DenseTile tile{.start = SumStart::fresh,
                         .biases = work.biases == nullptr ? nullptr : work.biases + work.post_begin,
                         .weights = work.weights + work.pre_begin * work.post + work.post_begin,
                         .row_step = 1,
                         .term_step = work.post,
                         .terms = work.pre_end - work.pre_begin,
                         .input = work.input + work.pre_begin * kLanes,
                         .input_block_step = work.pre * kLanes,
                         .output = work.output + work.post_begin * kLanes,
                         .output_block_step = work.post * kLanes,
                         .vector = 0};
    const std::size_t rows = work.post_end - work.post_begin;
    const std::size_t first = vectors_until(work.block_begin, work.samples);
    const std::size_t end = vectors_until(work.block_end, work.samples);
    const bool has_last = work.block_end * kLanes > work.samples;
    const std::size_t upright = has_last ? upright_samples(work.samples) : 0;
    const std::size_t upright_rows = upright == 0 ? 0 : rows / kWidth * kWidth;
    for_each_run(tile, [&](DenseTile run) {
        if (upright_rows == 0) return dense_vectors(run, rows, first, end);
        dense_vectors(run, rows, first, end - 1);
        run.vector = end - 1;
        upright == 4 ? upright_sums<4>(run, upright_rows / kWidth)
                     : upright_sums<kWidth / 2>(run, upright_rows / kWidth);
        run.weights += upright_rows;
        if (run.biases != nullptr) run.biases += upright_rows;
        run.output += upright_rows * kLanes;
        dense_vectors(run, rows - upright_rows, end - 1, end);
    });
    float* last = tile.output + vector_place(end - 1, tile.output_block_step);
    for (std::size_t row = 0; row < upright_rows; row += kWidth) {
        upright == 4 ? lay_down<4>(last + row * kLanes) : lay_down<kWidth / 2>(last + row * kLanes);
    }
}

/// Samples of a last vector whose input gradients are summed with post units along the vectors, so that no lane is
/// idle; 0 where too many lanes are used, or there are too few terms. The same for all variants, as it decides on the
/// order of sums.
constexpr std::size_t kMostLying = 4;
constexpr std::size_t kLeastLyingTerms = 4 * kPanelUnits;
inline std::size_t lying_samples(std::size_t samples, std::size_t terms) {
    const std::size_t rest = samples % kLanes;
    return rest <= kMostLying && terms >= kLeastLyingTerms ? rest : 0;
}

/// Up to 16 floats, zeros behind them.
struct PaddedPanel {
    alignas(64) float units[kPanelUnits] = {};
    PaddedPanel(const float* from, std::size_t count) {
        for (std::size_t unit = 0; unit < count; ++unit) units[unit] = from[unit];
    }
};

/// Adds the 16 sums of each of four samples: in halves until one is left.
inline Quad add_sums(const float (&sums)[kMostLying][kPanelUnits]) {
    static_assert(kMostLying == 4);
    const auto quarters = [&](std::size_t s) {
        return (load_quad(sums[s]) + load_quad(sums[s] + 8)) + (load_quad(sums[s] + 4) + load_quad(sums[s] + 12));
    };
    const Quad a = quarters(0);
    const Quad b = quarters(1);
    const Quad c = quarters(2);
    const Quad d = quarters(3);
    const Quad ab = __builtin_shufflevector(a, b, 0, 4, 1, 5) + __builtin_shufflevector(a, b, 2, 6, 3, 7);
    const Quad cd = __builtin_shufflevector(c, d, 0, 4, 1, 5) + __builtin_shufflevector(c, d, 2, 6, 3, 7);
    return __builtin_shufflevector(ab, cd, 0, 1, 4, 5) + __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
}

/// input_gradient[j, s] for kColumns pre units j from `pre_unit` on and the last samples s, `used` of them. Terms are
/// summed by (post unit modulo 16); these sums are added last.
template <std::size_t kColumns>
void lying_tile(const DenseDataGradient& work, std::size_t pre_unit, std::size_t used) {
    alignas(64) float sums[kColumns][kMostLying][kPanelUnits];
    const float* weights = work.weights + pre_unit * work.post;
    const float* gradients = work.gradient_panels + (work.samples - used) * kPanelUnits;
    const std::size_t panel_step = work.samples * kPanelUnits;
    const std::size_t whole_panels = work.post / kPanelUnits;
    const std::size_t rest = work.post % kPanelUnits;
    std::size_t place[kMostLying];  // of samples that do not exist: any
    for (std::size_t s = 0; s < kMostLying; ++s) place[s] = smaller(s, used - 1) * kPanelUnits;
    for (std::size_t part = 0; part < kPanelUnits; part += kWidth) {
        Vector sum[kColumns][kMostLying];
#pragma GCC unroll 8
        for (std::size_t j = 0; j < kColumns; ++j) {
#pragma GCC unroll 4
            for (std::size_t s = 0; s < kMostLying; ++s) sum[j][s] = Vector{};
        }
        const float* gradient = gradients + part;
        for (std::size_t panel = 0; panel < whole_panels; ++panel) {
            Vector g[kMostLying];
#pragma GCC unroll 4
            for (std::size_t s = 0; s < kMostLying; ++s) g[s] = held(load(gradient + place[s]));
#pragma GCC unroll 8
            for (std::size_t j = 0; j < kColumns; ++j) {
                const Vector w = held(load_unaligned(weights + j * work.post + panel * kPanelUnits + part));
#pragma GCC unroll 4
                for (std::size_t s = 0; s < kMostLying; ++s) sum[j][s] += w * g[s];
            }
            gradient += panel_step;
        }
#pragma GCC unroll 8
        for (std::size_t j = 0; j < kColumns; ++j) {
            if (rest > 0) {
                const PaddedPanel last(weights + j * work.post + whole_panels * kPanelUnits, rest);
                const Vector w = load(last.units + part);
#pragma GCC unroll 4
                for (std::size_t s = 0; s < kMostLying; ++s) sum[j][s] += w * load(gradient + place[s]);
            }
#pragma GCC unroll 4
            for (std::size_t s = 0; s < kMostLying; ++s) store(sums[j][s] + part, sum[j][s]);
        }
    }
    float* output = work.input_gradient + ((work.samples - used) / kLanes * work.pre + pre_unit) * kLanes;
    for (std::size_t j = 0; j < kColumns; ++j) {
        float* lanes = output + j * kLanes;
        for (std::size_t lane = 0; lane < kLanes; lane += kWidth) store(lanes + lane, Vector{});
        store_quad(lanes, add_sums(sums[j]));
        for (std::size_t lane = used; lane < kMostLying; ++lane) lanes[lane] = 0.0F;
    }
}

template <std::size_t kColumns>
void lying_tile_of(const DenseDataGradient& work, std::size_t pre_unit, std::size_t columns, std::size_t used) {
    if (columns == kColumns) return lying_tile<kColumns>(work, pre_unit, used);
    if constexpr (kColumns > 1) lying_tile_of<kColumns - 1>(work, pre_unit, columns, used);
}

void dense_data_gradient(const DenseDataGradient& work) {
    const DenseTile tile{.start = SumStart::fresh,
                         .biases = nullptr,
                         .weights = work.weights + work.pre_begin * work.post,
                         .row_step = work.post,
                         .term_step = 1,
                         .terms = work.post,
                         .input = work.output_gradient,
                         .input_block_step = work.post * kLanes,
                         .output = work.input_gradient + work.pre_begin * kLanes,
                         .output_block_step = work.pre * kLanes,
                         .vector = 0};
    const bool has_last = work.block_end * kLanes > work.samples;
    const std::size_t lying = has_last ? lying_samples(work.samples, work.post) : 0;
    const std::size_t whole_end = lying == 0 ? work.block_end : work.block_end - 1;
    const std::size_t first = vectors_until(work.block_begin, work.samples);
    const std::size_t end = vectors_until(whole_end, work.samples);
    if (first < end) {
        for_each_run(tile,
                     [&](const DenseTile& run) { dense_vectors(run, work.pre_end - work.pre_begin, first, end); });
    }
    if (lying == 0) return;
    constexpr std::size_t kMostColumns = kSums / kMostLying;
    std::size_t unit = work.pre_begin;
    while (unit < work.pre_end) {
        const std::size_t columns = largest_piece(work.pre_end - unit, kMostColumns);
        lying_tile_of<kMostColumns>(work, unit, columns, lying);
        unit += columns;
    }
}

}  // namespace
}  // namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT
