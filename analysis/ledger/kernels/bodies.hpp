// The bodies of the ledger's kernels, compiled once a variant: the including file defines STDPSCOPE_KERNEL_VARIANT and
// is compiled with the variant's instruction set. Nothing inline of the standard library may be used here: the linker
// would keep one copy of it, perhaps one with instructions that the machine does not have.

#include <cstddef>
#include <cstdint>

#include "analysis/ledger/kernels/row_planes.hpp"
#include "analysis/ledger/kernels/variants.hpp"

#if defined(__AVX512BITALG__)
#include "analysis/ledger/kernels/primitives_avx512.hpp"
#elif defined(__AVX2__)
#include "analysis/ledger/kernels/primitives_avx2.hpp"
#else
#include "analysis/ledger/kernels/primitives_portable.hpp"
#endif

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

using Word = std::uint16_t;
using Count = std::int32_t;

Word intersect(const Word* a, const Word* b, const Word* c, std::size_t words, Word* out) {
    unsigned any = 0;
    for (std::size_t w = 0; w < words; ++w) {
        unsigned word = a[w];
        if (b != nullptr) word &= b[w];
        if (c != nullptr) word &= c[w];
        out[w] = static_cast<Word>(word);
        any |= word;
    }
    return static_cast<Word>(any);
}

bool meet(const Word* a, const Word* b, const Word* c, std::size_t words) {
    unsigned any = 0;
    for (std::size_t w = 0; w < words; ++w) {
        unsigned word = a[w];
        if (b != nullptr) word &= b[w];
        if (c != nullptr) word &= c[w];
        any |= word;
    }
    return any != 0;
}

Word neither(const Word* a, const Word* b, const Word* c, Word used, std::size_t words, Word* out) {
    unsigned any = 0;
    for (std::size_t w = 0; w < words; ++w) {
        unsigned word = static_cast<unsigned>(a[w]) | b[w];
        if (c != nullptr) word |= c[w];
        word = used & ~word;
        out[w] = static_cast<Word>(word);
        any |= word;
    }
    return static_cast<Word>(any);
}

/// One vector of rows after the other; four at a time while they last, to spread the cost of the broadcast.
void count_rows(const Word* pre, std::size_t blocks, const Word* post, std::size_t stride, std::size_t rows,
                Count* counts) {
    std::size_t row = 0;
    for (; row + 3 * kVectorWords < rows; row += 4 * kVectorWords) {
        Words sum0 = zero_words();
        Words sum1 = zero_words();
        Words sum2 = zero_words();
        Words sum3 = zero_words();
        for (std::size_t block = 0; block < blocks; ++block) {
            const Words signs = broadcast(pre[block]);
            const Word* place = post + block * stride + row;
            sum0 = add_population(sum0, signs, load(place));
            sum1 = add_population(sum1, signs, load(place + kVectorWords));
            sum2 = add_population(sum2, signs, load(place + 2 * kVectorWords));
            sum3 = add_population(sum3, signs, load(place + 3 * kVectorWords));
        }
        store_counts(counts + row, sum0);
        store_counts(counts + row + kVectorWords, sum1);
        store_counts(counts + row + 2 * kVectorWords, sum2);
        store_counts(counts + row + 3 * kVectorWords, sum3);
    }
    for (; row < rows; row += kVectorWords) {
        Words sum = zero_words();
        for (std::size_t block = 0; block < blocks; ++block) {
            sum = add_population(sum, broadcast(pre[block]), load(post + block * stride + row));
        }
        store_counts(counts + row, sum);
    }
}

/// Vectors after which a 16-bit lane, 16 a vector at most, is emptied while it still fits a signed number.
constexpr std::size_t kVectorsUntilFull = 2047;

/// Four rows (or one) of kTaps taps, words [begin, end): what is loaded once serves several sums. Unrolled loops keep
/// these in registers.
template <std::size_t kTaps, std::size_t kRows>
void count_some_maps(const Word* const* pre, const Word* post, std::size_t words, std::size_t begin, std::size_t end,
                     Count* counts, std::size_t counts_stride) {
    Words sums[kTaps][kRows];
#pragma GCC unroll 4
    for (std::size_t tap = 0; tap < kTaps; ++tap) {
#pragma GCC unroll 4
        for (std::size_t row = 0; row < kRows; ++row) sums[tap][row] = zero_words();
    }
    for (std::size_t word = begin; word < end; word += kVectorWords) {
        Words maps[kRows];
#pragma GCC unroll 4
        for (std::size_t row = 0; row < kRows; ++row) maps[row] = load(post + row * words + word);
#pragma GCC unroll 4
        for (std::size_t tap = 0; tap < kTaps; ++tap) {
            const Words signs = load(pre[tap] + word);
#pragma GCC unroll 4
            for (std::size_t row = 0; row < kRows; ++row) {
                sums[tap][row] = add_population(sums[tap][row], signs, maps[row]);
            }
        }
    }
#pragma GCC unroll 4
    for (std::size_t tap = 0; tap < kTaps; ++tap) {
        Count* place = counts + tap * counts_stride;
        if constexpr (kRows == 4) {
            add_sums(sums[tap][0], sums[tap][1], sums[tap][2], sums[tap][3], place);
        } else {
#pragma GCC unroll 4
            for (std::size_t row = 0; row < kRows; ++row) place[row] += sum_of(sums[tap][row]);
        }
    }
}

template <std::size_t kTaps>
void count_maps_of(const Word* const* pre, const Word* post, std::size_t words, std::size_t rows, Count* counts,
                   std::size_t counts_stride) {
    constexpr std::size_t kWordsUntilFull = kVectorsUntilFull * kVectorWords;
    for (std::size_t tap = 0; tap < kTaps; ++tap) {
        for (std::size_t row = 0; row < rows; ++row) counts[tap * counts_stride + row] = 0;
    }
    for (std::size_t begin = 0; begin < words; begin += kWordsUntilFull) {
        const std::size_t end = words - begin < kWordsUntilFull ? words : begin + kWordsUntilFull;
        std::size_t row = 0;
        for (; row + 3 < rows; row += 4) {
            count_some_maps<kTaps, 4>(pre, post + row * words, words, begin, end, counts + row, counts_stride);
        }
        for (; row < rows; ++row) {
            count_some_maps<kTaps, 1>(pre, post + row * words, words, begin, end, counts + row, counts_stride);
        }
    }
}

void count_maps(const Word* const* pre, std::size_t taps, const Word* post, std::size_t words, std::size_t rows,
                Count* counts, std::size_t counts_stride) {
    std::size_t tap = 0;
    if constexpr (kTapsAtOnce == 4) {
        for (; tap + 4 <= taps; tap += 4) {
            count_maps_of<4>(pre + tap, post, words, rows, counts + tap * counts_stride, counts_stride);
        }
        if (taps - tap == 3)
            return count_maps_of<3>(pre + tap, post, words, rows, counts + tap * counts_stride, counts_stride);
        if (taps - tap == 2)
            return count_maps_of<2>(pre + tap, post, words, rows, counts + tap * counts_stride, counts_stride);
    }
    for (; tap < taps; ++tap) {
        count_maps_of<1>(pre + tap, post, words, rows, counts + tap * counts_stride, counts_stride);
    }
}

std::uint64_t set_bits(const Word* bits, std::size_t words) {
    std::uint64_t total = 0;
    std::size_t word = 0;
    for (; word + 4 <= words; word += 4) {
        std::uint64_t four = 0;
        __builtin_memcpy(&four, bits + word, sizeof(four));
        total += static_cast<std::uint64_t>(__builtin_popcountll(four));
    }
    for (; word < words; ++word) total += static_cast<std::uint64_t>(__builtin_popcount(bits[word]));
    return total;
}

std::uint64_t population(const Word* bits, std::size_t words) {
    constexpr std::size_t kWordsUntilFull = kVectorsUntilFull * kVectorWords;
    std::uint64_t total = 0;
    for (std::size_t begin = 0; begin < words; begin += kWordsUntilFull) {
        const std::size_t end = words - begin < kWordsUntilFull ? words : begin + kWordsUntilFull;
        Words sum = zero_words();
        for (std::size_t word = begin; word < end; word += kVectorWords) {
            const Words vector = load(bits + word);
            sum = add_population(sum, vector, vector);
        }
        total += static_cast<std::uint64_t>(sum_of(sum));
    }
    return total;
}

void copy_rows(const Word* from, std::size_t from_stride, std::size_t rows, std::size_t words, Word* to,
               std::size_t to_stride) {
    for (std::size_t row = 0; row < rows; ++row) copy_words(from + row * from_stride, words, to + row * to_stride);
}

void sum(const Count* const* counts, std::size_t arrays, std::size_t rows, Count* out) {
    for (std::size_t row = 0; row < rows; ++row) out[row] = 0;
    for (std::size_t array = 0; array < arrays; ++array) {
        const Count* part = counts[array];
        for (std::size_t row = 0; row < rows; ++row) out[row] += part[row];
    }
}

std::uint64_t dot(const std::uint32_t* a, const Count* b, std::size_t rows) {
    std::uint64_t total = 0;
    for (std::size_t row = 0; row < rows; ++row) {
        total += static_cast<std::uint64_t>(a[row]) * static_cast<std::uint32_t>(b[row]);
    }
    return total;
}

void remainder(Count whole, const Count* counts, std::size_t stride, std::size_t arrays, std::size_t rows, Count* out) {
    for (std::size_t row = 0; row < rows; ++row) out[row] = whole;
    for (std::size_t array = 0; array < arrays; ++array) {
        const Count* part = counts + array * stride;
        for (std::size_t row = 0; row < rows; ++row) out[row] -= part[row];
    }
}

template <std::size_t kTaps>
void add_pairs_of(const Word* const* firing, const Word* loss_positive, const Word* loss_negative, const float* loss,
                  std::size_t words, PairSums* sums) {
    static_assert(kTapsTogether == 4);
    // Those beyond kTaps are not used.
    LaneSums integrals[kTapsTogether] = {LaneSums(sums[0].integral), LaneSums(sums[1 % kTaps].integral),
                                         LaneSums(sums[2 % kTaps].integral), LaneSums(sums[3 % kTaps].integral)};
    int post_first[kTaps] = {};
    int pre_first[kTaps] = {};
    for (std::size_t word = 0; word < words; ++word) {
        const unsigned positive = loss_positive[word];
        const unsigned negative = loss_negative[word];
        const LaneSums::Values values = LaneSums::values(loss + word * 16);
#pragma GCC unroll 4
        for (std::size_t tap = 0; tap < kTaps; ++tap) {
            const unsigned fires = firing[tap][word];
            post_first[tap] += __builtin_popcount(fires & positive);
            pre_first[tap] += __builtin_popcount(fires & negative);
            integrals[tap].subtract(fires & (positive | negative), values);
        }
    }
    for (std::size_t tap = 0; tap < kTaps; ++tap) {
        sums[tap].post_first += post_first[tap];
        sums[tap].pre_first += pre_first[tap];
        integrals[tap].store(sums[tap].integral);
    }
}

void add_pairs(const Word* const* firing, std::size_t taps, const Word* loss_positive, const Word* loss_negative,
               const float* loss, std::size_t words, PairSums* sums) {
    constexpr decltype(&add_pairs_of<1>) kOf[kTapsTogether] = {&add_pairs_of<1>, &add_pairs_of<2>, &add_pairs_of<3>,
                                                               &add_pairs_of<4>};
    kOf[taps - 1](firing, loss_positive, loss_negative, loss, words, sums);
}

constexpr LedgerKernels kTable = {
    .signs = &signs,
    .intersect = &intersect,
    .meet = &meet,
    .neither = &neither,
    .count_rows = &count_rows,
    .count_maps = &count_maps,
    .set_bits = &set_bits,
    .population = &population,
    .copy_rows = &copy_rows,
    .sum = &sum,
    .dot = &dot,
    .remainder = &remainder,
    .tally_events = &tally_events,
    .add_pairs = &add_pairs,
    .tally_updates = &tally_updates,
#if defined(__AVX2__) && !defined(__AVX512BITALG__)
    .nibbles = {.tap_nibbles = &tap_nibbles, .row_nibbles = &row_nibbles, .count = &count_nibbles},
#endif
    .rows = {.transpose = &transpose_words,
             .list_bits = &list_bits,
             .intersect = &intersect_rows,
             .neither = &neither_rows,
             .all_in = &all_in,
             .compare_counts = &compare_counts,
             .add_planes = &add_planes,
             .sum_digits = &sum_digits,
             .sum_planes = &sum_planes,
             .tally_column = &tally_column},
};

}  // namespace

const LedgerKernels& kernels() {
    return kTable;
}

}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
