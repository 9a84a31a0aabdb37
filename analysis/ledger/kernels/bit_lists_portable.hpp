// Places of set bits, one by one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

std::size_t list_bits(const std::uint16_t* a, const std::uint16_t* b, std::size_t stride, std::size_t words,
                      std::uint32_t* out) {
    std::size_t count = 0;
    for (std::size_t word = 0; word < words; ++word) {
        unsigned left = a[word * stride];
        if (b != nullptr) left |= b[word * stride];
        for (; left != 0; left &= left - 1) {
            out[count++] = static_cast<std::uint32_t>(16 * word) + static_cast<std::uint32_t>(__builtin_ctz(left));
        }
    }
    return count;
}

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
