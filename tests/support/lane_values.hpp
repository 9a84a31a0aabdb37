#pragma once

#include <armadillo>
#include <random>

#include "ann/lane_cube.hpp"

/// Lane cubes beside plain matrices (units x samples).
namespace stdpscope::test {

/// Standard normal numbers in the used lanes.
[[nodiscard]] ann::LaneCube normal_lanes(arma::uword units, arma::uword samples, std::mt19937_64& random);

/// Small integers -2 .. 2 in the used lanes: many are equal, many are zero.
[[nodiscard]] ann::LaneCube integer_lanes(arma::uword units, arma::uword samples, std::mt19937_64& random);

/// The used lanes in double precision.
[[nodiscard]] arma::mat samples_of(const ann::LaneCube& cube);

/// Whether all unused lanes hold zeros.
[[nodiscard]] bool unused_lanes_are_zero(const ann::LaneCube& cube);

/// Bit for bit, unused lanes included.
[[nodiscard]] bool same_bits(const ann::LaneCube& a, const ann::LaneCube& b);
[[nodiscard]] bool same_bits(const arma::fmat& a, const arma::fmat& b);

/// Largest absolute difference over the largest absolute value of `want` (0 when both are empty or equal, infinity where
/// something got is no finite number).
[[nodiscard]] double relative_difference(const arma::mat& got, const arma::mat& want);

}  // namespace stdpscope::test
