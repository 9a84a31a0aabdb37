// The pass over one column of a dense layer's weights in AVX-512, 16 rows at a time: signs are compare-to-mask,
// |update| is added to the sums in registers under the masks of the rows' timing, and bits are counted 512 at once.

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "analysis/ledger/kernels/ledger_kernels.hpp"

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

constexpr std::size_t kVectorRows = 16;
constexpr std::size_t kBlockWords = 8;
constexpr std::size_t kBlockRows = 64 * kBlockWords;
static_assert(kRowsInSingle % kBlockRows == 0 && kVectorRows == kSingleLanes);

/// Bits of up to 512 rows, by vectors.
struct BlockPlane {
    alignas(64) __mmask16 rows[kBlockRows / kVectorRows];

    [[nodiscard]] __m512i all() const { return _mm512_load_si512(rows); }
    void set(__m512i bits) { _mm512_store_si512(rows, bits); }
    /// Straight to a mask register: by way of a general one, as GCC does it, half as many can be loaded.
    [[nodiscard]] __mmask16 load(std::size_t vector) const {
        __mmask16 mask;
        asm("kmovw %1, %0" : "=k"(mask) : "m"(rows[vector]));
        return mask;
    }
};

/// Which of the 16 rows from `row` on exist.
inline __mmask16 rows_from(std::size_t row, std::size_t rows) {
    return rows - row >= 16 ? __mmask16{0xFFFF} : static_cast<__mmask16>((1U << (rows - row)) - 1U);
}

/// Those of the first `rows` rows of a block.
inline __m512i first_rows(std::size_t rows) {
    const __m512i word = _mm512_setr_epi64(0, 64, 128, 192, 256, 320, 384, 448);
    const __m512i in_word = _mm512_max_epi64(_mm512_sub_epi64(_mm512_set1_epi64(static_cast<long long>(rows)), word),
                                             _mm512_setzero_si512());
    return _mm512_xor_si512(_mm512_sllv_epi64(_mm512_set1_epi64(-1), in_word), _mm512_set1_epi64(-1));
}
inline __m512i without(__m512i rows, __m512i others) {
    return _mm512_andnot_si512(others, rows);
}
inline bool has_rows(__m512i rows) {
    return _mm512_test_epi64_mask(rows, rows) != 0;
}

/// The rows to count by timing (minus, zero, plus), of those that fired, and those that did not.
struct BlockTiming {
    BlockPlane fired[3];
    BlockPlane silent;

    /// `words` words exist, from `word` on.
    BlockTiming(const RowTiming& timing, std::size_t word, __mmask8 words, __m512i counted) {
        const __m512i pre_first = _mm512_maskz_loadu_epi64(words, timing.pre_first + word);
        const __m512i post_first = _mm512_maskz_loadu_epi64(words, timing.post_first + word);
        const __m512i some = _mm512_maskz_loadu_epi64(words, timing.fired + word);
        fired[0].set(_mm512_and_si512(counted, post_first));
        fired[1].set(without(_mm512_and_si512(counted, some), _mm512_or_si512(pre_first, post_first)));
        fired[2].set(_mm512_and_si512(counted, pre_first));
        silent.set(without(counted, some));
    }
};

/// Signs of a block of rows; a NaN counts as greater than zero.
struct BlockSigns {
    BlockPlane receptor_minus;
    BlockPlane receptor_plus;
    BlockPlane change_minus;
    BlockPlane change_plus;
    BlockPlane switched;  ///< says nothing of weights that were zero
};

/// Updates of a column in the making: rows by receptor (minus, plus), timing and change (minus, plus), eight counts
/// each.
struct ColumnCounts {
    __m512i rows[2][3][2];
    __m512i untimed;
    __m512i switched;
};

inline void add_to_lanes(double (&sums)[kSumLanes], __m512 sizes) {
    const __m512d low = _mm512_cvtps_pd(_mm512_castps512_ps256(sizes));
    const __m512d high = _mm512_cvtps_pd(_mm512_extractf32x8_ps(sizes, 1));
    _mm512_store_pd(sums, _mm512_add_pd(_mm512_add_pd(_mm512_load_pd(sums), low), high));
}

/// Sums of |update| in the making, by receptor (minus, plus) and timing.
struct ColumnSums {
    __m512 falls[2][3];
    __m512 rises[2][3];
    __m512 untimed;

    void clear() {
        for (std::size_t r = 0; r < 2; ++r) {
            for (std::size_t t = 0; t < 3; ++t) falls[r][t] = rises[r][t] = _mm512_setzero_ps();
        }
        untimed = _mm512_setzero_ps();
    }
    void add_to(UpdateCells& cells) const {
        for (std::size_t r = 0; r < 2; ++r) {
            for (std::size_t t = 0; t < 3; ++t) {
                double(*cell)[kSumLanes] = cells.absolute_update + (2 * r * 3 + t) * 3;
                add_to_lanes(cell[0], falls[r][t]);
                add_to_lanes(cell[2], rises[r][t]);
            }
        }
        add_to_lanes(cells.absolute_update[kUntimedCell], untimed);
    }
};

/// Notes the signs of 16 rows and adds |update| of weights that are not zero. A NaN ends in a sum.
///
/// Work is spread over all four pipes of a processor that adds on two of them, multiplies on two and compares on two:
/// falls and rises are told apart as integers, and half the sums are those of products with 1.
template <bool kSomeSilent>
inline void read_vector(__m512 old, __m512 young, std::size_t v, const BlockTiming& timing, BlockSigns& signs,
                        ColumnSums& sums) {
    const __m512 zero = _mm512_setzero_ps();
    __m512i none = _mm512_setzero_si512();
    // Not known to be what masked-out rows become: GCC would copy it there instead of zeroing them.
    asm("" : "+v"(none));
    const __m512 one = _mm512_set1_ps(1.0F);
    const __m512 update = _mm512_sub_ps(young, old);
    const __m512i update_bits = _mm512_castps_si512(update);
    const __mmask16 receptor_minus = _mm512_cmp_ps_mask(old, zero, _CMP_LT_OQ);
    const __mmask16 receptor_plus = _mm512_cmp_ps_mask(old, zero, _CMP_NLE_UQ);
    const auto fall = [&](__mmask16 rows) {
        return _mm512_castsi512_ps(_mm512_maskz_min_epi32(rows, update_bits, none));
    };
    const auto rise = [&](__mmask16 rows) {
        return _mm512_castsi512_ps(_mm512_maskz_max_epi32(rows, update_bits, none));
    };
    const __m512 falls[2] = {fall(receptor_minus), fall(receptor_plus)};
    const __m512 rises[2] = {rise(receptor_minus), rise(receptor_plus)};
    for (std::size_t t = 0; t < 3; ++t) {
        const __mmask16 fired = timing.fired[t].load(v);
        sums.falls[0][t] = _mm512_mask3_fnmadd_ps(falls[0], one, sums.falls[0][t], fired);
        sums.rises[0][t] = _mm512_mask3_fmadd_ps(rises[0], one, sums.rises[0][t], fired);
        sums.falls[1][t] = _mm512_mask_sub_ps(sums.falls[1][t], fired, sums.falls[1][t], falls[1]);
        sums.rises[1][t] = _mm512_mask_add_ps(sums.rises[1][t], fired, sums.rises[1][t], rises[1]);
    }
    if constexpr (kSomeSilent) {
        sums.untimed = _mm512_mask_add_ps(sums.untimed, timing.silent.load(v), sums.untimed, _mm512_abs_ps(update));
    }
    signs.receptor_minus.rows[v] = receptor_minus;
    signs.receptor_plus.rows[v] = receptor_plus;
    signs.change_minus.rows[v] = _mm512_cmp_ps_mask(update, zero, _CMP_LT_OQ);
    signs.change_plus.rows[v] = _mm512_cmp_ps_mask(update, zero, _CMP_NLE_UQ);
    // The weight after the update, its sign turned where the one before was below zero.
    const __m512 turned = _mm512_xor_ps(young, _mm512_and_ps(old, _mm512_set1_ps(-0.0F)));
    signs.switched.rows[v] = _mm512_cmp_ps_mask(turned, zero, _CMP_LT_OQ);
}

/// Reads up to 512 rows; what lies behind `rows` is not read. Fetches what lies `ahead` rows further on.
template <bool kSomeSilent>
inline void read_rows(const float* before, const float* after, std::size_t rows, std::size_t ahead,
                      const BlockTiming& timing, BlockSigns& signs, ColumnSums& sums) {
    ColumnSums kept = sums;
    std::size_t row = 0;
    for (; row + kVectorRows <= rows; row += kVectorRows) {
        _mm_prefetch(before + row + ahead, _MM_HINT_T0);
        _mm_prefetch(after + row + ahead, _MM_HINT_T0);
        read_vector<kSomeSilent>(_mm512_loadu_ps(before + row), _mm512_loadu_ps(after + row), row / kVectorRows, timing,
                                 signs, kept);
    }
    if (row < rows) {
        const __mmask16 exists = rows_from(row, rows);
        read_vector<kSomeSilent>(_mm512_maskz_loadu_ps(exists, before + row),
                                 _mm512_maskz_loadu_ps(exists, after + row), row / kVectorRows, timing, signs, kept);
    }
    sums = kept;
}

inline void add_population(__m512i& counts, __m512i rows) {
    counts = _mm512_add_epi64(counts, _mm512_popcnt_epi64(rows));
}
inline std::uint64_t sum_of_counts(__m512i counts) {
    return static_cast<std::uint64_t>(_mm512_reduce_add_epi64(counts));
}
inline std::uint64_t population_of(__m512i rows) {
    return sum_of_counts(_mm512_popcnt_epi64(rows));
}

/// The rare weights that are zero or did not change.
__attribute__((noinline)) void count_rare_rows(const float* before, const float* after, const BlockSigns& signs,
                                               const BlockTiming& timing, UpdateCells& cells) {
    const __m512i changed = _mm512_or_si512(signs.change_minus.all(), signs.change_plus.all());
    const __m512i receptor = _mm512_or_si512(signs.receptor_minus.all(), signs.receptor_plus.all());
    const __m512i none = without(_mm512_set1_epi64(-1), receptor);
    const __m512i receptors[3] = {signs.receptor_minus.all(), none, signs.receptor_plus.all()};
    for (std::size_t t = 0; t < 3; ++t) {
        // Rows that did neither change nor fire have timing zero.
        const __m512i still = without(timing.fired[t].all(), changed);
        const __m512i unchanged = t == 1 ? _mm512_or_si512(still, without(timing.silent.all(), changed)) : still;
        for (std::size_t r = 0; r < 3; ++r) {
            cells.count[(r * 3 + t) * 3 + 1] += population_of(_mm512_and_si512(unchanged, receptors[r]));
        }
        const __m512i zero_weights = _mm512_and_si512(timing.fired[t].all(), none);
        cells.count[(3 + t) * 3] += population_of(_mm512_and_si512(zero_weights, signs.change_minus.all()));
        cells.count[(3 + t) * 3 + 2] += population_of(_mm512_and_si512(zero_weights, signs.change_plus.all()));
        BlockPlane moved;
        moved.set(_mm512_and_si512(zero_weights, changed));
        for (std::size_t v = 0; v < kBlockRows / kVectorRows; ++v) {
            for (unsigned rows = moved.rows[v]; rows != 0; rows &= rows - 1) {
                const std::size_t row = v * kVectorRows + static_cast<std::size_t>(__builtin_ctz(rows));
                const float update = after[row] - before[row];
                cells.absolute_update[(3 + t) * 3 + (update < 0.0F ? 0 : 2)][row % kSumLanes] +=
                    static_cast<double>(update < 0.0F ? -update : update);
            }
        }
    }
}

/// Up to 512 rows, whose first is that of `word`.
inline void tally_rows(const float* before, const float* after, std::size_t rows, std::size_t ahead, std::size_t word,
                       const RowTiming& timing, const std::uint64_t* members, const RowSignPlanes& receptors,
                       ColumnCounts& counts, ColumnSums& sums, UpdateCells& cells) {
    BlockSigns signs;
    const __mmask8 words = plane_words(rows) >= kBlockWords ? __mmask8{0xFF} : __mmask8{0x0F};
    const __m512i exist = first_rows(rows);
    const __m512i counted =
        members == nullptr ? exist : _mm512_and_si512(exist, _mm512_maskz_loadu_epi64(words, members + word));
    const BlockTiming block(timing, word, words, counted);
    if (rows < kBlockRows) signs = {};
    if (has_rows(block.silent.all())) {
        read_rows<true>(before, after, rows, ahead, block, signs, sums);
    } else {
        read_rows<false>(before, after, rows, ahead, block, signs, sums);
    }

    const __m512i receptor_minus = signs.receptor_minus.all();
    const __m512i receptor_plus = signs.receptor_plus.all();
    const __m512i change_minus = signs.change_minus.all();
    const __m512i change_plus = signs.change_plus.all();
    _mm512_mask_storeu_epi64(receptors.minus + word, words, receptor_minus);
    _mm512_mask_storeu_epi64(receptors.plus + word, words, receptor_plus);
    for (std::size_t t = 0; t < 3; ++t) {
        const __m512i minus = _mm512_and_si512(block.fired[t].all(), receptor_minus);
        const __m512i plus = _mm512_and_si512(block.fired[t].all(), receptor_plus);
        add_population(counts.rows[0][t][0], _mm512_and_si512(minus, change_minus));
        add_population(counts.rows[0][t][1], _mm512_and_si512(minus, change_plus));
        add_population(counts.rows[1][t][0], _mm512_and_si512(plus, change_minus));
        add_population(counts.rows[1][t][1], _mm512_and_si512(plus, change_plus));
    }
    const __m512i changed = _mm512_or_si512(change_minus, change_plus);
    add_population(counts.untimed, _mm512_and_si512(block.silent.all(), changed));
    const __m512i receptor = _mm512_or_si512(receptor_minus, receptor_plus);
    add_population(counts.switched,
                   _mm512_and_si512(counted, _mm512_and_si512(receptor, signs.switched.all())));
    const __m512i usual = _mm512_and_si512(changed, receptor);
    if (has_rows(without(counted, usual))) count_rare_rows(before, after, signs, block, cells);
}

void tally_column(const float* before, const float* after, std::size_t rows, const RowTiming& timing,
                  const std::uint64_t* members, const RowSignPlanes& receptors, UpdateCells& cells) {
    const __m512i none = _mm512_setzero_si512();
    ColumnCounts counts;
    for (auto& receptor : counts.rows) {
        for (auto& changes : receptor) changes[0] = changes[1] = none;
    }
    counts.untimed = counts.switched = none;
    ColumnSums sums;
    sums.clear();
    for (std::size_t row = 0; row < rows; row += kBlockRows) {
        const std::size_t left = rows - row;
        tally_rows(before + row, after + row, left < kBlockRows ? left : kBlockRows, rows, row / 64, timing, members,
                   receptors, counts, sums, cells);
        if (left > kBlockRows && (row + kBlockRows) % kRowsInSingle != 0) continue;
        sums.add_to(cells);
        sums.clear();
    }
    for (std::size_t r = 0; r < 2; ++r) {
        for (std::size_t t = 0; t < 3; ++t) {
            cells.count[(2 * r * 3 + t) * 3] += sum_of_counts(counts.rows[r][t][0]);
            cells.count[(2 * r * 3 + t) * 3 + 2] += sum_of_counts(counts.rows[r][t][1]);
        }
    }
    cells.count[kUntimedCell] += sum_of_counts(counts.untimed);
    cells.receptor_switches += sum_of_counts(counts.switched);
}

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
