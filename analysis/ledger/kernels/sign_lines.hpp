// How the words of signs are written: line after line, each asked for well before it is written.
#pragma once

#include <cstddef>
#include <cstdint>

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

/// Words of a cache line.
constexpr std::size_t kLineWords = 32;
/// Words between the line being written and the one asked for: what is read meanwhile takes as long as a line takes
/// from another core's cache.
constexpr std::size_t kWordsOwnedAhead = 512;

/// Calls read(first, end) for the words of one line after the other. Signs are written a few bytes at a time, so that
/// the writes that a core can have waiting are those of two or three lines; where another core has read the last step's
/// signs, each line would be waited for.
template <class Read>
inline void for_lines(std::size_t words, const std::uint16_t* positive, const std::uint16_t* negative,
                      const Read& read) {
    // Inlined by order: GCC 12 would find that a function which only asks for lines does nothing, and drop its calls.
    const auto own = [&](std::size_t word) __attribute__((always_inline)) {
        constexpr int kToWrite = 1;
        if (word >= words) return;
        __builtin_prefetch(positive + word, kToWrite);
        __builtin_prefetch(negative + word, kToWrite);
    };
    for (std::size_t word = 0; word < kWordsOwnedAhead; word += kLineWords) own(word);
    for (std::size_t first = 0; first < words; first += kLineWords) {
        own(first + kWordsOwnedAhead);
        read(first, first + kLineWords < words ? first + kLineWords : words);
    }
}

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
