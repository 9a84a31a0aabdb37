#pragma once

#include <cstdint>
#include <vector>

#include "analysis/ledger/layer_signs.hpp"
#include "analysis/ledger/pre_taps.hpp"
#include "analysis/ledger/records.hpp"
#include "ann/random_stream.hpp"

namespace stdpscope::analysis::detail {

/// Trace level `samples`: what happened at the chosen synapses of one layer.
class SynapseSampler {
public:
    SynapseSampler(const ann::SynapseLayer& layer, std::uint32_t layer_index, std::uint64_t seed, std::uint64_t count);

    [[nodiscard]] SampledLayer sample(std::uint64_t step, const ann::LayerStep& views, const LayerSigns& signs,
                                      const LedgerKernels& kernels, int threads);

private:
    /// What a step shows.
    struct Step {
        const ann::LayerStep& views;
        const LayerSigns& signs;
        const LedgerKernels& kernels;
    };
    /// Where the loss speaks for either order, at the units of the row read last that answer: [block][position].
    struct RowSigns {
        std::size_t row;
        std::vector<std::uint16_t> positive;
        std::vector<std::uint16_t> negative;
    };

    [[nodiscard]] std::size_t row_of(std::size_t place) const { return synapses_[place] % geometry_.weight_rows(); }
    [[nodiscard]] std::size_t tap_of(std::size_t place) const { return synapses_[place] / geometry_.weight_rows(); }
    void gather(std::size_t sampled_tap, const Step& step);
    void read_row(std::size_t row, const LayerSigns& signs, RowSigns& found) const;
    /// Of the synapses in by_row_[first, end): up to kTapsTogether, of one row.
    void read_pairs(std::size_t first, std::size_t end, const Step& step, RowSigns& row, SampledLayer& sampled) const;
    void read_event(std::size_t place, std::uint64_t step, const ann::LayerStep& views, SampledLayer& sampled) const;

    ann::SynapseGeometry geometry_;
    PreTaps taps_;
    std::vector<std::uint64_t> synapses_;
    std::vector<std::size_t> taps_sampled_;  ///< ascending
    std::vector<std::size_t> tap_places_;    ///< of each synapse, in taps_sampled_
    std::vector<std::size_t> by_row_;        ///< the synapses, those of a row together
    std::vector<std::size_t> parts_;         ///< where a new row begins in it, or kTapsTogether are full; then the end
    AlignedVector<std::uint16_t> active_;    ///< activations other than zero, [tap of taps_sampled_][word]
    ann::RandomStream events_;
};

}  // namespace stdpscope::analysis::detail
