// What a pass over a column's weights reads of them, in AVX2: signs of updates become bits, and |update| times 0 or 1,
// looked up by the bits of eight rows, is added to the sums in registers.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "analysis/ledger/kernels/row_blocks.hpp"

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

constexpr std::size_t kVectorRows = 8;

/// Signs of 32 numbers as bits, bit r of row r. Of floats (as their bits) neither -0.0 nor NaN may be among them.
struct SignBits {
    std::uint32_t minus;
    std::uint32_t zero;

    explicit SignBits(const __m256i (&numbers)[4]) {
        const __m256i low = _mm256_packs_epi32(numbers[0], numbers[1]);
        const __m256i high = _mm256_packs_epi32(numbers[2], numbers[3]);
        const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
        const __m256i bytes = _mm256_permutevar8x32_epi32(_mm256_packs_epi16(low, high), order);
        minus = static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes));
        zero = static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256())));
    }
};

/// Turns -0.0 into 0.0 and leaves all else.
inline __m256i plain_zero(__m256 values) {
    return _mm256_castps_si256(_mm256_add_ps(values, _mm256_setzero_ps()));
}

/// Signs of the 32 rows from `before` on, as part `half` of the planes.
inline void note_signs(const float* before, const float* after, std::size_t half, BlockSigns& signs) {
    __m256i receptors[4];
    __m256i changes[4];
    __m256i receptors_after[4];
    for (unsigned v = 0; v < 4; ++v) {
        const __m256 old = _mm256_loadu_ps(before + kVectorRows * v);
        const __m256 young = _mm256_loadu_ps(after + kVectorRows * v);
        receptors[v] = plain_zero(old);
        receptors_after[v] = plain_zero(young);
        changes[v] = plain_zero(_mm256_sub_ps(young, old));
    }
    const SignBits receptor(receptors);
    const SignBits receptor_after(receptors_after);
    const SignBits change(changes);
    const auto note = [half](BlockPlane& plane, std::uint32_t rows) {
        __builtin_memcpy(reinterpret_cast<char*>(plane) + half * sizeof(rows), &rows, sizeof(rows));
    };
    note(signs.receptor_minus, receptor.minus);
    note(signs.receptor_plus, ~(receptor.minus | receptor.zero));
    note(signs.change_minus, change.minus);
    note(signs.change_plus, ~(change.minus | change.zero));
    note(signs.switched, (receptor.minus ^ receptor_after.minus) & ~(receptor.zero | receptor_after.zero));
}

struct FactorTable {
    alignas(32) float factors[256][kVectorRows];
};
/// By the bits of eight rows: 1 where the bit is set, else 0.
inline constexpr FactorTable kFactors = [] {
    FactorTable table{};
    for (unsigned bits = 0; bits < 256; ++bits) {
        for (unsigned row = 0; row < kVectorRows; ++row) {
            table.factors[bits][row] = static_cast<float>(bits >> row & 1U);
        }
    }
    return table;
}();

/// Factors of the rows of vector v of a plane.
inline __m256 factors_of(const BlockPlane& plane, std::size_t v) {
    return _mm256_load_ps(kFactors.factors[reinterpret_cast<const unsigned char*>(plane)[v]]);
}

inline void add_to_lanes(double (&sums)[kSumLanes], __m256 sizes) {
    const __m256d low = _mm256_cvtps_pd(_mm256_castps256_ps128(sizes));
    const __m256d high = _mm256_cvtps_pd(_mm256_extractf128_ps(sizes, 1));
    _mm256_store_pd(sums, _mm256_add_pd(_mm256_load_pd(sums), low));
    _mm256_store_pd(sums + 4, _mm256_add_pd(_mm256_load_pd(sums + 4), high));
}

/// Vectors whose |update| are added in single precision.
constexpr std::size_t kVectorsInSingle = kRowsInSingle / kVectorRows;

inline void add_sizes_of(const float* before, const float* after, std::size_t begin, std::size_t end,
                         const BlockClasses& classes, UpdateCells& cells) {
    const __m256 zero = _mm256_setzero_ps();
    __m256 falls[2][3] = {{zero, zero, zero}, {zero, zero, zero}};
    __m256 rises[2][3] = {{zero, zero, zero}, {zero, zero, zero}};
    for (std::size_t v = begin; v < end; ++v) {
        const __m256 update =
            _mm256_sub_ps(_mm256_loadu_ps(after + kVectorRows * v), _mm256_loadu_ps(before + kVectorRows * v));
        const __m256 rise = _mm256_max_ps(_mm256_setzero_ps(), update);
        const __m256 fall = _mm256_min_ps(_mm256_setzero_ps(), update);
        for (std::size_t r = 0; r < 2; ++r) {
            for (std::size_t t = 0; t < 3; ++t) {
                const __m256 factors = factors_of(classes.timed[2 * r][t], v);
                rises[r][t] = _mm256_fmadd_ps(rise, factors, rises[r][t]);
                falls[r][t] = _mm256_fmadd_ps(fall, factors, falls[r][t]);
            }
        }
    }
    for (std::size_t r = 0; r < 2; ++r) {
        for (std::size_t t = 0; t < 3; ++t) {
            double(*sums)[kSumLanes] = cells.absolute_update + (2 * r * 3 + t) * 3;
            add_to_lanes(sums[0], _mm256_sub_ps(zero, falls[r][t]));
            add_to_lanes(sums[2], rises[r][t]);
        }
    }
}

/// Adds |update| of a block's rows to the sums of the cells of weights that are not zero. A NaN, or an infinity times
/// 0, ends in a sum.
inline void add_sizes(const float* before, const float* after, std::size_t vectors, const BlockClasses& classes,
                      UpdateCells& cells) {
    for (std::size_t begin = 0; begin < vectors; begin += kVectorsInSingle) {
        const std::size_t end = begin + kVectorsInSingle;
        add_sizes_of(before, after, begin, end < vectors ? end : vectors, classes, cells);
    }
}

/// The same for rows without firing pairs, which may be all those of a silent column.
inline void add_untimed(const float* before, const float* after, std::size_t vectors, const BlockPlane& rows,
                        double (&sums)[kSumLanes]) {
    const __m256 size_bits = _mm256_castsi256_ps(_mm256_set1_epi32(0x7FFFFFFF));
    for (std::size_t begin = 0; begin < vectors; begin += kVectorsInSingle) {
        const std::size_t end = begin + kVectorsInSingle < vectors ? begin + kVectorsInSingle : vectors;
        __m256 sizes = _mm256_setzero_ps();
        for (std::size_t v = begin; v < end; ++v) {
            const __m256 update =
                _mm256_sub_ps(_mm256_loadu_ps(after + kVectorRows * v), _mm256_loadu_ps(before + kVectorRows * v));
            sizes = _mm256_fmadd_ps(_mm256_and_ps(update, size_bits), factors_of(rows, v), sizes);
        }
        add_to_lanes(sums, sizes);
    }
}

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
