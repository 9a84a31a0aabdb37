#pragma once

#include <cstddef>
#include <vector>

namespace stdpscope::sim {

/// Processors fetch lines of 64 bytes, in pairs: state of different threads lies this far apart.
inline constexpr std::size_t kApart = 128;

/// Memory that starts at a cache line. Large arrays start at a huge page (2 MiB), and the system is asked to back them
/// with such pages: rows of synapses lie scattered, and each small page costs a look at the page tables. Throws
/// std::bad_alloc.
[[nodiscard]] void* allocate_lines(std::size_t bytes);
/// `bytes` as they were allocated.
void free_lines(void* memory, std::size_t bytes) noexcept;

/// Threads that own neighbouring arrays never write to the same line.
template <typename Element>
struct LineAllocator {
    using value_type = Element;

    LineAllocator() = default;
    template <typename Other>
    LineAllocator(const LineAllocator<Other>&) {}

    [[nodiscard]] Element* allocate(std::size_t count) {
        return static_cast<Element*>(allocate_lines(count * sizeof(Element)));
    }
    void deallocate(Element* memory, std::size_t count) { free_lines(memory, count * sizeof(Element)); }

    template <typename Other>
    bool operator==(const LineAllocator<Other>&) const {
        return true;
    }
};

template <typename Element>
using AlignedVector = std::vector<Element, LineAllocator<Element>>;

}  // namespace stdpscope::sim
