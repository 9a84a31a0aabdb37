// Places of set bits, one by one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

std::size_t list_bits(const std::uint64_t* bits, std::size_t words, std::uint32_t* out) {
    std::size_t count = 0;
    for (std::size_t word = 0; word < words; ++word) {
        for (std::uint64_t left = bits[word]; left != 0; left &= left - 1) {
            out[count++] = static_cast<std::uint32_t>(64 * word) + static_cast<std::uint32_t>(__builtin_ctzll(left));
        }
    }
    return count;
}

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
