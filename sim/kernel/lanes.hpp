// Part of every kernel variant; included by kernel_bodies.hpp alone.
//
// Everything here and in the bodies has internal linkage, and no header with inline functions of external linkage is
// included: a function that was compiled for AVX2 must never be the copy that the linker keeps for all.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include "sim/kernel/kernels.hpp"

namespace stdpscope::sim::kernel::STDPSCOPE_KERNEL_VARIANT {
namespace {

using Floats = float __attribute__((vector_size(32), may_alias));
using Ints = std::int32_t __attribute__((vector_size(32), may_alias));
using LooseFloats = float __attribute__((vector_size(32), aligned(4), may_alias));
using LooseInts = std::int32_t __attribute__((vector_size(32), aligned(4), may_alias));

inline Floats load(const float* from) {
    return *reinterpret_cast<const LooseFloats*>(from);
}
inline void store(float* to, const Floats& value) {
    *reinterpret_cast<LooseFloats*>(to) = value;
}
inline Ints load(const std::int32_t* from) {
    return *reinterpret_cast<const LooseInts*>(from);
}
inline void store(std::int32_t* to, const Ints& value) {
    *reinterpret_cast<LooseInts*>(to) = value;
}
inline Floats all(float value) {
    return Floats{value, value, value, value, value, value, value, value};
}
inline Ints all(std::int32_t value) {
    return Ints{value, value, value, value, value, value, value, value};
}
inline Floats keep_where(const Ints& mask, const Floats& value) {
    return reinterpret_cast<Floats>(mask & reinterpret_cast<Ints>(value));
}

/// Of two numbers, none NaN. GCC makes a comparison and a blend of the portable form.
inline Floats smaller(const Floats& a, const Floats& b) {
#if defined(__AVX2__)
    return reinterpret_cast<Floats>(_mm256_min_ps(reinterpret_cast<__m256>(a), reinterpret_cast<__m256>(b)));
#else
    return a < b ? a : b;
#endif
}
inline Floats larger(const Floats& a, const Floats& b) {
#if defined(__AVX2__)
    return reinterpret_cast<Floats>(_mm256_max_ps(reinterpret_cast<__m256>(a), reinterpret_cast<__m256>(b)));
#else
    return a > b ? a : b;
#endif
}
inline Ints smaller(const Ints& a, const Ints& b) {
#if defined(__AVX2__)
    return reinterpret_cast<Ints>(_mm256_min_epi32(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
#else
    return a < b ? a : b;
#endif
}
inline Ints larger(const Ints& a, const Ints& b) {
#if defined(__AVX2__)
    return reinterpret_cast<Ints>(_mm256_max_epi32(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
#else
    return a > b ? a : b;
#endif
}

/// sum + value where value < limit; sum elsewhere, which is not -0.
inline Floats add_below(const Floats& sum, const Floats& value, const Floats& limit) {
#if defined(__AVX512VL__)
    const __m256 from = reinterpret_cast<__m256>(value);
    const __mmask8 below = _mm256_cmp_ps_mask(from, reinterpret_cast<__m256>(limit), _CMP_LT_OQ);
    return reinterpret_cast<Floats>(
        _mm256_mask_add_ps(reinterpret_cast<__m256>(sum), below, reinterpret_cast<__m256>(sum), from));
#else
    return sum + keep_where(value < limit, value);
#endif
}

/// Bit l is set where lane l of a comparison's result is true.
inline unsigned lane_bits(const Ints& mask) {
#if defined(__AVX2__)
    return static_cast<unsigned>(_mm256_movemask_ps(reinterpret_cast<__m256>(mask)));
#elif defined(__SSE2__)
    const auto* half = reinterpret_cast<const __m128*>(&mask);
    return static_cast<unsigned>(_mm_movemask_ps(half[0]) | _mm_movemask_ps(half[1]) << 4);
#else
    unsigned bits = 0;
    for (unsigned lane = 0; lane < kGroup; ++lane) bits |= (mask[lane] != 0 ? 1U : 0U) << lane;
    return bits;
#endif
}

#if defined(__AVX512F__)
/// Two groups.
using WideFloats = float __attribute__((vector_size(64), may_alias));
using WideInts = std::int32_t __attribute__((vector_size(64), may_alias));

inline unsigned lane_bits(const WideInts& mask) {
    return _mm512_movepi32_mask(reinterpret_cast<__m512i>(mask));
}
#endif

}  // namespace
}  // namespace stdpscope::sim::kernel::STDPSCOPE_KERNEL_VARIANT
