#pragma once

#include <algorithm>
#include <cstddef>

#include "ann/kernel/kernels.hpp"
#include "ann/lane_cube.hpp"

/// How convolutions cut their work and count in vectors.
namespace stdpscope::ann {

/// Shares of a block's work a thread should find at least, so that an uneven last one costs little.
inline constexpr arma::uword kSharesAThread = 16;

/// How many things of so many bytes are worked on at a time.
inline arma::uword things_at_once(const kernel::KernelTable& kernels, arma::uword count, arma::uword bytes) {
    if (kernels.map_bytes_at_once == 0) return count;
    return std::clamp<arma::uword>(kernels.map_bytes_at_once / bytes, 1, count);
}

/// Lanes of a block that hold samples.
inline arma::uword used_lanes(const LaneCube& cube, arma::uword block) {
    return std::min(kLanes, cube.samples() - block * kLanes);
}

inline std::ptrdiff_t offset(arma::uword vectors) {
    return static_cast<std::ptrdiff_t>(vectors * kLanes);
}

}  // namespace stdpscope::ann
