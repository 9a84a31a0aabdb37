// Words of samples become planes of rows, in AVX-512.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "analysis/ledger/kernels/ledger_kernels.hpp"

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

/// 64 rows a turn: one vector has their words' lower bytes, another the upper ones, and a test gives a sample's bits.
void transpose_words(const std::uint16_t* words, std::size_t rows, std::size_t first, std::size_t lanes,
                     std::uint64_t* planes, std::size_t plane_words) {
    const __m512i byte = _mm512_set1_epi16(0xFF);
    // Packing takes turns between its two sources every 128 bits.
    const __m512i order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);
    const auto rows_from = [&](std::size_t row) {
        const std::size_t left = row < rows ? rows - row : 0;
        return _mm512_maskz_loadu_epi16(left >= 32 ? ~__mmask32{0} : (__mmask32{1} << left) - 1U, words + row);
    };
    for (std::size_t word = 0; word < plane_words; ++word) {
        const __m512i low = rows_from(64 * word);
        const __m512i high = rows_from(64 * word + 32);
        const __m512i samples[2] = {_mm512_permutexvar_epi64(order, _mm512_packus_epi16(_mm512_and_si512(low, byte),
                                                                                        _mm512_and_si512(high, byte))),
                                    _mm512_permutexvar_epi64(order, _mm512_packus_epi16(_mm512_srli_epi16(low, 8),
                                                                                        _mm512_srli_epi16(high, 8)))};
#pragma GCC unroll 16
        for (std::size_t lane = 0; lane < 16; ++lane) {
            if (lane - first >= lanes) continue;
            planes[(lane - first) * plane_words + word] =
                _mm512_test_epi8_mask(samples[lane / 8], _mm512_set1_epi8(static_cast<char>(1U << lane % 8)));
        }
    }
}

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
