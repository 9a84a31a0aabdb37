// Places of set bits in AVX-512: 16 places at a time are pushed together under their bits.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "analysis/ledger/kernels/ledger_kernels.hpp"

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

std::size_t list_bits(const std::uint16_t* a, const std::uint16_t* b, std::size_t stride, std::size_t words,
                      std::uint32_t* out) {
    static_assert(kListedTogether == 16);
    const __m512i next = _mm512_set1_epi32(16);
    __m512i places = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    std::size_t count = 0;
    for (std::size_t word = 0; word < words; ++word) {
        const __mmask16 bits =
            b == nullptr ? a[word * stride] : static_cast<__mmask16>(a[word * stride] | b[word * stride]);
        _mm512_storeu_si512(out + count, _mm512_maskz_compress_epi32(bits, places));
        count += static_cast<std::size_t>(__builtin_popcount(bits));
        places = _mm512_add_epi32(places, next);
    }
    return count;
}

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
