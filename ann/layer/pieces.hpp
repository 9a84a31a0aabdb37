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

struct Range {
    arma::uword begin;
    arma::uword end;
};

constexpr Range piece_of(arma::uword count, arma::uword pieces, arma::uword piece) {
    return {.begin = piece_begin(count, pieces, piece), .end = piece_begin(count, pieces, piece + 1)};
}

/// As many things in each of some blocks, those of the last block of another cost, in order: shares of one cost.
struct BlockItems {
    arma::uword blocks;
    arma::uword items;      ///< of a block
    arma::uword cost;       ///< of an item
    arma::uword last_cost;  ///< of an item of the last block

    /// Where a share begins when all are cut into so many: counted through all blocks.
    [[nodiscard]] constexpr arma::uword begin(arma::uword shares, arma::uword share) const {
        const arma::uword whole = (blocks - 1) * items;
        const arma::uword place = (whole * cost + items * last_cost) * share / shares;
        return place <= whole * cost ? pieces(place, cost) : whole + pieces(place - whole * cost, last_cost);
    }
};

}  // namespace stdpscope::ann
