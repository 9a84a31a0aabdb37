// Part of every kernel variant; included by kernel_bodies.hpp alone.
#pragma once

#include "ann/kernel/lane_vector.hpp"

namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT {
namespace {

double multiply_adds(std::size_t rounds) {
    const Vector factor = held(broadcast(0.5F));
    Vector sum[kSums] = {};
    for (std::size_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 32
        for (std::size_t s = 0; s < kSums; ++s) sum[s] = held(sum[s] * factor + factor);
    }
    // Used, so that the work is done.
#pragma GCC unroll 32
    for (std::size_t s = 0; s < kSums; ++s) keep(sum[s]);
    return 2.0 * static_cast<double>(rounds * kSums * kWidth);
}

}  // namespace
}  // namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT
