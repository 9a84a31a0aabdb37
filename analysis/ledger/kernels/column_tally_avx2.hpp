// The pass over one column of a dense layer's weights in AVX2, up to 1024 rows at a time: signs become planes of bits,
// bits are counted by bytes, 256 rows at once, and |update| times 0 or 1, looked up by the bits of eight rows, is added
// to the sums in registers.

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "analysis/ledger/kernels/bytes_avx2.hpp"
#include "analysis/ledger/kernels/ledger_kernels.hpp"

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

constexpr std::size_t kVectorRows = 8;
static_assert(kSingleLanes == 2 * kVectorRows);
/// Rows whose signs are read together.
constexpr std::size_t kGroupRows = 32;
constexpr std::size_t kGroupVectors = kGroupRows / kVectorRows;
constexpr std::size_t kBlockWords = kRowVectorWords;
constexpr std::size_t kBlockRows = 64 * kBlockWords;
constexpr std::size_t kBlockVectors = kBlockRows / kVectorRows;
constexpr std::size_t kBlockGroups = kBlockRows / kGroupRows;
static_assert(kRowsInSingle % kBlockRows == 0);

inline __m256i load_rows(const void* plane) {
    return _mm256_loadu_si256(static_cast<const __m256i*>(plane));
}
inline void store_rows(void* plane, __m256i rows) {
    _mm256_storeu_si256(static_cast<__m256i*>(plane), rows);
}
inline __m256i both(__m256i a, __m256i b) {
    return _mm256_and_si256(a, b);
}
inline __m256i without(__m256i rows, __m256i others) {
    return _mm256_andnot_si256(others, rows);
}
inline bool has_rows(__m256i rows) {
    return _mm256_testz_si256(rows, rows) == 0;
}

/// Signs of up to 1024 numbers, bit r of row r.
struct Signs {
    alignas(32) std::uint32_t minus[kRowsInSingle / kGroupRows];
    alignas(32) std::uint32_t zero[kRowsInSingle / kGroupRows];

    void clear(std::size_t block) {
        store_rows(minus + block * kBlockGroups, _mm256_setzero_si256());
        store_rows(zero + block * kBlockGroups, _mm256_setzero_si256());
    }
    [[nodiscard]] __m256i minus_of(std::size_t block) const { return load_rows(minus + block * kBlockGroups); }
    [[nodiscard]] __m256i zero_of(std::size_t block) const { return load_rows(zero + block * kBlockGroups); }

    /// Notes those of 32 floats, among which are neither -0.0 nor NaN, as their bits.
    void note(std::size_t group, const __m256i (&numbers)[kGroupVectors]) {
        const __m256i bytes = narrowed(numbers);
        minus[group] = sign_bits(bytes);
        zero[group] = sign_bits(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256()));
    }
};

struct ColumnSigns {
    Signs receptor;
    Signs receptor_after;
    Signs change;

    void clear(std::size_t block) {
        receptor.clear(block);
        receptor_after.clear(block);
        change.clear(block);
    }
};

/// Turns -0.0 into 0.0 and leaves all else.
inline __m256i plain_zero(__m256 values) {
    return _mm256_castps_si256(_mm256_add_ps(values, _mm256_setzero_ps()));
}

inline void note_signs(const float* before, const float* after, std::size_t group, ColumnSigns& signs) {
    __m256i receptors[kGroupVectors];
    __m256i receptors_after[kGroupVectors];
    __m256i changes[kGroupVectors];
    for (std::size_t v = 0; v < kGroupVectors; ++v) {
        const __m256 old = _mm256_loadu_ps(before + kVectorRows * v);
        const __m256 young = _mm256_loadu_ps(after + kVectorRows * v);
        receptors[v] = plain_zero(old);
        receptors_after[v] = plain_zero(young);
        changes[v] = plain_zero(_mm256_sub_ps(young, old));
    }
    signs.receptor.note(group, receptors);
    signs.receptor_after.note(group, receptors_after);
    signs.change.note(group, changes);
}

struct FactorTable {
    alignas(64) float factors[256][kVectorRows];
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

/// Of each vector of rows, where its factors begin in the table, in bytes.
struct FactorPlaces {
    alignas(32) std::uint16_t of[kRowsInSingle / kVectorRows];

    void note(std::size_t block, __m256i rows) {
        static_assert(sizeof(kFactors.factors[0]) == 1U << 5U);
        const __m256i low = _mm256_cvtepu8_epi16(_mm256_castsi256_si128(rows));
        const __m256i high = _mm256_cvtepu8_epi16(_mm256_extracti128_si256(rows, 1));
        store_rows(of + block * kBlockVectors, _mm256_slli_epi16(low, 5));
        store_rows(of + block * kBlockVectors + kBlockVectors / 2, _mm256_slli_epi16(high, 5));
    }
    [[nodiscard]] __m256 factors(std::size_t vector) const {
        const char* table = reinterpret_cast<const char*>(kFactors.factors);
        return _mm256_load_ps(reinterpret_cast<const float*>(table + of[vector]));
    }
};

/// Weights that are not zero, by receptor (minus, plus) and timing (minus, zero, plus), and those that changed without
/// a firing pair.
struct ColumnPlaces {
    FactorPlaces timed[2][3];
    FactorPlaces untimed;
};

/// Rows counted by bytes of their planes, which have room for the bits of 31 blocks.
struct RowCount {
    __m256i bytes = _mm256_setzero_si256();

    void add(__m256i rows) { bytes = _mm256_add_epi8(bytes, bits_by_byte(rows)); }
    [[nodiscard]] std::uint64_t total() const {
        const __m256i words = _mm256_sad_epu8(bytes, _mm256_setzero_si256());
        const __m128i pairs = _mm_add_epi64(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
        return static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm_add_epi64(pairs, _mm_unpackhi_epi64(pairs, pairs))));
    }
};

/// By receptor (minus, plus), timing and change (minus, plus).
struct ColumnCounts {
    RowCount timed[2][3][2];
    RowCount untimed;
    RowCount switched;

    void add_to(UpdateCells& cells) const {
        for (std::size_t r = 0; r < 2; ++r) {
            for (std::size_t t = 0; t < 3; ++t) {
                cells.count[(2 * r * 3 + t) * 3] += timed[r][t][0].total();
                cells.count[(2 * r * 3 + t) * 3 + 2] += timed[r][t][1].total();
            }
        }
        cells.count[kUntimedCell] += untimed.total();
        cells.receptor_switches += switched.total();
    }
};

/// Rows of a block that are rarely seen: they did not change, or their weight is zero.
__attribute__((noinline)) void count_rare_rows(const float* before, const float* after, __m256i change_minus,
                                               __m256i changed, const __m256i (&receptors)[3],
                                               const __m256i (&timings)[3], UpdateCells& cells) {
    const auto count = [](__m256i rows) {
        RowCount bits;
        bits.add(rows);
        return bits.total();
    };
    for (std::size_t t = 0; t < 3; ++t) {
        for (std::size_t r = 0; r < 3; ++r) {
            cells.count[(r * 3 + t) * 3 + 1] += count(without(both(receptors[r], timings[t]), changed));
        }
        const __m256i moved = both(both(receptors[1], timings[t]), changed);
        cells.count[(3 + t) * 3] += count(both(moved, change_minus));
        cells.count[(3 + t) * 3 + 2] += count(without(moved, change_minus));
        alignas(32) std::uint64_t words[kBlockWords];
        store_rows(words, moved);
        for (std::size_t word = 0; word < kBlockWords; ++word) {
            for (std::uint64_t rows = words[word]; rows != 0; rows &= rows - 1) {
                const std::size_t row = 64 * word + static_cast<std::size_t>(__builtin_ctzll(rows));
                const float update = after[row] - before[row];
                cells.absolute_update[(3 + t) * 3 + (update < 0.0F ? 0 : 2)][row % kSumLanes] +=
                    static_cast<double>(update < 0.0F ? -update : update);
            }
        }
    }
}

/// Those of the first `rows` rows of a block.
inline __m256i first_rows(std::size_t rows) {
    if (rows >= kBlockRows) return _mm256_set1_epi64x(-1);
    alignas(32) std::uint64_t words[kBlockWords];
    for (std::size_t word = 0; word < kBlockWords; ++word) {
        const std::size_t first = 64 * word;
        words[word] = rows >= first + 64 ? ~std::uint64_t{0}
                      : rows > first     ? (std::uint64_t{1} << (rows - first)) - 1U
                                         : 0;
    }
    return load_rows(words);
}

/// Sorts and counts the rows of one block, of which the first `rows` exist; `word` is that of its planes. Returns
/// whether some changed without a firing pair.
inline bool sort_block(const float* before, const float* after, std::size_t rows, std::size_t block, std::size_t word,
                       const ColumnSigns& signs, const RowTiming& timing, const std::uint64_t* members,
                       const RowSignPlanes& receptor_signs, ColumnPlaces& places, ColumnCounts& counts,
                       UpdateCells& cells) {
    const __m256i exist = first_rows(rows);
    const __m256i minus = signs.receptor.minus_of(block);
    const __m256i zero = signs.receptor.zero_of(block);
    const __m256i plus = without(exist, _mm256_or_si256(minus, zero));
    store_rows(receptor_signs.minus + word, minus);
    store_rows(receptor_signs.plus + word, plus);

    const __m256i counted = members == nullptr ? exist : both(exist, load_rows(members + word));
    const __m256i changed = without(counted, signs.change.zero_of(block));
    const __m256i change_minus = signs.change.minus_of(block);
    const __m256i untimed = without(changed, load_rows(timing.fired + word));
    const __m256i timed = without(counted, untimed);
    const __m256i pre_first = load_rows(timing.pre_first + word);
    const __m256i post_first = load_rows(timing.post_first + word);
    // Rows that did neither change nor fire have timing zero.
    const __m256i timings[3] = {both(timed, post_first), without(timed, _mm256_or_si256(pre_first, post_first)),
                                both(timed, pre_first)};
    const __m256i receptors[3] = {minus, zero, plus};
    for (std::size_t r = 0; r < 2; ++r) {
        for (std::size_t t = 0; t < 3; ++t) {
            const __m256i cell = both(receptors[2 * r], timings[t]);
            const __m256i cell_changed = both(cell, changed);
            places.timed[r][t].note(block, cell);
            counts.timed[r][t][0].add(both(cell_changed, change_minus));
            counts.timed[r][t][1].add(without(cell_changed, change_minus));
        }
    }
    places.untimed.note(block, untimed);
    counts.untimed.add(untimed);
    const __m256i signs_differ = _mm256_xor_si256(minus, signs.receptor_after.minus_of(block));
    const __m256i none = _mm256_or_si256(zero, signs.receptor_after.zero_of(block));
    counts.switched.add(without(both(counted, signs_differ), none));
    if (has_rows(without(counted, without(changed, zero)))) {
        count_rare_rows(before, after, change_minus, changed, receptors, timings, cells);
    }
    return has_rows(untimed);
}

inline void add_to_lanes(double (&sums)[kSumLanes], __m256 sizes) {
    const __m256d low = _mm256_cvtps_pd(_mm256_castps256_ps128(sizes));
    const __m256d high = _mm256_cvtps_pd(_mm256_extractf128_ps(sizes, 1));
    _mm256_store_pd(sums, _mm256_add_pd(_mm256_load_pd(sums), low));
    _mm256_store_pd(sums + 4, _mm256_add_pd(_mm256_load_pd(sums + 4), high));
}

/// A column's weights, whose last group of rows may be a copy filled up with zeros.
struct ColumnWeights {
    const float* before;
    const float* after;
    std::size_t whole_vectors;
    const float* last_before;
    const float* last_after;
    std::size_t vectors;
};

/// work(update, v) for every other vector of rows from `first` on.
template <class Work>
inline void for_updates(const ColumnWeights& weights, std::size_t first, const Work& work) {
    const auto update = [](const float* before, const float* after) {
        return _mm256_sub_ps(_mm256_loadu_ps(after), _mm256_loadu_ps(before));
    };
    std::size_t v = first;
    for (; v < weights.whole_vectors; v += 2) {
        work(update(weights.before + kVectorRows * v, weights.after + kVectorRows * v), v);
    }
    for (; v < weights.vectors; v += 2) {
        const std::size_t row = kVectorRows * (v - weights.whole_vectors);
        work(update(weights.last_before + row, weights.last_after + row), v);
    }
}

/// Adds |update| of weights that are not zero: even and odd vectors have sums of their own. A NaN, or an infinity
/// times 0, ends in a sum.
void add_sizes(const ColumnWeights& weights, std::size_t first, const ColumnPlaces& places, UpdateCells& cells) {
    const __m256 none = _mm256_setzero_ps();
    __m256 falls[2][3] = {{none, none, none}, {none, none, none}};
    __m256 rises[2][3] = {{none, none, none}, {none, none, none}};
    for_updates(weights, first, [&](__m256 update, std::size_t v) {
        const __m256 rise = _mm256_max_ps(none, update);
        const __m256 fall = _mm256_min_ps(none, update);
#pragma GCC unroll 2
        for (std::size_t r = 0; r < 2; ++r) {
#pragma GCC unroll 3
            for (std::size_t t = 0; t < 3; ++t) {
                const __m256 factors = places.timed[r][t].factors(v);
                rises[r][t] = _mm256_fmadd_ps(rise, factors, rises[r][t]);
                falls[r][t] = _mm256_fmadd_ps(fall, factors, falls[r][t]);
            }
        }
    });
#pragma GCC unroll 2
    for (std::size_t r = 0; r < 2; ++r) {
#pragma GCC unroll 3
        for (std::size_t t = 0; t < 3; ++t) {
            double(*sums)[kSumLanes] = cells.absolute_update + (2 * r * 3 + t) * 3;
            add_to_lanes(sums[0], _mm256_sub_ps(none, falls[r][t]));
            add_to_lanes(sums[2], rises[r][t]);
        }
    }
}

/// The same for rows without firing pairs, which may be all those of a silent column.
void add_untimed(const ColumnWeights& weights, std::size_t first, const FactorPlaces& places, UpdateCells& cells) {
    const __m256 size_bits = _mm256_castsi256_ps(_mm256_set1_epi32(0x7FFFFFFF));
    __m256 sizes = _mm256_setzero_ps();
    for_updates(weights, first, [&](__m256 update, std::size_t v) {
        sizes = _mm256_fmadd_ps(_mm256_and_ps(update, size_bits), places.factors(v), sizes);
    });
    add_to_lanes(cells.absolute_update[kUntimedCell], sizes);
}

/// Up to kRowsInSingle rows, whose first is that of `word`. Fetches what lies `ahead` rows further on.
void tally_rows(const float* before, const float* after, std::size_t rows, std::size_t ahead, std::size_t word,
                const RowTiming& timing, const std::uint64_t* members, const RowSignPlanes& receptors,
                UpdateCells& cells) {
    ColumnSigns signs;
    if (rows % kBlockRows != 0) signs.clear(rows / kBlockRows);
    const std::size_t groups = rows / kGroupRows;
    for (std::size_t group = 0; group < groups; ++group) {
        const std::size_t row = group * kGroupRows;
        for (std::size_t line = 0; line < kGroupRows; line += 16) {
            _mm_prefetch(before + row + ahead + line, _MM_HINT_T0);
            _mm_prefetch(after + row + ahead + line, _MM_HINT_T0);
        }
        note_signs(before + row, after + row, group, signs);
    }
    alignas(32) float last_before[kGroupRows] = {};
    alignas(32) float last_after[kGroupRows] = {};
    const std::size_t left = rows - groups * kGroupRows;
    if (left > 0) {
        __builtin_memcpy(last_before, before + groups * kGroupRows, left * sizeof(float));
        __builtin_memcpy(last_after, after + groups * kGroupRows, left * sizeof(float));
        note_signs(last_before, last_after, groups, signs);
    }

    ColumnPlaces places;
    ColumnCounts counts;
    bool some_untimed = false;
    for (std::size_t block = 0; block * kBlockRows < rows; ++block) {
        const std::size_t row = block * kBlockRows;
        some_untimed |= sort_block(before + row, after + row, rows - row, block, word + block * kBlockWords, signs,
                                   timing, members, receptors, places, counts, cells);
    }
    counts.add_to(cells);

    const ColumnWeights weights{.before = before,
                                .after = after,
                                .whole_vectors = groups * kGroupVectors,
                                .last_before = last_before,
                                .last_after = last_after,
                                .vectors = (groups + (left > 0 ? 1 : 0)) * kGroupVectors};
    for (std::size_t first = 0; first < 2; ++first) add_sizes(weights, first, places, cells);
    if (!some_untimed) return;
    for (std::size_t first = 0; first < 2; ++first) add_untimed(weights, first, places.untimed, cells);
}

void tally_column(const float* before, const float* after, std::size_t rows, const RowTiming& timing,
                  const std::uint64_t* members, const RowSignPlanes& receptors, UpdateCells& cells) {
    for (std::size_t row = 0; row < rows; row += kRowsInSingle) {
        const std::size_t left = rows - row;
        tally_rows(before + row, after + row, left < kRowsInSingle ? left : kRowsInSingle, rows, row / 64, timing,
                   members, receptors, cells);
    }
}

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
