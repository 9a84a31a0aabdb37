// Part of every kernel variant; included by kernel_bodies.hpp alone.
//
// Everything here and in the bodies has internal linkage, and no header with inline functions is included: a function
// that was compiled for AVX-512 must never be the copy that the linker keeps for all.
#pragma once

#include <cstddef>
#include <cstdint>

namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT {
namespace {

constexpr std::size_t kLanes = 16;

/// Floats a machine register holds. Narrower machines run each inner loop once for every part of the 16 lanes, so that
/// the order of every lane's sum does not depend on the width.
#if defined(__AVX512F__)
constexpr std::size_t kWidth = 16;
#elif defined(__AVX2__)
constexpr std::size_t kWidth = 8;
#else
constexpr std::size_t kWidth = 4;
#endif

/// Sums that are kept in registers at once: AVX-512 has 32 registers, the others 16, and some must hold factors.
constexpr std::size_t kSums = kWidth == 16 ? 24 : 12;

/// Bytes of maps worked on at a time: the 32 KiB that a first-level cache has at least. Half of it was slower, as tiles
/// then sum over few channels before they put their sums away.
constexpr std::size_t kMapBytesAtOnce = kWidth == 16 ? 0 : 32768;

/// Floats ahead of its place where a loop over maps has the next ones brought near: three quarters of a page, so that
/// they come from the next page too, before which processors stop fetching on their own.
constexpr std::size_t kFloatsAhead = 768;

using Vector = float __attribute__((vector_size(kWidth * sizeof(float)), may_alias));
using UnalignedVector = float __attribute__((vector_size(kWidth * sizeof(float)), aligned(alignof(float)), may_alias));
using IntVector = std::int32_t __attribute__((vector_size(kWidth * sizeof(std::int32_t)), may_alias));
using Quad = float __attribute__((vector_size(16), aligned(alignof(float)), may_alias));

inline Vector load(const float* from) {
    return *reinterpret_cast<const Vector*>(from);
}
inline void store(float* to, Vector value) {
    *reinterpret_cast<Vector*>(to) = value;
}
inline Vector load_unaligned(const float* from) {
    return *reinterpret_cast<const UnalignedVector*>(from);
}
inline void store_unaligned(float* to, Vector value) {
    *reinterpret_cast<UnalignedVector*>(to) = value;
}
/// A store past the caches, for whole cache lines that another core will read and has read before: to write such a line
/// in a cache takes four times as long. Before others may read, written_past_caches() must be called.
inline void store_past_caches(float* to, Vector value) {
#if defined(__AVX512F__)
    asm("vmovntps %1, %0" : "=m"(*reinterpret_cast<Vector*>(to)) : "v"(value));
#elif defined(__AVX__)
    asm("vmovntps %1, %0" : "=m"(*reinterpret_cast<Vector*>(to)) : "x"(value));
#elif defined(__x86_64__)
    asm("movntps %1, %0" : "=m"(*reinterpret_cast<Vector*>(to)) : "x"(value));
#else
    store(to, value);
#endif
}
inline void written_past_caches() {
#if defined(__x86_64__)
    asm volatile("sfence" : : : "memory");
#endif
}
inline Quad load_quad(const float* from) {
    return *reinterpret_cast<const Quad*>(from);
}
inline void store_quad(float* to, Quad value) {
    *reinterpret_cast<Quad*>(to) = value;
}

/// Written as a product because GCC builds a vector from equal elements one by one.
inline Vector broadcast(float value) {
    return value * (Vector{} + 1.0F);
}

/// The same value, but in a register: without this GCC reads a vector anew from memory for each of its uses, and the
/// kernels are limited by loads instead of multiply-adds.
inline Vector held(Vector value) {
#if defined(__AVX512F__)
    asm("" : "+v"(value));
#elif defined(__x86_64__)
    asm("" : "+x"(value));
#endif
    return value;
}

/// The same address, but unknown to the compiler: what is loaded through it is not what was loaded before.
inline const float* reread(const float* from) {
    asm volatile("" : "+r"(from));
    return from;
}

/// Bit l = whether lane l is other than zero; all of a lane's bits must be equal.
inline unsigned lane_bits(const IntVector& lanes) {
#if defined(__AVX512F__)
    return __builtin_ia32_ptestmd512(lanes, lanes, 0xFFFF);
#elif defined(__AVX2__)
    return static_cast<unsigned>(__builtin_ia32_movmskps256(reinterpret_cast<const Vector&>(lanes)));
#elif defined(__SSE2__)
    return static_cast<unsigned>(__builtin_ia32_movmskps(reinterpret_cast<const Vector&>(lanes)));
#else
    unsigned bits = 0;
    for (std::size_t lane = 0; lane < kWidth; ++lane) bits |= static_cast<unsigned>(lanes[lane] != 0) << lane;
    return bits;
#endif
}

/// Makes the compiler believe that the value is needed.
inline void keep(const Vector& value) {
    asm volatile("" : : "m"(value));
}

/// Lanes that must be worked on for `used` of the 16: whole vectors.
inline std::size_t lanes_worked(std::size_t used) {
    return (used + kWidth - 1) / kWidth * kWidth;
}

constexpr std::size_t smaller(std::size_t a, std::size_t b) {
    return a < b ? a : b;
}
constexpr std::size_t quotient_up(std::size_t a, std::size_t b) {
    return (a + b - 1) / b;
}

/// Cuts `count` things into the fewest pieces of at most `most`, as even as can be; the first piece is the largest.
inline std::size_t largest_piece(std::size_t count, std::size_t most) {
    return quotient_up(count, quotient_up(count, most));
}

}  // namespace
}  // namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT
