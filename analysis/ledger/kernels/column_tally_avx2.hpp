// The pass over one column of a dense layer's weights in AVX2, 128 rows at a time: signs become bits, bits are counted,
// and bits choose, row by row, to which of the sums in registers |update| is added.

#include <immintrin.h>

#include "analysis/ledger/kernels/row_bits.hpp"

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

constexpr std::size_t kVectorRows = 8;
constexpr std::size_t kHalves = kRowsInSingle / 32;

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

/// Signs of the 32 rows from `before` on, as bits in the lower (half 0) or upper half of `bits`.
inline void note_signs(const float* before, const float* after, unsigned half, RowBits& bits) {
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
    const auto note = [half](std::uint64_t& word, std::uint32_t rows) {
        word |= static_cast<std::uint64_t>(rows) << (32 * half);
    };
    note(bits.receptor_minus, receptor.minus);
    note(bits.receptor_plus, ~(receptor.minus | receptor.zero));
    note(bits.change_minus, change.minus);
    note(bits.change_plus, ~(change.minus | change.zero));
    note(bits.switched, (receptor.minus ^ receptor_after.minus) & ~(receptor.zero | receptor_after.zero));
}

/// Rows of 128 whose |update| goes to one sum: bit r of word r / 32.
using RowsOfSum = std::uint32_t[kHalves];

inline void store_halves(RowsOfSum& rows, std::size_t word, std::uint64_t bits) {
    rows[2 * word] = static_cast<std::uint32_t>(bits);
    rows[2 * word + 1] = static_cast<std::uint32_t>(bits >> 32U);
}

/// Sign bits say which of the eight rows of vector v of a half have their bit set.
inline __m256 rows_of_vector(__m256i half, std::size_t v) {
    alignas(32) static constexpr std::int32_t kShifts[4][kVectorRows] = {{31, 30, 29, 28, 27, 26, 25, 24},
                                                                         {23, 22, 21, 20, 19, 18, 17, 16},
                                                                         {15, 14, 13, 12, 11, 10, 9, 8},
                                                                         {7, 6, 5, 4, 3, 2, 1, 0}};
    const __m256i shifts = _mm256_load_si256(reinterpret_cast<const __m256i*>(kShifts[v]));
    return _mm256_castsi256_ps(_mm256_sllv_epi32(half, shifts));
}
inline __m256i broadcast_half(const RowsOfSum& rows, std::size_t half) {
    return _mm256_set1_epi32(static_cast<int>(rows[half]));
}

inline void add_to_lanes(double (&sums)[kSumLanes], __m256 sizes) {
    const __m256d low = _mm256_cvtps_pd(_mm256_castps256_ps128(sizes));
    const __m256d high = _mm256_cvtps_pd(_mm256_extractf128_ps(sizes, 1));
    _mm256_store_pd(sums, _mm256_add_pd(_mm256_load_pd(sums), low));
    _mm256_store_pd(sums + 4, _mm256_add_pd(_mm256_load_pd(sums + 4), high));
}

/// Adds |update| of the rows of each timing to its sums, sums[3 t] of weights that fell, sums[3 t + 2] of those that
/// rose. A NaN ends in a sum.
inline void add_sizes(const float* before, const float* after, std::size_t halves, const RowsOfSum (&rows)[3],
                      double (*sums)[kSumLanes]) {
    const __m256 zero = _mm256_setzero_ps();
    __m256 rises[3] = {zero, zero, zero};
    __m256 falls[3] = {zero, zero, zero};
    for (std::size_t half = 0; half < halves; ++half) {
        const __m256i chosen[3] = {broadcast_half(rows[0], half), broadcast_half(rows[1], half),
                                   broadcast_half(rows[2], half)};
#pragma GCC unroll 4
        for (std::size_t v = 0; v < 4; ++v) {
            const std::size_t row = 32 * half + kVectorRows * v;
            const __m256 update = _mm256_sub_ps(_mm256_loadu_ps(after + row), _mm256_loadu_ps(before + row));
            const __m256 rise = _mm256_max_ps(zero, update);
            const __m256 fall = _mm256_min_ps(zero, update);
            for (std::size_t t = 0; t < 3; ++t) {
                const __m256 where = rows_of_vector(chosen[t], v);
                rises[t] = _mm256_add_ps(rises[t], _mm256_blendv_ps(zero, rise, where));
                falls[t] = _mm256_add_ps(falls[t], _mm256_blendv_ps(zero, fall, where));
            }
        }
    }
    for (std::size_t t = 0; t < 3; ++t) {
        add_to_lanes(sums[3 * t], _mm256_sub_ps(zero, falls[t]));
        add_to_lanes(sums[3 * t + 2], rises[t]);
    }
}

/// The same for rows without firing pairs, which may be all those of a silent column.
inline void add_untimed(const float* before, const float* after, std::size_t halves, const RowsOfSum& rows,
                        double (&sums)[kSumLanes]) {
    const __m256 zero = _mm256_setzero_ps();
    const __m256 size_bits = _mm256_castsi256_ps(_mm256_set1_epi32(0x7FFFFFFF));
    __m256 sizes = zero;
    for (std::size_t half = 0; half < halves; ++half) {
        for (std::size_t v = 0; v < 4; ++v) {
            const std::size_t row = 32 * half + kVectorRows * v;
            const __m256 update = _mm256_sub_ps(_mm256_loadu_ps(after + row), _mm256_loadu_ps(before + row));
            const __m256 where = rows_of_vector(broadcast_half(rows, half), v);
            sizes = _mm256_add_ps(sizes, _mm256_blendv_ps(zero, _mm256_and_ps(update, size_bits), where));
        }
    }
    add_to_lanes(sums, sizes);
}

/// The rare weights that are exact zeros, one by one.
__attribute__((noinline)) void add_without_receptor(const float* before, const float* after, std::uint64_t rows,
                                                    const RowBits& bits, UpdateCells& cells) {
    for (; rows != 0; rows &= rows - 1) {
        const auto row = static_cast<std::size_t>(__builtin_ctzll(rows));
        const float update = after[row] - before[row];
        const std::size_t t = 1 + (bits.timing_plus >> row & 1U) - (bits.timing_minus >> row & 1U);
        const std::size_t c = update < 0.0F ? 0 : 2;
        cells.absolute_update[(3 + t) * 3 + c][row % kSumLanes] +=
            static_cast<double>(update < 0.0F ? -update : update);
    }
}

/// Up to kRowsInSingle rows, whose first is that of `word`; 32 rows are read whole.
inline void tally_rows(const float* before, const float* after, std::size_t rows, std::size_t word,
                       const RowTiming& timing, const std::uint64_t* members, const RowSignPlanes& receptors,
                       UpdateCells& cells) {
    RowsOfSum receptor_minus[3];
    RowsOfSum receptor_plus[3];
    RowsOfSum untimed;
    std::uint64_t some_untimed = 0;
    for (std::size_t each = 0; each < kRowsInSingle / 64; ++each) {
        RowBits bits;
        const std::size_t first = 64 * each;
        if (first < rows) {
            note_signs(before + first, after + first, 0, bits);
            if (first + 32 < rows) note_signs(before + first + 32, after + first + 32, 1, bits);
            bits.counted = rows - first >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << (rows - first)) - 1U;
        }
        receptors.minus[word + each] = bits.receptor_minus & bits.counted;
        receptors.plus[word + each] = bits.receptor_plus & bits.counted;
        if (members != nullptr) bits.counted &= members[word + each];
        bits.timing_plus = timing.pre_first[word + each];
        bits.timing_minus = timing.post_first[word + each];
        const std::uint64_t fired = timing.fired[word + each];
        const std::uint64_t changed = bits.change_minus | bits.change_plus;
        bits.untimed = changed & ~fired;
        count_cells(bits, cells);
        const std::uint64_t minus = bits.receptor_minus & bits.counted;
        const std::uint64_t plus = bits.receptor_plus & bits.counted;
        const std::uint64_t none = bits.counted & ~(minus | plus) & changed & fired;
        const std::uint64_t timings[3] = {bits.timing_minus, fired & ~(bits.timing_minus | bits.timing_plus),
                                          bits.timing_plus};
        for (std::size_t t = 0; t < 3; ++t) {
            store_halves(receptor_minus[t], each, minus & timings[t]);
            store_halves(receptor_plus[t], each, plus & timings[t]);
        }
        store_halves(untimed, each, bits.untimed & bits.counted);
        some_untimed |= bits.untimed & bits.counted;
        if (none != 0) add_without_receptor(before + first, after + first, none, bits, cells);
    }
    const std::size_t halves = (rows + 31) / 32;
    add_sizes(before, after, halves, receptor_minus, cells.absolute_update);
    add_sizes(before, after, halves, receptor_plus, cells.absolute_update + 18);
    if (some_untimed != 0) add_untimed(before, after, halves, untimed, cells.absolute_update[kUntimedCell]);
}

void tally_column(const float* before, const float* after, std::size_t rows, const RowTiming& timing,
                  const std::uint64_t* members, const RowSignPlanes& receptors, UpdateCells& cells) {
    std::size_t row = 0;
    for (; row + kRowsInSingle <= rows; row += kRowsInSingle) {
        tally_rows(before + row, after + row, kRowsInSingle, row / 64, timing, members, receptors, cells);
    }
    if (row == rows) return;
    // Signs are read 32 rows at a time.
    const std::size_t left = rows - row;
    alignas(32) float last_before[kRowsInSingle];
    alignas(32) float last_after[kRowsInSingle];
    __builtin_memset(last_before + left / 32 * 32, 0, 32 * sizeof(float));
    __builtin_memset(last_after + left / 32 * 32, 0, 32 * sizeof(float));
    __builtin_memcpy(last_before, before + row, left * sizeof(float));
    __builtin_memcpy(last_after, after + row, left * sizeof(float));
    tally_rows(last_before, last_after, left, row / 64, timing, members, receptors, cells);
}

/// 32 rows a turn: the words' lower bytes hold eight samples, their upper bytes eight more, and a byte's uppermost bits
/// can be taken at once.
void transpose_words(const std::uint16_t* words, std::size_t rows, std::size_t lanes, std::uint64_t* planes,
                     std::size_t plane_words) {
    const std::size_t halves = 2 * plane_words;
    auto* out = reinterpret_cast<char*>(planes);
    for (std::size_t half = 0; half < halves; ++half) {
        alignas(32) std::uint16_t last[32] = {};
        const std::uint16_t* from = words + 32 * half;
        if (32 * half >= rows) {
            from = last;
        } else if (rows - 32 * half < 32) {
            __builtin_memcpy(last, from, (rows - 32 * half) * sizeof(*words));
            from = last;
        }
        const __m256i first = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
        const __m256i second = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + 16));
        const __m256i byte = _mm256_set1_epi16(0xFF);
        const auto in_order = [](__m256i bytes) { return _mm256_permute4x64_epi64(bytes, 0xD8); };
        __m256i samples[2] = {
            in_order(_mm256_packus_epi16(_mm256_and_si256(first, byte), _mm256_and_si256(second, byte))),
            in_order(_mm256_packus_epi16(_mm256_srli_epi16(first, 8), _mm256_srli_epi16(second, 8)))};
        for (std::size_t lane = 16; lane-- > 0;) {
            __m256i& bytes = samples[lane / 8];
            const int rows_of_lane = _mm256_movemask_epi8(bytes);
            bytes = _mm256_add_epi8(bytes, bytes);
            if (lane >= lanes) continue;
            __builtin_memcpy(out + (lane * plane_words * 2 + half) * sizeof(rows_of_lane), &rows_of_lane,
                             sizeof(rows_of_lane));
        }
    }
}

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
