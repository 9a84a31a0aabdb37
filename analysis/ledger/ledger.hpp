#pragma once

#include <memory>
#include <vector>

#include "analysis/ledger/kernels/ledger_kernels.hpp"
#include "analysis/ledger/records.hpp"
#include "analysis/trace/trace_options.hpp"
#include "ann/observer.hpp"

namespace stdpscope::analysis {

namespace detail {
class LayerLedger;
}

/// Largest batch whose events at a layer the ledger can count in a step: 65,520 samples, or fewer where a synapse's
/// positions times the samples would be 2^31 or more.
[[nodiscard]] arma::uword most_samples(const ann::SynapseLayer& layer);

/// Listens to training and keeps the exact ledger of its plasticity events (docs/theory.md).
///
/// A record ends after options.record_every steps, with its epoch, and with the training. Sampled synapses, sign
/// planes and full updates are taken at the steps that their intervals divide, step 0 among them. Within a step the
/// sink receives the sampled step, the planes, the updates, then the record. Counts and sums are the same for
/// any number of threads and any instruction set.
class Ledger : public ann::Observer {
public:
    /// The sink must outlive the ledger. Throws ann::InvalidParameter where an interval is 0.
    Ledger(const TraceOptions& options, RecordSink& sink,
           detail::InstructionSet instructions = detail::best_instruction_set());
    ~Ledger() override;

    /// Throws ann::InvalidParameter where a kept layer does not exist or a batch is larger than most_samples of one.
    void training_begun(const ann::TrainingPlan& plan) override;
    void layer_updated(const ann::StepPlace& place, arma::uword layer, const ann::LayerStep& views) override;
    void step_done(const ann::StepPlace& place, double batch_loss) override;
    void training_ended() override;

private:
    /// Whether rows of `level` are due at `step`.
    [[nodiscard]] bool due(TraceLevel level, std::uint64_t every, std::uint64_t step) const;
    void close_record();

    TraceOptions options_;
    RecordSink& sink_;
    const detail::LedgerKernels& kernels_;
    std::vector<std::unique_ptr<detail::LayerLedger>> layers_;  ///< by layer of the plan; null where not kept
    Record record_;
    std::uint64_t steps_ = 0;         ///< in this record so far
    std::uint64_t step_samples_ = 0;  ///< in this step
    SampledStep sampled_;
    PlanesStep planes_;
    UpdatesStep updates_;
};

}  // namespace stdpscope::analysis
