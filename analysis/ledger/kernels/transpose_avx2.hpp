// Words of samples become planes of rows, in AVX2.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "analysis/ledger/kernels/ledger_kernels.hpp"

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

/// 32 rows a turn: the words' lower bytes hold eight samples, their upper bytes eight more, and a byte's uppermost bits
/// can be taken at once.
void transpose_words(const std::uint16_t* words, std::size_t rows, std::size_t first, std::size_t lanes,
                     std::uint64_t* planes, std::size_t plane_words) {
    const std::size_t halves = 2 * plane_words;
    auto* out = reinterpret_cast<char*>(planes);
    for (std::size_t half = 0; half < halves; ++half) {
        alignas(32) std::uint16_t last[32] = {};
        const std::uint16_t* from = words + 32 * half;
        if (32 * half >= rows) {
            from = last;
        } else if (rows - 32 * half < 32) {
            __builtin_memcpy(last, from, (rows - 32 * half) * sizeof(*words));
            from = last;
        }
        const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
        const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + 16));
        const __m256i byte = _mm256_set1_epi16(0xFF);
        const auto in_order = [](__m256i bytes) { return _mm256_permute4x64_epi64(bytes, 0xD8); };
        __m256i samples[2] = {in_order(_mm256_packus_epi16(_mm256_and_si256(low, byte), _mm256_and_si256(high, byte))),
                              in_order(_mm256_packus_epi16(_mm256_srli_epi16(low, 8), _mm256_srli_epi16(high, 8)))};
        for (std::size_t lane = 16; lane-- > first;) {
            __m256i& bytes = samples[lane / 8];
            const int rows_of_lane = _mm256_movemask_epi8(bytes);
            bytes = _mm256_add_epi8(bytes, bytes);
            if (lane >= first + lanes) continue;
            __builtin_memcpy(out + ((lane - first) * plane_words * 2 + half) * sizeof(rows_of_lane), &rows_of_lane,
                             sizeof(rows_of_lane));
        }
    }
}

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
