#pragma once

#include <armadillo>

namespace stdpscope::ann {

/// Pieces of at most `size` that `count` things make.
constexpr arma::uword pieces(arma::uword count, arma::uword size) {
    return (count + size - 1) / size;
}

/// Where a piece begins when `count` things are cut into so many, as even as can be.
constexpr arma::uword piece_begin(arma::uword count, arma::uword pieces, arma::uword piece) {
    return count * piece / pieces;
}

}  // namespace stdpscope::ann
