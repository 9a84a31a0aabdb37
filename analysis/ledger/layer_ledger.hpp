#pragma once

#include <optional>
#include <vector>

#include "analysis/ledger/layer_counter.hpp"
#include "analysis/ledger/layer_signs.hpp"
#include "analysis/ledger/records.hpp"
#include "analysis/ledger/synapse_sampler.hpp"
#include "analysis/trace/trace_options.hpp"

namespace stdpscope::analysis::detail {

/// What the ledger keeps of one layer of synapses between two records.
class LayerLedger {
public:
    LayerLedger(const ann::SynapseLayer& layer, std::uint32_t layer_index, const ann::TrainingPlan& plan,
                const TraceOptions& options, const LedgerKernels& kernels);
    LayerLedger(const LayerLedger&) = delete;
    LayerLedger& operator=(const LayerLedger&) = delete;

    /// Reads the signs of a step and counts its events and updates. Come before the others.
    void count(const ann::LayerStep& views);
    [[nodiscard]] SampledLayer sample(std::uint64_t step, const ann::LayerStep& views);
    [[nodiscard]] PlanesLayer planes(const ann::LayerStep& views) const;

    /// The counts since the last call, with the moments of the weights as they are; begins a new interval.
    [[nodiscard]] LayerRecord take_record();

private:
    [[nodiscard]] LayerRecord empty_record() const;
    /// By weight, as moments_of wants them: members of an update population, or empty for all.
    [[nodiscard]] std::vector<std::int32_t> members(std::size_t update_population) const;

    ann::SynapseLayer layer_;
    ann::LayerParameters parameters_;
    int threads_;
    const LedgerKernels& kernels_;
    LayerSigns signs_;
    LayerCounter counter_;
    SynapseSampler sampler_;
    LayerRecord record_;
};

}  // namespace stdpscope::analysis::detail
