// The pass over weight updates in AVX2, 32 rows at a time. Signs are narrowed to bytes, so that the place in the
// histogram is computed once for 32 rows; counts are populations of sign bits, 64 rows at a time; only the sums of
// |update| are added row by row.

#include <immintrin.h>

#include "analysis/ledger/kernels/bytes_avx2.hpp"
#include "analysis/ledger/kernels/row_bits.hpp"

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

/// The signs of 32 numbers of 32 bits as bytes -1, 0, +1; bytes 4 v .. 4 v + 3 are the first four of vector v,
/// bytes 16 + 4 v .. its last four. Of floats (as their bits) neither -0.0 nor NaN may be among them.
inline __m256i byte_signs(const __m256i (&values)[4]) {
    const __m256i low = _mm256_packs_epi32(values[0], values[1]);
    const __m256i high = _mm256_packs_epi32(values[2], values[3]);
    return _mm256_sign_epi8(_mm256_set1_epi8(1), _mm256_packs_epi16(low, high));
}

/// Turns -0.0 into 0.0 and leaves all else.
inline __m256i without_minus_zero(__m256 values) {
    return _mm256_castps_si256(_mm256_add_ps(values, _mm256_setzero_ps()));
}

/// All bits of lane l where bit l of `rows` is set.
inline __m256i lanes_of(std::uint32_t rows) {
    const __m256i bits = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    return _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32(static_cast<int>(rows)), bits), bits);
}

/// sums[place * kSumLanes] += size for two rows.
inline void add_two(__m128d sizes, const std::uint8_t* places, double* sums) {
    sums[places[0] * kSumLanes] += _mm_cvtsd_f64(sizes);
    sums[places[1] * kSumLanes + 1] += _mm_cvtsd_f64(_mm_unpackhi_pd(sizes, sizes));
}

inline void add_eight(__m256 sizes, const std::uint8_t* first_four, const std::uint8_t* last_four, double* sums) {
    const __m256d low = _mm256_cvtps_pd(_mm256_castps256_ps128(sizes));
    const __m256d high = _mm256_cvtps_pd(_mm256_extractf128_ps(sizes, 1));
    add_two(_mm256_castpd256_pd128(low), first_four, sums);
    add_two(_mm256_extractf128_pd(low, 1), first_four + 2, sums + 2);
    add_two(_mm256_castpd256_pd128(high), last_four, sums + 4);
    add_two(_mm256_extractf128_pd(high, 1), last_four + 2, sums + 6);
}

inline __m256i three_times(__m256i bytes) {
    return _mm256_add_epi8(_mm256_add_epi8(bytes, bytes), bytes);
}

/// Adds the sums of |update| of 32 rows and notes their signs in half (0 or 1) of `bits`. Unless kAll, bit r of
/// `counted` says which rows count; the others are not read, and add 0.0.
template <bool kAll>
inline void tally_32(const float* before, const float* after, const std::int32_t* pre_first,
                     const std::int32_t* post_first, std::uint32_t counted, unsigned half, RowBits& bits, __m256& nan,
                     UpdateCells& cells) {
    const __m256 size_bits = _mm256_castsi256_ps(_mm256_set1_epi32(0x7FFFFFFF));
    __m256i receptors[4];
    __m256i changes[4];
    __m256i receptors_after[4];
    __m256i timings[4];
    __m256i pairs[4];
    __m256i rows[4];
    __m256 sizes[4];
    for (unsigned v = 0; v < 4; ++v) {
        __m256 old;
        __m256 young;
        if constexpr (kAll) {
            old = _mm256_loadu_ps(before + 8 * v);
            young = _mm256_loadu_ps(after + 8 * v);
        } else {
            rows[v] = lanes_of(counted >> (8 * v) & 0xFFU);
            old = _mm256_maskload_ps(before + 8 * v, rows[v]);
            young = _mm256_maskload_ps(after + 8 * v, rows[v]);
        }
        const __m256 update = _mm256_sub_ps(young, old);
        nan = _mm256_or_ps(nan, _mm256_cmp_ps(update, update, _CMP_UNORD_Q));
        sizes[v] = _mm256_and_ps(update, size_bits);
        receptors[v] = without_minus_zero(old);
        receptors_after[v] = without_minus_zero(young);
        changes[v] = without_minus_zero(update);
        const __m256i first = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(pre_first + 8 * v));
        const __m256i last = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(post_first + 8 * v));
        timings[v] = _mm256_sub_epi32(first, last);
        pairs[v] = _mm256_or_si256(first, last);
    }
    const __m256i zero = _mm256_setzero_si256();
    const __m256i receptor = byte_signs(receptors);
    const __m256i timing = byte_signs(timings);
    const __m256i change = byte_signs(changes);
    // Without firing pairs, an unchanged weight has timing 0, a changed one none at all.
    const __m256i silent = _mm256_cmpeq_epi8(byte_signs(pairs), zero);
    const __m256i untimed = _mm256_andnot_si256(_mm256_cmpeq_epi8(change, zero), silent);
    const __m256i place = _mm256_add_epi8(three_times(_mm256_add_epi8(three_times(receptor), timing)),
                                          _mm256_add_epi8(change, _mm256_set1_epi8(13)));
    alignas(32) std::uint8_t places[32];
    _mm256_store_si256(reinterpret_cast<__m256i*>(places),
                       _mm256_blendv_epi8(place, _mm256_set1_epi8(static_cast<char>(kUntimedCell)), untimed));
    double* const sums = &cells.absolute_update[0][0];
    for (unsigned v = 0; v < 4; ++v) add_eight(sizes[v], places + 4 * v, places + 16 + 4 * v, sums);

    const auto note = [half](std::uint64_t& word, std::uint32_t signs_of_half) {
        word |= static_cast<std::uint64_t>(signs_of_half) << (32 * half);
    };
    if constexpr (kAll) {
        note(bits.counted, 0xFFFFFFFFU);
    } else {
        note(bits.counted, sign_bits(byte_signs(rows)));
    }
    note(bits.receptor_minus, sign_bits(receptor));
    note(bits.receptor_plus, sign_bits(_mm256_cmpgt_epi8(receptor, zero)));
    note(bits.timing_minus, sign_bits(timing));
    note(bits.timing_plus, sign_bits(_mm256_cmpgt_epi8(timing, zero)));
    note(bits.change_minus, sign_bits(change));
    note(bits.change_plus, sign_bits(_mm256_cmpgt_epi8(change, zero)));
    note(bits.untimed, sign_bits(untimed));
    note(bits.switched, sign_bits(_mm256_sign_epi8(receptor, byte_signs(receptors_after))));
}

/// Which of the 32 rows from `row` on exist and are members.
inline std::uint32_t rows_counted(std::size_t row, std::size_t rows, const std::uint16_t* members) {
    const std::uint32_t exist = rows - row >= 32 ? 0xFFFFFFFFU : (1U << (rows - row)) - 1U;
    if (members == nullptr) return exist;
    std::uint32_t belong = members[row / 16];
    if (row + 16 < rows) belong |= static_cast<std::uint32_t>(members[row / 16 + 1]) << 16U;
    return exist & belong;
}

bool tally_updates(const float* before, const float* after, std::size_t rows, const std::int32_t* pre_first,
                   const std::int32_t* post_first, const std::uint16_t* members, UpdateCells& cells) {
    __m256 nan = _mm256_setzero_ps();
    for (std::size_t begin = 0; begin < rows; begin += 64) {
        RowBits bits;
        for (unsigned half = 0; half < 2 && begin + 32 * half < rows; ++half) {
            const std::size_t row = begin + 32 * half;
            const std::uint32_t counted = rows_counted(row, rows, members);
            if (counted == 0xFFFFFFFFU) {
                tally_32<true>(before + row, after + row, pre_first + row, post_first + row, counted, half, bits, nan,
                               cells);
            } else {
                tally_32<false>(before + row, after + row, pre_first + row, post_first + row, counted, half, bits, nan,
                                cells);
            }
        }
        count_cells(bits, cells);
    }
    return _mm256_movemask_ps(nan) != 0;
}

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
