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

/// A vector whose lanes all are `value`.
template <typename Numbers, typename Number>
inline Numbers filled(Number value) {
    return value - Numbers{};
}

// What comparisons give is a vector of masks, or with AVX-512 a register of bits: only these functions know.
#if defined(__AVX512VL__)
/// Two groups.
using WideFloats = float __attribute__((vector_size(64), may_alias));
using WideInts = std::int32_t __attribute__((vector_size(64), may_alias));
using LooseWideFloats = float __attribute__((vector_size(64), aligned(4), may_alias));
using LooseWideInts = std::int32_t __attribute__((vector_size(64), aligned(4), may_alias));

inline void store(float* to, const WideFloats& value) {
    *reinterpret_cast<LooseWideFloats*>(to) = value;
}
inline void store(std::int32_t* to, const WideInts& value) {
    *reinterpret_cast<LooseWideInts*>(to) = value;
}
inline WideFloats smaller(const WideFloats& a, const WideFloats& b) {
    return reinterpret_cast<WideFloats>(_mm512_min_ps(reinterpret_cast<__m512>(a), reinterpret_cast<__m512>(b)));
}
inline WideFloats larger(const WideFloats& a, const WideFloats& b) {
    return reinterpret_cast<WideFloats>(_mm512_max_ps(reinterpret_cast<__m512>(a), reinterpret_cast<__m512>(b)));
}
inline WideInts smaller(const WideInts& a, const WideInts& b) {
    return reinterpret_cast<WideInts>(_mm512_min_epi32(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
}
inline WideInts larger(const WideInts& a, const WideInts& b) {
    return reinterpret_cast<WideInts>(_mm512_max_epi32(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
}
inline unsigned lane_bits(const WideInts& mask) {
    return _mm512_movepi32_mask(reinterpret_cast<__m512i>(mask));
}

inline __mmask16 below(const WideFloats& a, const WideFloats& b) {
    return _mm512_cmp_ps_mask(reinterpret_cast<__m512>(a), reinterpret_cast<__m512>(b), _CMP_LT_OQ);
}
inline __mmask16 is_zero(const WideFloats& value) {
    return _mm512_cmp_ps_mask(reinterpret_cast<__m512>(value), _mm512_setzero_ps(), _CMP_EQ_OQ);
}
inline __mmask16 equal(const WideInts& a, const WideInts& b) {
    return _mm512_cmpeq_epi32_mask(reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b));
}
inline __mmask16 has_none_of(const WideInts& value, const WideInts& bits) {
    return _mm512_testn_epi32_mask(reinterpret_cast<__m512i>(value), reinterpret_cast<__m512i>(bits));
}
inline unsigned lane_bits(__mmask16 mask) {
    return mask;
}
inline WideFloats keep_where(__mmask16 mask, const WideFloats& value) {
    return reinterpret_cast<WideFloats>(_mm512_maskz_mov_ps(mask, reinterpret_cast<__m512>(value)));
}
/// sum + value where the mask is set; sum elsewhere, which is not -0.
inline WideFloats add_where(__mmask16 mask, const WideFloats& sum, const WideFloats& value) {
    const __m512 from = reinterpret_cast<__m512>(sum);
    return reinterpret_cast<WideFloats>(_mm512_mask_add_ps(from, mask, from, reinterpret_cast<__m512>(value)));
}
/// counts + 1 where the mask is set.
inline WideInts count_where(__mmask16 mask, const WideInts& counts) {
    const __m512i from = reinterpret_cast<__m512i>(counts);
    return reinterpret_cast<WideInts>(_mm512_mask_sub_epi32(from, mask, from, _mm512_set1_epi32(-1)));
}
#else
inline Ints below(const Floats& a, const Floats& b) {
    return a < b;
}
inline Ints is_zero(const Floats& value) {
    return value == all(0.0F);
}
inline Ints equal(const Ints& a, const Ints& b) {
    return a == b;
}
inline Ints has_none_of(const Ints& value, const Ints& bits) {
    return (value & bits) == all(0);
}
/// sum + value where the mask is set; sum elsewhere, which is not -0.
inline Floats add_where(const Ints& mask, const Floats& sum, const Floats& value) {
    return sum + keep_where(mask, value);
}
/// counts + 1 where the mask is set: true is -1.
inline Ints count_where(const Ints& mask, const Ints& counts) {
    return counts - mask;
}
#endif

}  // namespace
}  // namespace stdpscope::sim::kernel::STDPSCOPE_KERNEL_VARIANT
