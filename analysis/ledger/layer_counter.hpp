#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/ledger/dense_tally.hpp"
#include "analysis/ledger/group_counts.hpp"
#include "analysis/ledger/layer_frame.hpp"
#include "analysis/ledger/layer_signs.hpp"
#include "analysis/ledger/nan_tally.hpp"
#include "analysis/ledger/narrow_tally.hpp"
#include "analysis/ledger/pair_integral.hpp"
#include "analysis/ledger/plain_tally.hpp"
#include "analysis/ledger/records.hpp"
#include "analysis/ledger/step_tally.hpp"

namespace stdpscope::analysis::detail {

/// Event and update counts of one layer of synapses, exact, by counting bits of sign planes: those of a dense layer by
/// DenseTally or NarrowTally, those of a convolution (and of a dense layer whose timing is the integral) by PlainTally,
/// steps with NaN by NanTally. Columns are split into partitions that depend on the layer's shape and the batch alone;
/// sums of doubles are added in their order, whatever the number of threads.
class LayerCounter {
public:
    LayerCounter(const ann::SynapseLayer& layer, UpdateTiming timing, int threads, const LedgerKernels& kernels);

    /// Adds the events and updates of one step to the interval's counts. `signs` are those of `views`.
    void count(const ann::LayerStep& views, const LayerSigns& signs, LayerRecord& record);

private:
    /// These two are false where a weight is NaN.
    bool count_dense(const ann::LayerStep& views, const LayerSigns& signs);
    bool count_plain(const ann::LayerStep& views, const LayerSigns& signs);
    void count_with_nan(const ann::LayerStep& views, const LayerSigns& signs);

    UpdateTiming timing_;
    int threads_;
    LayerFrame frame_;
    GroupCounts group_counts_;
    PairIntegral integral_;
    std::optional<DenseTally> dense_;        ///< of a dense layer whose timing is that of the pairs
    std::optional<NarrowTally> narrow_;      ///< likewise, with few rows
    std::vector<PlainTally> plain_;          ///< by thread
    std::vector<NanTally> nan_;              ///< by thread
    std::vector<StepTally> tallies_;         ///< by partition
    std::vector<StepTally> thread_tallies_;  ///< by thread: integers only, whose order does not matter
};

}  // namespace stdpscope::analysis::detail
