// Vectors of words in AVX2: 16 words in 256 bits.

#include <immintrin.h>

#include "analysis/ledger/kernels/bit_lists_portable.hpp"
#include "analysis/ledger/kernels/bytes_avx2.hpp"
#include "analysis/ledger/kernels/column_tally_avx2.hpp"
#include "analysis/ledger/kernels/nibble_counts_avx2.hpp"
#include "analysis/ledger/kernels/sign_lines.hpp"
#include "analysis/ledger/kernels/transpose_avx2.hpp"
#include "analysis/ledger/kernels/update_pass_avx2.hpp"
#include "analysis/ledger/kernels/weight_passes_portable.hpp"

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

using Words = __m256i;
constexpr std::size_t kVectorWords = 16;
/// Taps that count_maps works on together: with four rows, as many sums as registers allow.
constexpr std::size_t kTapsAtOnce = 1;

inline Words zero_words() {
    return _mm256_setzero_si256();
}
inline Words broadcast(std::uint16_t word) {
    return _mm256_set1_epi16(static_cast<short>(word));
}
inline Words load(const std::uint16_t* words) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(words));
}

/// sum + popcount(a & b), word by word.
inline Words add_population(Words sum, Words a, Words b) {
    const Words bits = bits_by_byte(_mm256_and_si256(a, b));
    return _mm256_add_epi16(sum, _mm256_maddubs_epi16(bits, _mm256_set1_epi8(1)));
}

inline void store_counts(std::int32_t* counts, Words sum) {
    auto* out = reinterpret_cast<__m256i*>(counts);
    _mm256_storeu_si256(out, _mm256_cvtepu16_epi32(_mm256_castsi256_si128(sum)));
    _mm256_storeu_si256(out + 1, _mm256_cvtepu16_epi32(_mm256_extracti128_si256(sum, 1)));
}

inline void copy_words(const std::uint16_t* from, std::size_t words, std::uint16_t* to) {
    __builtin_memcpy(to, from, words * sizeof(*to));
}

inline std::int32_t sum_of(Words sum) {
    const Words pairs = _mm256_madd_epi16(sum, _mm256_set1_epi16(1));
    const __m128i fours = _mm_add_epi32(_mm256_castsi256_si128(pairs), _mm256_extracti128_si256(pairs, 1));
    const __m128i twos = _mm_add_epi32(fours, _mm_shuffle_epi32(fours, 0x4E));
    return _mm_cvtsi128_si32(_mm_add_epi32(twos, _mm_shuffle_epi32(twos, 0xB1)));
}

inline void add_sums(Words sum0, Words sum1, Words sum2, Words sum3, std::int32_t* counts) {
    counts[0] += sum_of(sum0);
    counts[1] += sum_of(sum1);
    counts[2] += sum_of(sum2);
    counts[3] += sum_of(sum3);
}

/// Signs of two words' values; those of the first word are the lower bits.
struct TwoWordSigns {
    std::uint32_t positive;
    std::uint32_t negative;
};

// Inlined by order: GCC 12 would call it and keep `nan` in memory.
__attribute__((always_inline)) inline TwoWordSigns signs_of_two(const float* first, const float* last, __m256& nan) {
    const __m256 values[4] = {_mm256_loadu_ps(first), _mm256_loadu_ps(first + 8), _mm256_loadu_ps(last),
                              _mm256_loadu_ps(last + 8)};
    const __m256 zero = _mm256_setzero_ps();
    __m256i above[4];
    __m256i below[4];
    for (std::size_t v = 0; v < 4; ++v) {
        above[v] = _mm256_castps_si256(_mm256_cmp_ps(values[v], zero, _CMP_GT_OQ));
        below[v] = _mm256_castps_si256(_mm256_cmp_ps(values[v], zero, _CMP_LT_OQ));
    }
    nan = _mm256_or_ps(nan, _mm256_or_ps(_mm256_cmp_ps(values[0], values[1], _CMP_UNORD_Q),
                                         _mm256_cmp_ps(values[2], values[3], _CMP_UNORD_Q)));
    return {.positive = sign_bits(narrowed(above)), .negative = sign_bits(narrowed(below))};
}

bool signs(const float* values, std::size_t words, std::uint16_t* positive, std::uint16_t* negative) {
    __m256 nan = _mm256_setzero_ps();
    for_lines(words, positive, negative, [&](std::size_t first, std::size_t end) {
        std::size_t word = first;
        for (; word + 2 <= end; word += 2) {
            _mm_prefetch(values + word_ahead(word, words) * 16, _MM_HINT_T0);
            _mm_prefetch(values + word_ahead(word + 1, words) * 16, _MM_HINT_T0);
            const TwoWordSigns two = signs_of_two(values + word * 16, values + word * 16 + 16, nan);
            __builtin_memcpy(positive + word, &two.positive, sizeof(two.positive));
            __builtin_memcpy(negative + word, &two.negative, sizeof(two.negative));
        }
        if (word < end) {
            const TwoWordSigns twice = signs_of_two(values + word * 16, values + word * 16, nan);
            positive[word] = static_cast<std::uint16_t>(twice.positive);
            negative[word] = static_cast<std::uint16_t>(twice.negative);
        }
    });
    return _mm256_movemask_ps(nan) != 0;
}

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
