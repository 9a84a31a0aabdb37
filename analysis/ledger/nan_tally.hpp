#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "analysis/ledger/layer_frame.hpp"
#include "analysis/ledger/pair_integral.hpp"
#include "analysis/ledger/step_tally.hpp"

namespace stdpscope::analysis::detail {

/// What all partitions of a layer share in a step with a NaN; the frame's classes keep their members.
struct NanStep {
    const LayerFrame& frame;
    const ann::LayerStep& views;
    const CubeSigns& pre_activation;
    const PairIntegral* integral;  ///< null where timing is that of the pairs
};

/// Tallies events and updates of some columns of weights in a step with a NaN, one thread's work: every transmitter and
/// class is counted, and what is then missing from all events is invalid. Slower than PlainTally, but still by
/// popcounts, since a run that diverged may train on for hours.
class alignas(kThreadsApart) NanTally {
public:
    /// Columns [first, end) in the order of LayerFrame's groups.
    void run(const NanStep& step, std::size_t first, std::size_t end, StepTally& tally);

private:
    static constexpr std::size_t kTransmitters = 3;  ///< by axis_of

    void begin(const LayerFrame& frame);
    void gather(const NanStep& step, std::size_t tap);
    void count(const LayerFrame& frame, std::size_t group);
    void find_pairs(const NanStep& step);
    void tally_synapse(const LayerFrame& frame, std::size_t row, float before, float after, StepTally& tally) const;
    /// Returns how many events of the synapse are invalid.
    std::int64_t tally_events(const LayerFrame& frame, std::size_t row, float before, StepTally& tally) const;

    std::array<AlignedVector<std::uint16_t>, kTransmitters> gathered_;
    AlignedVector<std::uint16_t> firing_;
    AlignedVector<std::int32_t> counts_;         ///< [(transmitter * classes + class) * stride + row]
    AlignedVector<std::int32_t> member_counts_;  ///< [population * stride + row]
    AlignedVector<std::int32_t> pre_first_;
    AlignedVector<std::int32_t> post_first_;
    std::vector<double> integrals_;
};

}  // namespace stdpscope::analysis::detail
