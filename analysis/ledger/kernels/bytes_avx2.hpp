#pragma once

// Vectors of 32 bytes in AVX2.

#include <immintrin.h>

#include <cstdint>

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

/// 32 numbers of 32 bits, saturated, in their order.
inline __m256i narrowed(const __m256i (&numbers)[4]) {
    const __m256i low = _mm256_packs_epi32(numbers[0], numbers[1]);
    const __m256i high = _mm256_packs_epi32(numbers[2], numbers[3]);
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    return _mm256_permutevar8x32_epi32(_mm256_packs_epi16(low, high), order);
}

/// Bits set in each byte: a table of the 16 nibbles (Mula, Kurz & Lemire 2018, Comput. J. 61:111).
inline __m256i bits_by_byte(__m256i bytes) {
    const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,  //
                                           0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i nibble = _mm256_set1_epi8(0x0F);
    const __m256i low = _mm256_shuffle_epi8(table, _mm256_and_si256(bytes, nibble));
    const __m256i high = _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), nibble));
    return _mm256_add_epi8(low, high);
}

/// Sign bits of bytes, bit b of byte b.
inline std::uint32_t sign_bits(__m256i bytes) {
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes));
}

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
