// Part of every kernel variant; included by kernel_bodies.hpp alone.
#pragma once

#include "ann/kernel/kernels.hpp"
#include "ann/kernel/lane_vector.hpp"

namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT {
namespace {

inline void update_vector(const SgdUpdate& factors, Vector gradient, const float* weights, float* velocity,
                          float* next) {
    const Vector weight = load_unaligned(weights);
    const Vector pull = factors.decay * weight + factors.gradient_scale * gradient;
    const Vector moved = factors.momentum * load_unaligned(velocity) - pull;
    store_unaligned(velocity, moved);
    store_unaligned(next, weight + factors.rate * moved);
}

void sgd_update(const SgdUpdate& work) {
    std::size_t k = 0;
    for (; k + kWidth <= work.count; k += kWidth) {
        update_vector(work, load_unaligned(work.gradient + k), work.weights + k, work.velocity + k, work.next + k);
    }
    if (k == work.count) return;
    // The rest goes through the same instructions, so that an element's bits do not tell where its range ended.
    const std::size_t bytes = (work.count - k) * sizeof(float);
    float gradient[kWidth] = {};
    float weights[kWidth] = {};
    float velocity[kWidth] = {};
    float next[kWidth] = {};
    __builtin_memcpy(gradient, work.gradient + k, bytes);
    __builtin_memcpy(weights, work.weights + k, bytes);
    __builtin_memcpy(velocity, work.velocity + k, bytes);
    update_vector(work, load_unaligned(gradient), weights, velocity, next);
    __builtin_memcpy(work.velocity + k, velocity, bytes);
    __builtin_memcpy(work.next + k, next, bytes);
}

}  // namespace
}  // namespace stdpscope::ann::kernel::STDPSCOPE_KERNEL_VARIANT
