#pragma once

#include <armadillo>
#include <cstdint>
#include <vector>

#include "ann/random_stream.hpp"

/// How the NegLU units of a MixLU layer are drawn.
namespace stdpscope::ann {

/// One entry a unit, 1 for round(percent / 100 * units) units drawn without replacement, 0 for the rest.
[[nodiscard]] std::vector<std::uint8_t> draw_unit_mask(const RandomStream& stream, double percent, arma::uword units);

/// Probability percent / 100 in units of 2^-32, rounded: 0 .. 2^32.
[[nodiscard]] std::uint64_t mask_threshold(double percent);

/// Sixteen independent draws, each bit set with probability threshold / 2^32, from the counter (pass, place) alone.
///
/// Lane l's uniform number u_l < 2^32 is compared with the threshold bit by bit from the top, all lanes at once: a
/// random word holds one bit of every lane's u, and a lane is decided at the first bit in which u_l and the threshold
/// differ. One Philox call (eight words of 16 bits) decides all lanes 19 times in 20; at most four are needed.
[[nodiscard]] std::uint16_t draw_lane_mask(const RandomStream& stream, std::uint64_t threshold, std::uint32_t pass,
                                           std::uint32_t place);

}  // namespace stdpscope::ann
