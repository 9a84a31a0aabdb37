#pragma once

#include <string>

#include "ann/kernel/kernels.hpp"
#include "ann/layer/pieces.hpp"
#include "ann/map_shape.hpp"
#include "ann/network_spec.hpp"

/// What max and average pooling share: their windows.
namespace stdpscope::ann {

/// The map that the pooling writes. Throws InvalidParameter (naming the layer and the setting) unless sizes and strides
/// are > 0, the window fits the padded map and every padding is smaller than the window.
[[nodiscard]] MapShape pooled_shape(const std::string& layer, MapShape input, const Pool2dSpec& spec);

/// One map of it, as the kernels want it. Precondition: pooled_shape accepted the same arguments.
[[nodiscard]] kernel::PoolMap pool_map(MapShape input, MapShape output, const Pool2dSpec& spec);

/// work(map) for every channel of every block; maps are counted through all blocks.
template <class Work>
void for_each_map(int threads, arma::uword channels, arma::uword blocks, Work work) {
    const auto shares = static_cast<arma::uword>(threads);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (arma::uword share = 0; share < shares; ++share) {
        for (arma::uword block = 0; block < blocks; ++block) {
            const Range of_block = share_of_block(channels, blocks, block, shares, share);
            for (arma::uword channel = of_block.begin; channel < of_block.end; ++channel) {
                work(block * channels + channel);
            }
        }
    }
}

}  // namespace stdpscope::ann
