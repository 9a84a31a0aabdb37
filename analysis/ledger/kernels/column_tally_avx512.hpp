// The pass over one column of a dense layer's weights in AVX-512, 16 rows at a time: signs are compare-to-mask under
// the rows' timing, |update| is added to the sums in registers under these masks, and their bits are counted 256 at
// once.

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "analysis/ledger/kernels/ledger_kernels.hpp"

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

constexpr std::size_t kVectorRows = 16;
constexpr std::size_t kBlockRows = 64 * kRowVectorWords;
static_assert(kBlockRows == kRowsInSingle && kVectorRows == kSingleLanes);

/// Bits of up to 256 rows, by vectors.
struct BlockPlane {
    alignas(32) __mmask16 rows[kBlockRows / kVectorRows];

    [[nodiscard]] __m256i all() const { return _mm256_load_si256(reinterpret_cast<const __m256i*>(rows)); }
    void set(__m256i bits) { _mm256_store_si256(reinterpret_cast<__m256i*>(rows), bits); }
};

/// Which of the 16 rows from `row` on exist.
inline __mmask16 rows_from(std::size_t row, std::size_t rows) {
    return rows - row >= 16 ? __mmask16{0xFFFF} : static_cast<__mmask16>((1U << (rows - row)) - 1U);
}

inline __m256i load_rows(const std::uint64_t* words) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(words));
}
inline __m256i without(__m256i rows, __m256i others) {
    return _mm256_andnot_si256(others, rows);
}
inline bool has_rows(__m256i rows) {
    return _mm256_testz_si256(rows, rows) == 0;
}

/// The rows to count by timing (minus, zero, plus), of those that fired, and those that did not.
struct BlockTiming {
    BlockPlane fired[3];
    BlockPlane silent;

    BlockTiming(const RowTiming& timing, std::size_t word, __m256i counted) {
        const __m256i pre_first = load_rows(timing.pre_first + word);
        const __m256i post_first = load_rows(timing.post_first + word);
        const __m256i some = load_rows(timing.fired + word);
        fired[0].set(_mm256_and_si256(counted, post_first));
        fired[1].set(without(_mm256_and_si256(counted, some), _mm256_or_si256(pre_first, post_first)));
        fired[2].set(_mm256_and_si256(counted, pre_first));
        silent.set(without(counted, some));
    }
};

/// Signs of a block of rows; a NaN counts as greater than zero.
struct BlockSigns {
    BlockPlane receptor_minus;
    BlockPlane receptor_plus;
    BlockPlane change_minus;
    BlockPlane change_plus;
    BlockPlane switched;
};

/// Updates of a column in the making: rows by receptor (minus, plus), timing and change (minus, plus), four counts
/// each.
struct ColumnCounts {
    __m256i rows[2][3][2];
    __m256i untimed;
    __m256i switched;
};

inline void add_to_lanes(double (&sums)[kSumLanes], __m512 sizes) {
    const __m512d low = _mm512_cvtps_pd(_mm512_castps512_ps256(sizes));
    const __m512d high = _mm512_cvtps_pd(_mm512_extractf32x8_ps(sizes, 1));
    _mm512_store_pd(sums, _mm512_add_pd(_mm512_add_pd(_mm512_load_pd(sums), low), high));
}

/// Sums of |update| in the making, by receptor (minus, plus) and timing.
struct BlockSums {
    __m512 falls[2][3];
    __m512 rises[2][3];
    __m512 untimed;
};

/// Notes the signs of 16 rows and adds |update| of weights that are not zero. A NaN ends in a sum.
template <bool kSomeSilent>
inline void read_vector(__m512 old, __m512 young, std::size_t v, const BlockTiming& timing, BlockSigns& signs,
                        BlockSums& sums) {
    const __m512 zero = _mm512_setzero_ps();
    const __m512 update = _mm512_sub_ps(young, old);
    const __mmask16 receptor_minus = _mm512_cmp_ps_mask(old, zero, _CMP_LT_OQ);
    const __mmask16 receptor_plus = _mm512_cmp_ps_mask(old, zero, _CMP_NLE_UQ);
    const __m512 falls[2] = {_mm512_maskz_min_ps(receptor_minus, zero, update),
                             _mm512_maskz_min_ps(receptor_plus, zero, update)};
    const __m512 rises[2] = {_mm512_maskz_max_ps(receptor_minus, zero, update),
                             _mm512_maskz_max_ps(receptor_plus, zero, update)};
    for (std::size_t t = 0; t < 3; ++t) {
        const __mmask16 fired = timing.fired[t].rows[v];
        for (std::size_t r = 0; r < 2; ++r) {
            sums.falls[r][t] = _mm512_mask_sub_ps(sums.falls[r][t], fired, sums.falls[r][t], falls[r]);
            sums.rises[r][t] = _mm512_mask_add_ps(sums.rises[r][t], fired, sums.rises[r][t], rises[r]);
        }
    }
    if constexpr (kSomeSilent) {
        sums.untimed = _mm512_mask_add_ps(sums.untimed, timing.silent.rows[v], sums.untimed, _mm512_abs_ps(update));
    }
    signs.receptor_minus.rows[v] = receptor_minus;
    signs.receptor_plus.rows[v] = receptor_plus;
    signs.change_minus.rows[v] = _mm512_cmp_ps_mask(update, zero, _CMP_LT_OQ);
    signs.change_plus.rows[v] = _mm512_cmp_ps_mask(update, zero, _CMP_NLE_UQ);
    signs.switched.rows[v] = _kor_mask16(_mm512_mask_cmp_ps_mask(receptor_minus, young, zero, _CMP_GT_OQ),
                                         _mm512_mask_cmp_ps_mask(receptor_plus, young, zero, _CMP_LT_OQ));
}

/// Reads up to 256 rows; what lies behind `rows` is not read. Fetches what lies `ahead` rows further on.
template <bool kSomeSilent>
inline void read_rows(const float* before, const float* after, std::size_t rows, std::size_t ahead,
                      const BlockTiming& timing, BlockSigns& signs, UpdateCells& cells) {
    const __m512 zero = _mm512_setzero_ps();
    BlockSums sums{.falls = {{zero, zero, zero}, {zero, zero, zero}},
                   .rises = {{zero, zero, zero}, {zero, zero, zero}},
                   .untimed = zero};
    std::size_t row = 0;
    for (; row + kVectorRows <= rows; row += kVectorRows) {
        _mm_prefetch(before + row + ahead, _MM_HINT_T0);
        _mm_prefetch(after + row + ahead, _MM_HINT_T0);
        read_vector<kSomeSilent>(_mm512_loadu_ps(before + row), _mm512_loadu_ps(after + row), row / kVectorRows, timing,
                                 signs, sums);
    }
    if (row < rows) {
        const __mmask16 exists = rows_from(row, rows);
        read_vector<kSomeSilent>(_mm512_maskz_loadu_ps(exists, before + row),
                                 _mm512_maskz_loadu_ps(exists, after + row), row / kVectorRows, timing, signs, sums);
    }
    for (std::size_t r = 0; r < 2; ++r) {
        for (std::size_t t = 0; t < 3; ++t) {
            double(*cell)[kSumLanes] = cells.absolute_update + (2 * r * 3 + t) * 3;
            add_to_lanes(cell[0], sums.falls[r][t]);
            add_to_lanes(cell[2], sums.rises[r][t]);
        }
    }
    if constexpr (kSomeSilent) add_to_lanes(cells.absolute_update[kUntimedCell], sums.untimed);
}

inline void add_population(__m256i& counts, __m256i rows) {
    counts = _mm256_add_epi64(counts, _mm256_popcnt_epi64(rows));
}
inline std::uint64_t sum_of(__m256i counts) {
    const __m128i half = _mm_add_epi64(_mm256_castsi256_si128(counts), _mm256_extracti128_si256(counts, 1));
    return static_cast<std::uint64_t>(_mm_cvtsi128_si64(half)) + static_cast<std::uint64_t>(_mm_extract_epi64(half, 1));
}
inline std::uint64_t population_of(__m256i rows) {
    return sum_of(_mm256_popcnt_epi64(rows));
}

/// The rare weights that are zero or did not change.
__attribute__((noinline)) void count_rare_rows(const float* before, const float* after, const BlockSigns& signs,
                                               const BlockTiming& timing, UpdateCells& cells) {
    const __m256i changed = _mm256_or_si256(signs.change_minus.all(), signs.change_plus.all());
    const __m256i receptor = _mm256_or_si256(signs.receptor_minus.all(), signs.receptor_plus.all());
    const __m256i none = without(_mm256_set1_epi64x(-1), receptor);
    const __m256i receptors[3] = {signs.receptor_minus.all(), none, signs.receptor_plus.all()};
    for (std::size_t t = 0; t < 3; ++t) {
        // Rows that did neither change nor fire have timing zero.
        const __m256i still = without(timing.fired[t].all(), changed);
        const __m256i unchanged = t == 1 ? _mm256_or_si256(still, without(timing.silent.all(), changed)) : still;
        for (std::size_t r = 0; r < 3; ++r) {
            cells.count[(r * 3 + t) * 3 + 1] += population_of(_mm256_and_si256(unchanged, receptors[r]));
        }
        const __m256i zero_weights = _mm256_and_si256(timing.fired[t].all(), none);
        cells.count[(3 + t) * 3] += population_of(_mm256_and_si256(zero_weights, signs.change_minus.all()));
        cells.count[(3 + t) * 3 + 2] += population_of(_mm256_and_si256(zero_weights, signs.change_plus.all()));
        BlockPlane moved;
        moved.set(_mm256_and_si256(zero_weights, changed));
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

/// Up to 256 rows, whose first is that of `word`.
inline void tally_rows(const float* before, const float* after, std::size_t rows, std::size_t ahead, std::size_t word,
                       const RowTiming& timing, const std::uint64_t* members, const RowSignPlanes& receptors,
                       ColumnCounts& counts, UpdateCells& cells) {
    BlockSigns signs;
    alignas(32) std::uint64_t existing[kRowVectorWords];
    for (std::size_t each = 0; each < kRowVectorWords; ++each) {
        const std::size_t first = 64 * each;
        existing[each] = rows >= first + 64 ? ~std::uint64_t{0}
                         : rows > first     ? (std::uint64_t{1} << (rows - first)) - 1U
                                            : 0;
    }
    const __m256i exist = load_rows(existing);
    const __m256i counted = members == nullptr ? exist : _mm256_and_si256(exist, load_rows(members + word));
    const BlockTiming block(timing, word, counted);
    if (rows < kBlockRows) signs = {};
    if (has_rows(block.silent.all())) {
        read_rows<true>(before, after, rows, ahead, block, signs, cells);
    } else {
        read_rows<false>(before, after, rows, ahead, block, signs, cells);
    }

    const __m256i receptor_minus = signs.receptor_minus.all();
    const __m256i receptor_plus = signs.receptor_plus.all();
    const __m256i change_minus = signs.change_minus.all();
    const __m256i change_plus = signs.change_plus.all();
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(receptors.minus + word), receptor_minus);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(receptors.plus + word), receptor_plus);
    for (std::size_t t = 0; t < 3; ++t) {
        const __m256i minus = _mm256_and_si256(block.fired[t].all(), receptor_minus);
        const __m256i plus = _mm256_and_si256(block.fired[t].all(), receptor_plus);
        add_population(counts.rows[0][t][0], _mm256_and_si256(minus, change_minus));
        add_population(counts.rows[0][t][1], _mm256_and_si256(minus, change_plus));
        add_population(counts.rows[1][t][0], _mm256_and_si256(plus, change_minus));
        add_population(counts.rows[1][t][1], _mm256_and_si256(plus, change_plus));
    }
    const __m256i changed = _mm256_or_si256(change_minus, change_plus);
    add_population(counts.untimed, _mm256_and_si256(block.silent.all(), changed));
    add_population(counts.switched, _mm256_and_si256(counted, signs.switched.all()));
    const __m256i usual = _mm256_and_si256(changed, _mm256_or_si256(receptor_minus, receptor_plus));
    if (has_rows(without(counted, usual))) count_rare_rows(before, after, signs, block, cells);
}

void tally_column(const float* before, const float* after, std::size_t rows, const RowTiming& timing,
                  const std::uint64_t* members, const RowSignPlanes& receptors, UpdateCells& cells) {
    const __m256i none = _mm256_setzero_si256();
    ColumnCounts counts;
    for (auto& receptor : counts.rows) {
        for (auto& changes : receptor) changes[0] = changes[1] = none;
    }
    counts.untimed = counts.switched = none;
    for (std::size_t row = 0; row < rows; row += kBlockRows) {
        const std::size_t left = rows - row;
        tally_rows(before + row, after + row, left < kBlockRows ? left : kBlockRows, rows, row / 64, timing, members,
                   receptors, counts, cells);
    }
    for (std::size_t r = 0; r < 2; ++r) {
        for (std::size_t t = 0; t < 3; ++t) {
            cells.count[(2 * r * 3 + t) * 3] += sum_of(counts.rows[r][t][0]);
            cells.count[(2 * r * 3 + t) * 3 + 2] += sum_of(counts.rows[r][t][1]);
        }
    }
    cells.count[kUntimedCell] += sum_of(counts.untimed);
    cells.receptor_switches += sum_of(counts.switched);
}

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
