#pragma once

#include <omp.h>

#include <algorithm>
#include <cstddef>

#include "ann/kernel/kernels.hpp"
#include "ann/lane_cube.hpp"
#include "ann/layer/pieces.hpp"
#include "ann/map_shape.hpp"

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

/// What the calling thread of a parallel region takes of a block.
inline Range share_of_thread(arma::uword things, arma::uword blocks, arma::uword block) {
    return share_of_block(things, blocks, block, static_cast<arma::uword>(omp_get_num_threads()),
                          static_cast<arma::uword>(omp_get_thread_num()));
}

/// Fills the inside of padded maps, each thread of the region some of them; what lies around it stays zero from the
/// resize. Does not wait for the others.
void pad_maps(const LaneCube& from, MapShape from_shape, LaneCube& to, MapShape to_shape, arma::uword top,
              arma::uword left);

/// work(block, group, piece) for the calling thread's share of all groups of channels and pieces of their rows.
template <class Work>
void for_each_item(arma::uword blocks, arma::uword groups, arma::uword row_pieces, Work work) {
    for (arma::uword block = 0; block < blocks; ++block) {
        const Range items = share_of_thread(groups * row_pieces, blocks, block);
        for (arma::uword item = items.begin; item < items.end; ++item) {
            work(block, item / row_pieces, item % row_pieces);
        }
    }
}

}  // namespace stdpscope::ann
