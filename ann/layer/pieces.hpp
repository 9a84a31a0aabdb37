#pragma once

#include <algorithm>
#include <armadillo>

#include "ann/map_shape.hpp"

namespace stdpscope::ann {

/// Pieces of at most `size` that `count` things make.
constexpr arma::uword pieces(arma::uword count, arma::uword size) {
    return (count + size - 1) / size;
}

/// Where a piece begins when `count` things are cut into so many, as even as can be.
constexpr arma::uword piece_begin(arma::uword count, arma::uword pieces, arma::uword piece) {
    return count * piece / pieces;
}

struct Range {
    arma::uword begin;
    arma::uword end;

    friend bool operator==(const Range&, const Range&) = default;
};

constexpr Range piece_of(arma::uword count, arma::uword pieces, arma::uword piece) {
    return {.begin = piece_begin(count, pieces, piece), .end = piece_begin(count, pieces, piece + 1)};
}

/// The things of one block that a share takes, where there are as many in each block: an even part of those of the
/// whole blocks, which lie in a row, and an even part of the last block's, which may cost less. Everything that is cut
/// by samples is cut so: a thread then reads what it wrote itself.
constexpr Range share_of_block(arma::uword things, arma::uword blocks, arma::uword block, arma::uword shares,
                               arma::uword share) {
    if (block + 1 == blocks) return piece_of(things, shares, share);
    const Range whole = piece_of(things * (blocks - 1), shares, share);
    const arma::uword before = block * things;
    return {.begin = std::clamp(whole.begin, before, before + things) - before,
            .end = std::clamp(whole.end, before, before + things) - before};
}

/// The units of one block that a share takes of a cube: maps are cut by samples, as the layers of maps cut their work,
/// other units as dense layers do.
inline Range share_of_cube(const MapShape& shape, arma::uword blocks, arma::uword block, arma::uword shares,
                           arma::uword share) {
    const bool maps = shape.rows * shape.columns > 1;
    return maps ? share_of_block(shape.units(), blocks, block, shares, share) : piece_of(shape.units(), shares, share);
}

}  // namespace stdpscope::ann
