// What a pass over a column's weights reads of them, in AVX-512: signs of updates are compare-to-mask, and |update| is
// added to the sums in registers under the rows' bits as masks.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "analysis/ledger/kernels/row_blocks.hpp"

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

constexpr std::size_t kVectorRows = 8;
/// Vectors of eight rows whose |update| are added in single precision.
constexpr std::size_t kVectorsInSingle = kRowsInSingle / kVectorRows;

/// Signs of the 32 rows from `before` on, as part `half` of the planes. A NaN counts as greater than zero.
inline void note_signs(const float* before, const float* after, std::size_t half, BlockSigns& signs) {
    const __m512 zero = _mm512_setzero_ps();
    for (std::size_t quarter = 2 * half; quarter < 2 * half + 2; ++quarter) {
        const __m512 old = _mm512_loadu_ps(before);
        const __m512 young = _mm512_loadu_ps(after);
        const __m512 change = _mm512_sub_ps(young, old);
        const auto note = [quarter](BlockPlane& plane, __mmask16 rows) {
            __builtin_memcpy(reinterpret_cast<char*>(plane) + quarter * sizeof(rows), &rows, sizeof(rows));
        };
        const __mmask16 minus = _mm512_cmp_ps_mask(old, zero, _CMP_LT_OQ);
        const __mmask16 plus = _mm512_cmp_ps_mask(old, zero, _CMP_NLE_UQ);
        note(signs.receptor_minus, minus);
        note(signs.receptor_plus, plus);
        note(signs.change_minus, _mm512_cmp_ps_mask(change, zero, _CMP_LT_OQ));
        note(signs.change_plus, _mm512_cmp_ps_mask(change, zero, _CMP_NLE_UQ));
        note(signs.switched, _kor_mask16(_mm512_mask_cmp_ps_mask(minus, young, zero, _CMP_GT_OQ),
                                         _mm512_mask_cmp_ps_mask(plus, young, zero, _CMP_LT_OQ)));
        before += 16;
        after += 16;
    }
}

/// Masks for vectors of two times eight rows: rows 8 v .. 8 v + 7 of a block's first 128 rows, then of its second.
struct RowMasks {
    alignas(32) __mmask16 rows[kVectorsInSingle];

    explicit RowMasks(const BlockPlane& plane) {
        const __m128i first = _mm_load_si128(reinterpret_cast<const __m128i*>(plane));
        const __m128i second = _mm_load_si128(reinterpret_cast<const __m128i*>(plane + 2));
        _mm_store_si128(reinterpret_cast<__m128i*>(rows), _mm_unpacklo_epi8(first, second));
        _mm_store_si128(reinterpret_cast<__m128i*>(rows + 8), _mm_unpackhi_epi8(first, second));
    }
};

/// Rows 8 v .. 8 v + 7 of a block's first 128 rows and of its second.
inline __m512 two_vectors(const float* rows, std::size_t v) {
    const __m512 first = _mm512_castps256_ps512(_mm256_loadu_ps(rows + kVectorRows * v));
    return _mm512_insertf32x8(first, _mm256_loadu_ps(rows + kRowsInSingle + kVectorRows * v), 1);
}

/// Adds the sums of the first 128 rows, then those of the second.
inline void add_to_lanes(double (&sums)[kSumLanes], __m512 sizes) {
    const __m512d first = _mm512_cvtps_pd(_mm512_castps512_ps256(sizes));
    const __m512d second = _mm512_cvtps_pd(_mm512_extractf32x8_ps(sizes, 1));
    _mm512_store_pd(sums, _mm512_add_pd(_mm512_add_pd(_mm512_load_pd(sums), first), second));
}

/// Adds |update| of a block's rows to the sums of the cells of weights that are not zero. A NaN ends in a sum.
inline void add_sizes(const float* before, const float* after, std::size_t vectors, const BlockClasses& classes,
                      UpdateCells& cells) {
    const RowMasks masks[2][3] = {
        {RowMasks(classes.timed[0][0]), RowMasks(classes.timed[0][1]), RowMasks(classes.timed[0][2])},
        {RowMasks(classes.timed[2][0]), RowMasks(classes.timed[2][1]), RowMasks(classes.timed[2][2])}};
    const __m512 zero = _mm512_setzero_ps();
    __m512 falls[2][3] = {{zero, zero, zero}, {zero, zero, zero}};
    __m512 rises[2][3] = {{zero, zero, zero}, {zero, zero, zero}};
    for (std::size_t v = 0; v < (vectors < kVectorsInSingle ? vectors : kVectorsInSingle); ++v) {
        const __m512 update = _mm512_sub_ps(two_vectors(after, v), two_vectors(before, v));
        const __m512 rise = _mm512_max_ps(zero, update);
        const __m512 fall = _mm512_min_ps(zero, update);
        for (std::size_t r = 0; r < 2; ++r) {
            for (std::size_t t = 0; t < 3; ++t) {
                const __mmask16 rows = masks[r][t].rows[v];
                rises[r][t] = _mm512_mask_add_ps(rises[r][t], rows, rises[r][t], rise);
                falls[r][t] = _mm512_mask_sub_ps(falls[r][t], rows, falls[r][t], fall);
            }
        }
    }
    for (std::size_t r = 0; r < 2; ++r) {
        for (std::size_t t = 0; t < 3; ++t) {
            double(*sums)[kSumLanes] = cells.absolute_update + (2 * r * 3 + t) * 3;
            add_to_lanes(sums[0], falls[r][t]);
            add_to_lanes(sums[2], rises[r][t]);
        }
    }
}

/// The same for rows without firing pairs, which may be all those of a silent column.
inline void add_untimed(const float* before, const float* after, std::size_t vectors, const BlockPlane& rows,
                        double (&sums)[kSumLanes]) {
    const RowMasks masks(rows);
    __m512 sizes = _mm512_setzero_ps();
    for (std::size_t v = 0; v < (vectors < kVectorsInSingle ? vectors : kVectorsInSingle); ++v) {
        const __m512 update = _mm512_sub_ps(two_vectors(after, v), two_vectors(before, v));
        sizes = _mm512_mask_add_ps(sizes, masks.rows[v], sizes, _mm512_abs_ps(update));
    }
    add_to_lanes(sums, sizes);
}

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
