#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/ledger/layer_signs.hpp"
#include "ann/observer.hpp"

namespace stdpscope::analysis::detail {

/// Update timing `integral`: the sum of -D over the firing pairs of each synapse.
///
/// Each sum runs over positions, within a position over samples, both ascending, in double precision; samples that
/// form no pair add an exact zero. It costs a product of matrices a step; `pairs` costs next to nothing.
class PairIntegral {
public:
    explicit PairIntegral(const ann::SynapseGeometry& geometry) : geometry_(geometry) {}

    /// Takes -D of all (unit, sample) pairs with D and F other than zero.
    void read(const ann::LayerStep& views, int threads);

    /// Replaces the pair counts of one column of weights by counts of 0 and 1 that speak for the sign of the
    /// integral; a tie of firing pairs becomes 1 against 1. `firing` is the gathered plane of non-zero activations.
    void retime(const std::uint16_t* firing, std::vector<double>& sums, std::span<std::int32_t> pre_first,
                std::span<std::int32_t> post_first) const;

private:
    ann::SynapseGeometry geometry_;
    std::size_t blocks_ = 0;
    std::size_t samples_ = 0;
    std::vector<float> descent_;  ///< [(position * samples + sample) * rows + row]
};

}  // namespace stdpscope::analysis::detail
