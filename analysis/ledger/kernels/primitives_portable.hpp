// Vectors of words for any machine: four words in 64 bits.

#include "analysis/ledger/kernels/bit_lists_portable.hpp"
#include "analysis/ledger/kernels/column_tally_portable.hpp"
#include "analysis/ledger/kernels/sign_lines.hpp"
#include "analysis/ledger/kernels/update_pass_portable.hpp"
#include "analysis/ledger/kernels/weight_passes_portable.hpp"

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

using Words = std::uint64_t;
constexpr std::size_t kVectorWords = 4;
/// Taps that count_maps works on together: with four rows, as many sums as registers allow.
constexpr std::size_t kTapsAtOnce = 1;

inline Words zero_words() {
    return 0;
}
inline Words broadcast(std::uint16_t word) {
    return word * 0x0001000100010001ULL;
}
inline Words load(const std::uint16_t* words) {
    Words vector = 0;
    __builtin_memcpy(&vector, words, sizeof(vector));
    return vector;
}

/// sum + popcount(a & b), word by word.
inline Words add_population(Words sum, Words a, Words b) {
    Words bits = a & b;
    bits -= (bits >> 1) & 0x5555555555555555ULL;
    bits = (bits & 0x3333333333333333ULL) + ((bits >> 2) & 0x3333333333333333ULL);
    bits = (bits + (bits >> 4)) & 0x0F0F0F0F0F0F0F0FULL;
    return sum + ((bits + (bits >> 8)) & 0x001F001F001F001FULL);
}

inline void store_counts(std::int32_t* counts, Words sum) {
    std::uint16_t words[kVectorWords];
    __builtin_memcpy(words, &sum, sizeof(sum));
    for (std::size_t w = 0; w < kVectorWords; ++w) counts[w] = words[w];
}

inline void copy_words(const std::uint16_t* from, std::size_t words, std::uint16_t* to) {
    __builtin_memcpy(to, from, words * sizeof(*to));
}

inline std::int32_t sum_of(Words sum) {
    std::uint16_t words[kVectorWords];
    __builtin_memcpy(words, &sum, sizeof(sum));
    return words[0] + words[1] + words[2] + words[3];
}

inline void add_sums(Words sum0, Words sum1, Words sum2, Words sum3, std::int32_t* counts) {
    counts[0] += sum_of(sum0);
    counts[1] += sum_of(sum1);
    counts[2] += sum_of(sum2);
    counts[3] += sum_of(sum3);
}

bool signs(const float* values, std::size_t words, std::uint16_t* positive, std::uint16_t* negative) {
    unsigned nan = 0;
    for_lines(words, positive, negative, [&](std::size_t first, std::size_t end) {
        for (std::size_t word = first; word < end; ++word) {
            const float* lanes = values + word * 16;
            __builtin_prefetch(values + word_ahead(word, words) * 16);
            unsigned plus = 0;
            unsigned minus = 0;
            for (unsigned lane = 0; lane < 16; ++lane) {
                plus |= static_cast<unsigned>(lanes[lane] > 0.0F) << lane;
                minus |= static_cast<unsigned>(lanes[lane] < 0.0F) << lane;
                nan |= static_cast<unsigned>(lanes[lane] != lanes[lane]);
            }
            positive[word] = static_cast<std::uint16_t>(plus);
            negative[word] = static_cast<std::uint16_t>(minus);
        }
    });
    return nan != 0;
}

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
