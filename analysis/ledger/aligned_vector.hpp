#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace stdpscope::analysis::detail {

/// Things that different threads write lie so far apart: processors fetch pairs of cache lines.
inline constexpr std::size_t kThreadsApart = 128;

/// Memory on 64-byte boundaries, so that a full vector never straddles two cache lines.
template <class Element>
struct CacheLineAllocator {
    using value_type = Element;
    static constexpr std::align_val_t kAlignment{64};

    CacheLineAllocator() = default;
    template <class Other>
    explicit CacheLineAllocator(const CacheLineAllocator<Other>&) {}

    [[nodiscard]] Element* allocate(std::size_t count) {
        return static_cast<Element*>(::operator new(count * sizeof(Element), kAlignment));
    }
    void deallocate(Element* memory, std::size_t /*count*/) { ::operator delete(memory, kAlignment); }

    friend bool operator==(const CacheLineAllocator&, const CacheLineAllocator&) { return true; }
};

template <class Element>
using AlignedVector = std::vector<Element, CacheLineAllocator<Element>>;

}  // namespace stdpscope::analysis::detail
