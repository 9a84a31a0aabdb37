// The pass over one column of a dense layer's weights in AVX2, 256 rows at a time: signs become planes of bits, bits
// are counted, and |update| times 0 or 1, looked up by the bits of eight rows, is added to the sums in registers.

#include <immintrin.h>

#include <cstdint>

#include "analysis/ledger/kernels/row_bits.hpp"

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

constexpr std::size_t kVectorRows = 8;
constexpr std::size_t kBlockRows = 64 * kRowVectorWords;
static_assert(kRowsInSingle % kBlockRows == 0);

/// Bits of up to 256 rows.
using BlockPlane = std::uint64_t[kRowVectorWords];

/// Signs of a block of rows; where a row does not exist, no bit is set.
struct BlockSigns {
    alignas(32) BlockPlane receptor_minus;
    alignas(32) BlockPlane receptor_plus;
    alignas(32) BlockPlane change_minus;
    alignas(32) BlockPlane change_plus;
    alignas(32) BlockPlane switched;
};

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

/// Rows by receptor and timing (minus, zero, plus), and those that changed without a firing pair.
struct BlockClasses {
    alignas(32) BlockPlane timed[3][3];
    alignas(32) BlockPlane untimed;
};

/// Sorts the rows of `counted`. Rows that did neither change nor fire have timing zero.
inline void sort_rows(const BlockSigns& signs, const RowTiming& timing, std::size_t first_word,
                      const BlockPlane& counted, BlockClasses& classes) {
    for (std::size_t word = 0; word < kRowVectorWords; ++word) {
        const std::uint64_t minus = signs.receptor_minus[word];
        const std::uint64_t plus = signs.receptor_plus[word];
        const std::uint64_t changed = signs.change_minus[word] | signs.change_plus[word];
        const std::uint64_t untimed = counted[word] & changed & ~timing.fired[first_word + word];
        const std::uint64_t timed = counted[word] & ~untimed;
        const std::uint64_t receptors[3] = {timed & minus, timed & ~(minus | plus), timed & plus};
        const std::uint64_t pre_first = timing.pre_first[first_word + word];
        const std::uint64_t post_first = timing.post_first[first_word + word];
        for (std::size_t r = 0; r < 3; ++r) {
            classes.timed[r][0][word] = receptors[r] & post_first;
            classes.timed[r][1][word] = receptors[r] & ~(pre_first | post_first);
            classes.timed[r][2][word] = receptors[r] & pre_first;
        }
        classes.untimed[word] = untimed;
    }
}

inline bool has_rows(const BlockPlane& plane) {
    std::uint64_t some = 0;
    for (const std::uint64_t word : plane) some |= word;
    return some != 0;
}
inline std::uint64_t count_rows_in(const BlockPlane& a, const BlockPlane& b) {
    std::uint64_t rows = 0;
    for (std::size_t word = 0; word < kRowVectorWords; ++word) {
        rows += bits_in(a[word] & b[word]);
    }
    return rows;
}

inline void count_cells(const BlockSigns& signs, const BlockClasses& classes, const BlockPlane& counted,
                        UpdateCells& cells) {
    alignas(32) BlockPlane unchanged;
    for (std::size_t word = 0; word < kRowVectorWords; ++word) {
        unchanged[word] = counted[word] & ~(signs.change_minus[word] | signs.change_plus[word]);
    }
    const bool some_unchanged = has_rows(unchanged);
    for (std::size_t r = 0; r < 3; ++r) {
        for (std::size_t t = 0; t < 3; ++t) {
            const BlockPlane& rows = classes.timed[r][t];
            if (r == 1 && !has_rows(rows)) continue;  // weights are hardly ever zero
            std::uint64_t* count = cells.count + (r * 3 + t) * 3;
            count[0] += count_rows_in(rows, signs.change_minus);
            count[2] += count_rows_in(rows, signs.change_plus);
            if (some_unchanged) count[1] += count_rows_in(rows, unchanged);
        }
    }
    cells.count[kUntimedCell] += count_rows_in(classes.untimed, counted);
    cells.receptor_switches += count_rows_in(signs.switched, counted);
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

/// Sums of |update| in the making, by receptor (minus, plus) and timing; falls below zero.
struct ColumnSums {
    __m256 falls[2][3];
    __m256 rises[2][3];
    __m256 untimed;

    void clear() {
        for (std::size_t r = 0; r < 2; ++r) {
            for (std::size_t t = 0; t < 3; ++t) falls[r][t] = rises[r][t] = _mm256_setzero_ps();
        }
        untimed = _mm256_setzero_ps();
    }
    void add_to(UpdateCells& cells) const {
        for (std::size_t r = 0; r < 2; ++r) {
            for (std::size_t t = 0; t < 3; ++t) {
                double(*sums)[kSumLanes] = cells.absolute_update + (2 * r * 3 + t) * 3;
                add_to_lanes(sums[0], _mm256_sub_ps(_mm256_setzero_ps(), falls[r][t]));
                add_to_lanes(sums[2], rises[r][t]);
            }
        }
        add_to_lanes(cells.absolute_update[kUntimedCell], untimed);
    }
};

/// Adds |update| of a block's vectors first, first + 2, ... to the sums of the cells of weights that are not zero: even
/// and odd vectors have sums of their own. A NaN, or an infinity times 0, ends in a sum.
inline void add_sizes(const float* before, const float* after, std::size_t first, std::size_t vectors,
                      const BlockClasses& classes, ColumnSums& sums) {
    ColumnSums kept = sums;
    for (std::size_t v = first; v < vectors; v += 2) {
        const __m256 update =
            _mm256_sub_ps(_mm256_loadu_ps(after + kVectorRows * v), _mm256_loadu_ps(before + kVectorRows * v));
        const __m256 rise = _mm256_max_ps(_mm256_setzero_ps(), update);
        const __m256 fall = _mm256_min_ps(_mm256_setzero_ps(), update);
        for (std::size_t r = 0; r < 2; ++r) {
            for (std::size_t t = 0; t < 3; ++t) {
                const __m256 factors = factors_of(classes.timed[2 * r][t], v);
                kept.rises[r][t] = _mm256_fmadd_ps(rise, factors, kept.rises[r][t]);
                kept.falls[r][t] = _mm256_fmadd_ps(fall, factors, kept.falls[r][t]);
            }
        }
    }
    sums = kept;
}

/// The same for rows without firing pairs, which may be all those of a silent column.
inline void add_untimed(const float* before, const float* after, std::size_t first, std::size_t vectors,
                        const BlockPlane& rows, __m256& sum) {
    const __m256 size_bits = _mm256_castsi256_ps(_mm256_set1_epi32(0x7FFFFFFF));
    __m256 sizes = sum;
    for (std::size_t v = first; v < vectors; v += 2) {
        const __m256 update =
            _mm256_sub_ps(_mm256_loadu_ps(after + kVectorRows * v), _mm256_loadu_ps(before + kVectorRows * v));
        sizes = _mm256_fmadd_ps(_mm256_and_ps(update, size_bits), factors_of(rows, v), sizes);
    }
    sum = sizes;
}

/// The rare weights that are exact zeros and changed, one by one.
__attribute__((noinline)) void add_without_receptor(const float* before, const float* after, const BlockSigns& signs,
                                                    const BlockClasses& classes, UpdateCells& cells) {
    for (std::size_t t = 0; t < 3; ++t) {
        for (std::size_t word = 0; word < kRowVectorWords; ++word) {
            const std::uint64_t changed = signs.change_minus[word] | signs.change_plus[word];
            for (std::uint64_t rows = classes.timed[1][t][word] & changed; rows != 0; rows &= rows - 1) {
                const std::size_t row = 64 * word + static_cast<std::size_t>(__builtin_ctzll(rows));
                const float update = after[row] - before[row];
                const std::size_t c = update < 0.0F ? 0 : 2;
                cells.absolute_update[(3 + t) * 3 + c][row % kSumLanes] +=
                    static_cast<double>(update < 0.0F ? -update : update);
            }
        }
    }
}

/// Up to 256 rows, whose first is that of `word`; 32 rows are read whole.
inline void tally_rows(const float* before, const float* after, std::size_t rows, std::size_t word,
                       const RowTiming& timing, const std::uint64_t* members, const RowSignPlanes& receptors,
                       ColumnSums (&sums)[2], UpdateCells& cells) {
    BlockSigns signs;
    alignas(32) BlockPlane counted;
    if (rows < kBlockRows) signs = {};
    for (std::size_t half = 0; 32 * half < rows; ++half) note_signs(before + 32 * half, after + 32 * half, half, signs);
    for (std::size_t each = 0; each < kRowVectorWords; ++each) {
        const std::size_t first = 64 * each;
        counted[each] = rows >= first + 64 ? ~std::uint64_t{0}
                        : rows > first     ? (std::uint64_t{1} << (rows - first)) - 1U
                                           : 0;
        receptors.minus[word + each] = signs.receptor_minus[each] &= counted[each];
        receptors.plus[word + each] = signs.receptor_plus[each] &= counted[each];
        if (members != nullptr) counted[each] &= members[word + each];
    }
    BlockClasses classes;
    sort_rows(signs, timing, word, counted, classes);
    count_cells(signs, classes, counted, cells);
    const std::size_t vectors = 4 * ((rows + 31) / 32);
    for (std::size_t first = 0; first < 2; ++first) add_sizes(before, after, first, vectors, classes, sums[first]);
    if (has_rows(classes.untimed)) {
        for (std::size_t first = 0; first < 2; ++first) {
            add_untimed(before, after, first, vectors, classes.untimed, sums[first].untimed);
        }
    }
    if (has_rows(classes.timed[1][0]) || has_rows(classes.timed[1][1]) || has_rows(classes.timed[1][2])) {
        add_without_receptor(before, after, signs, classes, cells);
    }
}

void tally_column(const float* before, const float* after, std::size_t rows, const RowTiming& timing,
                  const std::uint64_t* members, const RowSignPlanes& receptors, UpdateCells& cells) {
    ColumnSums sums[2];  // of even and odd vectors
    for (ColumnSums& each : sums) each.clear();
    std::size_t row = 0;
    for (; row + kBlockRows <= rows; row += kBlockRows) {
        tally_rows(before + row, after + row, kBlockRows, row / 64, timing, members, receptors, sums, cells);
        if ((row + kBlockRows) % kRowsInSingle != 0) continue;
        for (ColumnSums& each : sums) {
            each.add_to(cells);
            each.clear();
        }
    }
    if (row < rows) {
        // Signs are read 32 rows at a time.
        const std::size_t left = rows - row;
        alignas(32) float last_before[kBlockRows];
        alignas(32) float last_after[kBlockRows];
        __builtin_memset(last_before + left / 32 * 32, 0, 32 * sizeof(float));
        __builtin_memset(last_after + left / 32 * 32, 0, 32 * sizeof(float));
        __builtin_memcpy(last_before, before + row, left * sizeof(float));
        __builtin_memcpy(last_after, after + row, left * sizeof(float));
        tally_rows(last_before, last_after, left, row / 64, timing, members, receptors, sums, cells);
    }
    for (const ColumnSums& each : sums) each.add_to(cells);
}

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
