#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "analysis/ledger/group_counts.hpp"
#include "analysis/ledger/layer_frame.hpp"
#include "analysis/ledger/pair_integral.hpp"
#include "analysis/ledger/step_tally.hpp"

namespace stdpscope::analysis::detail {

/// What all partitions of a layer share in a step without NaN.
struct PlainStep {
    const LayerFrame& frame;
    const ann::LayerStep& views;
    const CubeSigns& pre_activation;
    const GroupCounts& group_counts;
    const PairIntegral* integral;  ///< null where timing is that of the pairs
};

/// Tallies events and updates of some columns of weights in a step without NaN, one thread's work.
///
/// Of a tap's three transmitters one is never counted but follows by subtraction from all events of the tap: zero, or
/// minus where no activation is zero. Of the classes the last follows from the whole in the same way.
class alignas(kThreadsApart) PlainTally {
public:
    /// Columns [first, end) in the order of LayerFrame's groups. False where a weight turns out to be NaN.
    bool run(const PlainStep& step, std::size_t first, std::size_t end, StepTally& tally);

private:
    /// Which transmitter is not counted.
    enum Remainder : std::size_t { zero_follows, minus_follows };
    /// Sums kept apart by what is counted and what follows.
    enum Set : std::size_t { plus_of_three, minus_of_three, plus_of_two };
    static constexpr std::size_t kSets = 3;

    /// One of the taps that are worked on together.
    struct Tap {
        std::size_t place = 0;               ///< column of the weights
        AlignedVector<std::uint16_t> plus;   ///< gathered
        AlignedVector<std::uint16_t> minus;  ///< gathered
        AlignedVector<std::uint8_t> plus_nibbles;
        AlignedVector<std::uint8_t> minus_nibbles;
        std::int32_t pluses = 0;
        std::int32_t minuses = 0;
    };

    void begin_columns(const PlainStep& step);
    /// Gathers a tap into taps_[waiting_]; returns which transmitter is not counted.
    Remainder gather(const PlainStep& step, std::size_t place);
    /// Works on all waiting taps, which are of one group and remainder. False where a weight is NaN.
    bool flush(const PlainStep& step, StepTally& tally);
    void count(const LayerFrame& frame);
    void count_nibbles(const LayerFrame& frame);
    void tally_events(const PlainStep& step);
    void add_to_sums(const LayerFrame& frame, Set set, const EventTaps& taps, std::uint32_t* receptors);
    bool tally_updates(const PlainStep& step, std::size_t place, StepTally& tally);
    void find_pairs(const PlainStep& step, std::size_t place);
    void add_pairs(const LayerFrame& frame, std::size_t place, Sign timing, AlignedVector<std::int32_t>& pairs);
    void collect(const PlainStep& step, StepTally& tally) const;
    [[nodiscard]] std::uint64_t receptor_events(const PlainStep& step, Remainder remainder, std::size_t members,
                                                std::size_t place, std::size_t receptor) const;

    std::size_t arrays_ = 0;  ///< classes counted, all but the last
    std::array<Tap, kTapsTogether> taps_;
    std::size_t blocks_ = 0;   ///< that the taps have room for; the padding behind them is zero
    std::size_t waiting_ = 0;  ///< taps
    std::size_t group_ = 0;    ///< of the waiting taps
    Remainder remainder_ = zero_follows;
    bool counts_minus_ = false;                              ///< whether minus_counts_ holds those of the waiting taps
    AlignedVector<std::int32_t> plus_counts_;                ///< [(tap * arrays + class) * stride + row]
    AlignedVector<std::int32_t> minus_counts_;               ///< the same
    std::array<AlignedVector<std::uint32_t>, kSets> sums_;   ///< see LedgerKernels::tally_events
    std::array<bool, kSets> summed_{};                       ///< whether the sums hold anything
    std::array<AlignedVector<std::uint32_t>, 2> receptors_;  ///< by remainder: [(group * 3 + receptor) * stride + row]
    const std::int32_t* pre_first_ = nullptr;                ///< firing pairs of the tap at hand
    const std::int32_t* post_first_ = nullptr;
    AlignedVector<std::int32_t> pre_first_memory_;
    AlignedVector<std::int32_t> post_first_memory_;
    AlignedVector<std::int32_t> plus_rest_;
    AlignedVector<std::int32_t> minus_rest_;
    std::vector<const std::int32_t*> parts_;
    AlignedVector<std::uint16_t> firing_;
    std::vector<double> integrals_;
};

}  // namespace stdpscope::analysis::detail
