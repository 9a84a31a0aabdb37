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
                                      const LedgerKernels& kernels, int threads) const;

private:
    /// What a step shows, and the non-zero activations under the tap last gathered.
    struct Reader {
        const ann::LayerStep& views;
        const LayerSigns& signs;
        const LedgerKernels& kernels;
        std::size_t tap;
        AlignedVector<std::uint16_t> active;
        AlignedVector<std::uint16_t> firing;
    };

    void gather(std::size_t tap, Reader& reader) const;
    void read_pairs(std::size_t place, Reader& reader, SampledLayer& sampled) const;
    void read_event(std::size_t place, std::uint64_t step, const ann::LayerStep& views, SampledLayer& sampled) const;

    ann::SynapseGeometry geometry_;
    PreTaps taps_;
    std::vector<std::uint64_t> synapses_;
    ann::RandomStream events_;
};

}  // namespace stdpscope::analysis::detail
