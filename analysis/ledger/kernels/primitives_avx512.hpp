// Vectors of words in AVX-512: 32 words in 512 bits; signs are compare-to-mask.

#include <immintrin.h>

#include "analysis/ledger/kernels/bit_lists_avx512.hpp"
#include "analysis/ledger/kernels/column_tally_avx512.hpp"
#include "analysis/ledger/kernels/row_bits.hpp"
#include "analysis/ledger/kernels/sign_lines.hpp"
#include "analysis/ledger/kernels/transpose_avx512.hpp"

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

using Words = __m512i;
constexpr std::size_t kVectorWords = 32;
/// Taps that count_maps works on together: with four rows, as many sums as registers allow.
constexpr std::size_t kTapsAtOnce = 4;

inline Words zero_words() {
    return _mm512_setzero_si512();
}
inline Words broadcast(std::uint16_t word) {
    return _mm512_set1_epi16(static_cast<short>(word));
}
inline Words load(const std::uint16_t* words) {
    return _mm512_loadu_si512(words);
}

/// sum + popcount(a & b), word by word. In place: GCC would move every sum once more, which cost a fifth of count_maps.
inline Words add_population(Words sum, Words a, Words b) {
    const Words bits = _mm512_popcnt_epi16(_mm512_and_si512(a, b));
    asm("vpaddw %1, %0, %0" : "+v"(sum) : "v"(bits));
    return sum;
}

inline void store_counts(std::int32_t* counts, Words sum) {
    _mm512_storeu_si512(counts, _mm512_cvtepu16_epi32(_mm512_castsi512_si256(sum)));
    _mm512_storeu_si512(counts + 16, _mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(sum, 1)));
}

inline void copy_words(const std::uint16_t* from, std::size_t words, std::uint16_t* to) {
    for (std::size_t word = 0; word < words; word += kVectorWords) {
        const std::size_t left = words - word;
        const __mmask32 exists = left >= kVectorWords ? ~__mmask32{0} : (__mmask32{1} << left) - 1U;
        _mm512_mask_storeu_epi16(to + word, exists, _mm512_maskz_loadu_epi16(exists, from + word));
    }
}

inline std::int32_t sum_of(Words sum) {
    return _mm512_reduce_add_epi32(_mm512_madd_epi16(sum, _mm512_set1_epi16(1)));
}

/// Adds the four sums to counts[0 .. 3]: a transpose and additions instead of four reductions.
inline void add_sums(Words sum0, Words sum1, Words sum2, Words sum3, std::int32_t* counts) {
    const __m512i one = _mm512_set1_epi16(1);
    const __m512i a = _mm512_madd_epi16(sum0, one);
    const __m512i b = _mm512_madd_epi16(sum1, one);
    const __m512i c = _mm512_madd_epi16(sum2, one);
    const __m512i d = _mm512_madd_epi16(sum3, one);
    const __m512i ab = _mm512_add_epi32(_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b));
    const __m512i cd = _mm512_add_epi32(_mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d));
    const __m512i all = _mm512_add_epi32(_mm512_unpacklo_epi64(ab, cd), _mm512_unpackhi_epi64(ab, cd));
    const __m256i half = _mm256_add_epi32(_mm512_castsi512_si256(all), _mm512_extracti64x4_epi64(all, 1));
    const __m128i quarter = _mm_add_epi32(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));
    auto* out = reinterpret_cast<__m128i*>(counts);
    _mm_storeu_si128(out, _mm_add_epi32(_mm_loadu_si128(out), quarter));
}

bool signs(const float* values, std::size_t words, std::uint16_t* positive, std::uint16_t* negative) {
    const __m512 zero = _mm512_setzero_ps();
    unsigned nan = 0;
    for_lines(words, positive, negative, [&](std::size_t first, std::size_t end) {
        for (std::size_t word = first; word < end; ++word) {
            _mm_prefetch(values + word_ahead(word, words) * 16, _MM_HINT_T0);
            const __m512 lanes = _mm512_loadu_ps(values + word * 16);
            nan |= _mm512_cmp_ps_mask(lanes, lanes, _CMP_UNORD_Q);
            positive[word] = _mm512_cmp_ps_mask(lanes, zero, _CMP_GT_OQ);
            negative[word] = _mm512_cmp_ps_mask(lanes, zero, _CMP_LT_OQ);
        }
    });
    return nan != 0;
}

inline void add_where(std::uint32_t* sums, __mmask16 where, __m512i counts) {
    const __m512i old = _mm512_loadu_si512(sums);
    _mm512_storeu_si512(sums, _mm512_mask_add_epi32(old, where, old, counts));
}

/// Sums of 16 rows for weights < 0 and > 0.
struct SignedSums {
    __m512i minus;
    __m512i plus;

    void load(const std::uint32_t* sums, std::size_t stride) {
        minus = _mm512_loadu_si512(sums);
        plus = _mm512_loadu_si512(sums + 2 * stride);
    }
    void store(std::uint32_t* sums, std::size_t stride) const {
        _mm512_storeu_si512(sums, minus);
        _mm512_storeu_si512(sums + 2 * stride, plus);
    }
    void add(__mmask16 where_minus, __mmask16 where_plus, __m512i counts) {
        minus = _mm512_mask_add_epi32(minus, where_minus, minus, counts);
        plus = _mm512_mask_add_epi32(plus, where_plus, plus, counts);
    }
};

/// tally_events for arrays first .. first + kArrays - 1, whose sums are kept in registers; `ends` says that they are
/// the last ones, after which `whole` and the receptors are added too.
template <std::size_t kArrays>
void tally_arrays(const EventTaps& taps, std::size_t first, bool ends, std::size_t rows, std::size_t stride,
                  std::uint32_t* receptors, std::uint32_t* sums) {
    const __m512 zero = _mm512_setzero_ps();
    const __m512i one = _mm512_set1_epi32(1);
    std::uint32_t* const wholes = sums + taps.arrays * 3 * stride;
    for (std::size_t row = 0; row < rows; row += 16) {
        const __mmask16 exists = rows_from(row, rows);
        SignedSums parts[kArrays + 1];
        SignedSums whole{};
        SignedSums receptor{};
        for (std::size_t array = 0; array < kArrays; ++array) {
            parts[array].load(sums + (first + array) * 3 * stride + row, stride);
        }
        if (ends) whole.load(wholes + row, stride);
        if (ends && receptors != nullptr) receptor.load(receptors + row, stride);
        for (std::size_t tap = 0; tap < taps.taps; ++tap) {
            const __m512 weight = _mm512_maskz_loadu_ps(exists, taps.weights[tap] + row);
            const __mmask16 plus = _mm512_cmp_ps_mask(weight, zero, _CMP_GT_OQ);
            const __mmask16 minus = _mm512_cmp_ps_mask(weight, zero, _CMP_LT_OQ);
            const __mmask16 none = _mm512_mask_cmp_ps_mask(exists, weight, zero, _CMP_EQ_OQ);
            const std::int32_t* counts = taps.counts + (tap * taps.arrays + first) * stride + row;
            for (std::size_t array = 0; array < kArrays; ++array) {
                parts[array].add(minus, plus, _mm512_loadu_si512(counts + array * stride));
            }
            const __m512i all = _mm512_set1_epi32(taps.whole[tap]);
            whole.add(minus, plus, all);
            receptor.add(minus, plus, one);
            if (none == 0) continue;
            for (std::size_t array = 0; array < kArrays; ++array) {
                add_where(sums + ((first + array) * 3 + 1) * stride + row, none,
                          _mm512_loadu_si512(counts + array * stride));
            }
            if (ends) add_where(wholes + stride + row, none, all);
            if (ends && receptors != nullptr) add_where(receptors + stride + row, none, one);
        }
        for (std::size_t array = 0; array < kArrays; ++array) {
            parts[array].store(sums + (first + array) * 3 * stride + row, stride);
        }
        if (ends) whole.store(wholes + row, stride);
        if (ends && receptors != nullptr) receptor.store(receptors + row, stride);
    }
}

void tally_events(const EventTaps& taps, std::size_t rows, std::size_t stride, std::uint32_t* receptors,
                  std::uint32_t* sums) {
    std::size_t first = 0;
    for (; taps.arrays - first > 4; first += 4) tally_arrays<4>(taps, first, false, rows, stride, receptors, sums);
    switch (taps.arrays - first) {
        case 0:
            return tally_arrays<0>(taps, first, true, rows, stride, receptors, sums);
        case 1:
            return tally_arrays<1>(taps, first, true, rows, stride, receptors, sums);
        case 2:
            return tally_arrays<2>(taps, first, true, rows, stride, receptors, sums);
        case 3:
            return tally_arrays<3>(taps, first, true, rows, stride, receptors, sums);
        default:
            return tally_arrays<4>(taps, first, true, rows, stride, receptors, sums);
    }
}

/// Rows whose signs are kept as bits before they are counted, 64 at a time.
constexpr std::size_t kRowsKept = 2048;

/// Signs of the weights of a column as bits, 16 rows a word.
struct RowSigns {
    alignas(8) std::uint16_t receptor[3][kRowsKept / 16];
    alignas(8) std::uint16_t timing[3][kRowsKept / 16];  ///< in none of them: untimed
    alignas(8) std::uint16_t change[2][kRowsKept / 16];  ///< minus, plus
    alignas(8) std::uint16_t switched[kRowsKept / 16];
};

inline std::uint64_t four_words(const std::uint16_t* words, std::size_t place) {
    std::uint64_t bits = 0;
    __builtin_memcpy(&bits, words + place * 4, sizeof(bits));
    return bits;
}

/// Counts the cells of up to kRowsKept rows; words beyond `words` hold nothing.
void count_cells(RowSigns& signs, std::size_t words, UpdateCells& cells) {
    for (; words % 4 != 0; ++words) {
        for (auto& receptor : signs.receptor) receptor[words] = 0;
        signs.switched[words] = 0;
    }
    for (std::size_t place = 0; place < words / 4; ++place) {
        const std::uint64_t minus = four_words(signs.change[0], place);
        const std::uint64_t plus = four_words(signs.change[1], place);
        std::uint64_t counted = 0;
        std::uint64_t timed = 0;
        for (std::size_t r = 0; r < 3; ++r) {
            const std::uint64_t receptor = four_words(signs.receptor[r], place);
            counted |= receptor;
            if (receptor == 0) continue;
            for (std::size_t t = 0; t < 3; ++t) {
                const std::uint64_t both = receptor & four_words(signs.timing[t], place);
                const std::uint64_t weaker = bits_in(both & minus);
                const std::uint64_t stronger = bits_in(both & plus);
                std::uint64_t* count = cells.count + (r * 3 + t) * 3;
                count[0] += weaker;
                count[1] += bits_in(both) - weaker - stronger;
                count[2] += stronger;
                timed |= both;
            }
        }
        cells.count[kUntimedCell] += bits_in(counted & ~timed);
        cells.receptor_switches += bits_in(four_words(signs.switched, place));
    }
}

/// Adds the lower, then the upper eight of the 16 rows.
inline __m512d add_rows(__m512d sums, __mmask16 where, __m512d low, __m512d high) {
    const __m512d half = _mm512_mask_add_pd(sums, static_cast<__mmask8>(where), sums, low);
    return _mm512_mask_add_pd(half, static_cast<__mmask8>(_kshiftri_mask16(where, 8)), half, high);
}

struct Sixteen {
    __m512d low;
    __m512d high;
};

inline Sixteen to_double(__m512 values) {
    return {_mm512_cvtps_pd(_mm512_castps512_ps256(values)), _mm512_cvtps_pd(_mm512_extractf32x8_ps(values, 1))};
}

/// Sums of |weight_update| of one (receptor, timing), eight lanes each, of weights that fell and that rose.
struct ChangeSums {
    __m512d minus;
    __m512d plus;

    explicit ChangeSums(const double (*sums)[kSumLanes])
        : minus(_mm512_load_pd(sums[0])), plus(_mm512_load_pd(sums[2])) {}
    void store(double (*sums)[kSumLanes]) const {
        _mm512_store_pd(sums[0], minus);
        _mm512_store_pd(sums[2], plus);
    }
    void add(__mmask16 receptor, __mmask16 timing, const Sixteen& loss, const Sixteen& gain) {
        const __mmask16 where = _kand_mask16(receptor, timing);
        minus = add_rows(minus, where, loss.low, loss.high);
        plus = add_rows(plus, where, gain.low, gain.high);
    }
};

/// The rare weights that are exact zeros; their sums stay in memory.
__attribute__((noinline)) void add_zero_weights(__mmask16 receptor, const __mmask16 (&timing)[3], const Sixteen& loss,
                                                const Sixteen& gain, UpdateCells& cells) {
    for (std::size_t t = 0; t < 3; ++t) {
        ChangeSums sums(cells.absolute_update + (3 + t) * 3);
        sums.add(receptor, timing[t], loss, gain);
        sums.store(cells.absolute_update + (3 + t) * 3);
    }
}

/// Sums of 16 values each, by (lane modulo 8).
class LaneSums {
public:
    explicit LaneSums(const double (&sums)[kSumLanes]) : sums_(_mm512_loadu_pd(sums)) {}
    void store(double (&sums)[kSumLanes]) const { _mm512_storeu_pd(sums, sums_); }
    using Values = Sixteen;
    static Values values(const float* values) { return to_double(_mm512_loadu_ps(values)); }
    void subtract(unsigned where, const Values& values) {
        sums_ = _mm512_mask_sub_pd(sums_, static_cast<__mmask8>(where), sums_, values.low);
        sums_ = _mm512_mask_sub_pd(sums_, static_cast<__mmask8>(where >> 8), sums_, values.high);
    }

private:
    __m512d sums_;
};

bool tally_updates(const float* before, const float* after, std::size_t rows, const std::int32_t* pre_first,
                   const std::int32_t* post_first, const std::uint16_t* members, UpdateCells& cells) {
    const __m512 zero = _mm512_setzero_ps();
    unsigned nan = 0;
    RowSigns signs;
    double(*const cell_sums)[kSumLanes] = cells.absolute_update;
    ChangeSums minus_minus(cell_sums);  // receptor, timing
    ChangeSums minus_none(cell_sums + 3);
    ChangeSums minus_plus(cell_sums + 6);
    ChangeSums plus_minus(cell_sums + 18);
    ChangeSums plus_none(cell_sums + 21);
    ChangeSums plus_plus(cell_sums + 24);
    __m512d untimed_sum = _mm512_load_pd(cell_sums[kUntimedCell]);
    std::size_t word = 0;
    for (std::size_t row = 0; row < rows; row += 16) {
        __mmask16 counted = rows_from(row, rows);
        const __m512 old = _mm512_maskz_loadu_ps(counted, before + row);
        const __m512 young = _mm512_maskz_loadu_ps(counted, after + row);
        if (members != nullptr) counted &= members[row / 16];
        const __m512 update = _mm512_sub_ps(young, old);
        nan |= _mm512_mask_cmp_ps_mask(counted, update, update, _CMP_UNORD_Q);
        const __mmask16 change_minus = _mm512_cmp_ps_mask(update, zero, _CMP_LT_OQ);
        const __mmask16 change_plus = _mm512_cmp_ps_mask(update, zero, _CMP_GT_OQ);
        const __mmask16 receptor_minus = _mm512_mask_cmp_ps_mask(counted, old, zero, _CMP_LT_OQ);
        const __mmask16 receptor_none = _mm512_mask_cmp_ps_mask(counted, old, zero, _CMP_EQ_OQ);
        const __mmask16 receptor_plus = _mm512_mask_cmp_ps_mask(counted, old, zero, _CMP_GT_OQ);
        const __m512i first = _mm512_loadu_si512(pre_first + row);
        const __m512i last = _mm512_loadu_si512(post_first + row);
        const __m512i pairs = _mm512_or_si512(first, last);
        const __mmask16 timing_minus = _mm512_cmplt_epi32_mask(first, last);
        const __mmask16 timing_plus = _mm512_cmpgt_epi32_mask(first, last);
        const __mmask16 silent = _mm512_testn_epi32_mask(pairs, pairs);
        // Without firing pairs, an unchanged weight has timing 0, a changed one none at all.
        const __mmask16 untimed = _kand_mask16(silent, _kor_mask16(change_minus, change_plus));
        const __mmask16 timing_none = _mm512_mask_cmpeq_epi32_mask(_knot_mask16(untimed), first, last);
        const __mmask16 now_plus = _mm512_mask_cmp_ps_mask(receptor_minus, young, zero, _CMP_GT_OQ);
        const __mmask16 now_minus = _mm512_mask_cmp_ps_mask(receptor_plus, young, zero, _CMP_LT_OQ);

        const Sixteen gain = to_double(_mm512_max_ps(update, zero));
        const Sixteen loss = to_double(_mm512_max_ps(_mm512_sub_ps(zero, update), zero));
        minus_minus.add(receptor_minus, timing_minus, loss, gain);
        minus_plus.add(receptor_minus, timing_plus, loss, gain);
        plus_minus.add(receptor_plus, timing_minus, loss, gain);
        plus_plus.add(receptor_plus, timing_plus, loss, gain);
        // Ties are rare, and where no activation is zero they are the same rows' in every column.
        if ((timing_none & counted) != 0) {
            minus_none.add(receptor_minus, timing_none, loss, gain);
            plus_none.add(receptor_plus, timing_none, loss, gain);
        }
        if (receptor_none != 0) {
            add_zero_weights(receptor_none, {timing_minus, timing_none, timing_plus}, loss, gain, cells);
        }
        if (untimed != 0) {
            untimed_sum = add_rows(untimed_sum, _kand_mask16(untimed, counted), _mm512_add_pd(gain.low, loss.low),
                                   _mm512_add_pd(gain.high, loss.high));
        }

        _store_mask16(&signs.receptor[0][word], receptor_minus);
        _store_mask16(&signs.receptor[1][word], receptor_none);
        _store_mask16(&signs.receptor[2][word], receptor_plus);
        _store_mask16(&signs.timing[0][word], timing_minus);
        _store_mask16(&signs.timing[1][word], timing_none);
        _store_mask16(&signs.timing[2][word], timing_plus);
        _store_mask16(&signs.change[0][word], change_minus);
        _store_mask16(&signs.change[1][word], change_plus);
        _store_mask16(&signs.switched[word], _kor_mask16(now_plus, now_minus));
        if (++word < kRowsKept / 16) continue;
        count_cells(signs, word, cells);
        word = 0;
    }
    if (word != 0) count_cells(signs, word, cells);
    minus_minus.store(cell_sums);
    minus_none.store(cell_sums + 3);
    minus_plus.store(cell_sums + 6);
    plus_minus.store(cell_sums + 18);
    plus_none.store(cell_sums + 21);
    plus_plus.store(cell_sums + 24);
    _mm512_store_pd(cell_sums[kUntimedCell], untimed_sum);
    return nan != 0;
}

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
