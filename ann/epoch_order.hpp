#pragma once

#include <armadillo>
#include <cstdint>
#include <vector>

namespace stdpscope::ann {

/// Writes a permutation of 0 .. order.size() - 1, drawn from (seed, epoch) (Fisher & Yates; Durstenfeld 1964).
void draw_epoch_order(std::uint64_t seed, arma::uword epoch, std::vector<arma::uword>& order);

}  // namespace stdpscope::ann
