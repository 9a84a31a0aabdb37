// Part of every kernel variant; included by kernel_bodies.hpp alone.
#pragma once

#include "ann/kernel/kernels.hpp"
#include "ann/kernel/lane_vector.hpp"

namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT {
namespace {

inline IntVector bits_of(Vector value) {
    return reinterpret_cast<const IntVector&>(value);
}
inline Vector floats_of(IntVector bits) {
    return reinterpret_cast<const Vector&>(bits);
}

/// All bits of the lanes [part, part + kWidth) whose bit in `lanes` is set.
inline IntVector chosen_lanes(std::uint16_t lanes, std::size_t part) {
    IntVector own;
    for (std::size_t lane = 0; lane < kWidth; ++lane) own[lane] = std::int32_t{1} << (part + lane);
    return ((IntVector{} + std::int32_t{lanes}) & own) != 0;
}

template <bool kSomeNeglu>
void rectify_units(const Rectify& work) {
    const IntVector relu_above = bits_of(broadcast(1.0F));
    const IntVector neglu_above = bits_of(broadcast(work.neglu_above));
    const IntVector neglu_below = bits_of(broadcast(work.neglu_below));
    for (std::size_t unit = 0; unit < work.units; ++unit) {
        for (std::size_t part = 0; part < kLanes; part += kWidth) {
            const std::size_t place = unit * kLanes + part;
            const Vector z = load(work.net_input + place);
            const IntVector above = reinterpret_cast<IntVector>(z > Vector{});
            const IntVector nan = reinterpret_cast<IntVector>(z != z);
            IntVector passed = above;
            IntVector slope = above & relu_above;
            if constexpr (kSomeNeglu) {
                const IntVector below = reinterpret_cast<IntVector>(z < Vector{});
                const IntVector neglu = chosen_lanes(work.neglu[unit], part);
                passed = (neglu & below) | (~neglu & above);
                slope = (neglu & ((above & neglu_above) | (below & neglu_below))) | (~neglu & slope);
            }
            store(work.output + place, floats_of((passed | nan) & bits_of(z)));
            store(work.derivative + place, floats_of(slope | (nan & bits_of(z))));
        }
    }
}

void rectify(const Rectify& work) {
    work.neglu == nullptr ? rectify_units<false>(work) : rectify_units<true>(work);
}

void multiply(const float* a, const float* b, std::size_t count, float* out) {
    for (std::size_t k = 0; k < count * kLanes; k += kWidth) store(out + k, load(a + k) * load(b + k));
}

}  // namespace
}  // namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT
