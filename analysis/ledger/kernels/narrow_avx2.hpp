#pragma once

// 32 numbers of 32 bits become bytes.

#include <immintrin.h>

#include <cstdint>

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

/// Saturated, in their order.
inline __m256i narrowed(const __m256i (&numbers)[4]) {
    const __m256i low = _mm256_packs_epi32(numbers[0], numbers[1]);
    const __m256i high = _mm256_packs_epi32(numbers[2], numbers[3]);
    const __m256i order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);
    return _mm256_permutevar8x32_epi32(_mm256_packs_epi16(low, high), order);
}

/// Sign bits of bytes, bit b of byte b.
inline std::uint32_t sign_bits(__m256i bytes) {
    return static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes));
}

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
