#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace stdpscope::sim {

/// Processors fetch lines of 64 bytes, in pairs: state of different threads lies this far apart.
inline constexpr std::size_t kApart = 128;

/// Starts every array at a cache line. Threads that own neighbouring arrays never write to the same line.
template <typename Element>
struct LineAllocator {
    using value_type = Element;
    static constexpr std::align_val_t kLine{64};

    LineAllocator() = default;
    template <typename Other>
    LineAllocator(const LineAllocator<Other>&) {}

    [[nodiscard]] Element* allocate(std::size_t count) {
        return static_cast<Element*>(::operator new(count * sizeof(Element), kLine));
    }
    void deallocate(Element* memory, std::size_t /*count*/) { ::operator delete(memory, kLine); }

    template <typename Other>
    bool operator==(const LineAllocator<Other>&) const {
        return true;
    }
};

template <typename Element>
using AlignedVector = std::vector<Element, LineAllocator<Element>>;

}  // namespace stdpscope::sim
