#include "sim/aligned_vector.hpp"

#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace stdpscope::sim {

namespace {

constexpr std::size_t kHugePage = std::size_t{1} << 21U;

std::align_val_t alignment(std::size_t bytes) {
    // Of smaller arrays, too much would lie on the huge page that they fill in part.
    return std::align_val_t{bytes < 2 * kHugePage ? std::size_t{64} : kHugePage};
}

}  // namespace

void* allocate_lines(std::size_t bytes) {
    void* memory = ::operator new(bytes, alignment(bytes));
#if defined(__linux__)
    // A system without huge pages refuses, and all goes on as it was.
    if (bytes >= 2 * kHugePage) static_cast<void>(::madvise(memory, bytes, MADV_HUGEPAGE));
#endif
    return memory;
}

void free_lines(void* memory, std::size_t bytes) noexcept {
    ::operator delete(memory, alignment(bytes));
}

}  // namespace stdpscope::sim
