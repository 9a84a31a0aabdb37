#include "ann/lane_cube.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace stdpscope::ann {

namespace {
constexpr std::size_t kAlignment = 64;
}

void LaneCube::Free::operator()(float* memory) const {
    std::free(memory);
}

LaneCube::LaneCube(arma::uword units, arma::uword samples) {
    resize(units, samples);
}

void LaneCube::resize(arma::uword units, arma::uword samples) {
    if (units == units_ && samples == samples_) return;
    units_ = units;
    samples_ = samples;
    const arma::uword floats = kLanes * units * blocks();
    if (floats > capacity_) {
        // A multiple of 64 bytes by construction: kLanes floats are 64 bytes.
        auto* memory = static_cast<float*>(std::aligned_alloc(kAlignment, floats * sizeof(float)));
        if (memory == nullptr) throw std::bad_alloc();
        memory_.reset(memory);
        capacity_ = floats;
    }
    std::fill_n(memory_.get(), floats, 0.0F);
}

std::uint16_t LaneCube::used_lanes(arma::uword block) const {
    const arma::uword left = samples_ - std::min(samples_, block * kLanes);
    return left >= kLanes ? std::uint16_t{0xFFFF} : static_cast<std::uint16_t>((1U << left) - 1U);
}

void LaneCube::clear_unused_lanes(arma::uword block, arma::uword first_unit, arma::uword end_unit) {
    const arma::uword used = std::min(kLanes, samples_ - block * kLanes);
    if (used == kLanes) return;
    constexpr arma::uword kQuad = 4;
    const arma::uword first_quad = (used + kQuad - 1) / kQuad * kQuad;
    for (arma::uword unit = first_unit; unit < end_unit; ++unit) {
        float* const of_unit = lanes(unit, block);
        for (arma::uword lane = used; lane < first_quad; ++lane) of_unit[lane] = 0.0F;
        for (arma::uword quad = first_quad; quad < kLanes; quad += kQuad) std::fill_n(of_unit + quad, kQuad, 0.0F);
    }
}

arma::fcube LaneCube::cube() {
    return {memory_.get(), kLanes, units_, blocks(), false, true};
}

const arma::fcube LaneCube::cube() const {
    // Armadillo has no view of constant memory; the constant cube hands out no way to write.
    return {const_cast<float*>(memory_.get()), kLanes, units_, blocks(), false, true};
}

}  // namespace stdpscope::ann
