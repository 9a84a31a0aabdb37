#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "analysis/ledger/chosen_planes.hpp"
#include "analysis/ledger/layer_frame.hpp"
#include "analysis/ledger/step_tally.hpp"

namespace stdpscope::analysis::detail {

/// Events and updates of a dense layer in a step without NaN, by planes of rows (RowKernels).
///
/// A synapse's timing compares how many of the samples with an activation that is not zero are in a firing class of
/// either timing. Events are counted along the columns: for each sample and row, how many of the weights above zero
/// meet a positive (negative) activation, summed over the rows of each class.
class DenseTally {
public:
    DenseTally(const LayerFrame& frame, int threads);

    /// Counts updates into `by_partition`, each some of the columns, and events into `by_thread`; both begin empty. The
    /// frame's classes are kept as planes. False where a weight turns out to be NaN: nothing counted is of use then.
    bool count(const ann::LayerStep& views, const CubeSigns& pre_activation, std::vector<StepTally>& by_partition,
               std::vector<StepTally>& by_thread);

private:
    using Planes = AlignedVector<std::uint64_t>;
    enum Transmitter : std::size_t { plus, minus };

    /// One thread's memory.
    struct alignas(kThreadsApart) Scratch {
        ChosenPlanes chosen;
        Planes active;   ///< samples of a column, or columns of a sample
        Planes columns;  ///< the thread's own
        Planes timing;
        std::array<Planes, 2> digits;
        Planes sample_digits;           ///< samples of a class, by row
        bool weights_are_zero = false;  ///< some of the thread's own
    };

    void resize(const CubeSigns& pre_activation);
    void lay_out(const CubeSigns& pre_activation, std::size_t block);
    void tally_column(const ann::LayerStep& views, const CubeSigns& pre_activation, std::size_t column,
                      Scratch& scratch, StepTally& tally);
    /// Counts the events of columns [first, end).
    void tally_events(std::size_t first, std::size_t end, Scratch& scratch, StepTally& tally) const;
    void add_active(std::size_t sample, Transmitter transmitter, Scratch& scratch, StepTally& tally) const;
    /// Counts all events to the transmitter that is not counted, from which add_active takes the others.
    void tally_all(std::size_t first, std::size_t end, Scratch& scratch, StepTally& tally) const;

    /// Words that hold a bit for each sample.
    [[nodiscard]] std::size_t sample_words() const { return (samples_ + 63) / 64; }
    [[nodiscard]] std::uint64_t& cell(StepTally& tally, std::size_t members, std::size_t place, std::size_t transmitter,
                                      std::size_t receptor) const;
    [[nodiscard]] const std::uint64_t* class_plane(std::size_t place, std::size_t sample) const {
        return classes_.data() + (place * (samples_ + 1) + sample) * words_;
    }
    /// Null where all rows are members.
    [[nodiscard]] const std::uint64_t* members(std::size_t population) const {
        return members_.size() == 1 ? nullptr : members_[population].data();
    }

    const LayerFrame& frame_;
    int threads_;
    std::size_t columns_;
    std::size_t words_;         ///< of a plane of rows
    std::size_t column_words_;  ///< of a plane of columns
    std::size_t samples_ = 0;
    bool counts_minus_ = false;      ///< whether both other transmitters occur beside plus
    std::size_t remainder_ = 0;      ///< axis of the transmitter that is not counted
    Planes rows_;                    ///< all of them
    std::vector<Planes> members_;    ///< by entry of LayerFrame::row_members
    Planes classes_;                 ///< [class][sample], then one of zeros a class
    Planes pre_first_;               ///< [sample], then one of zeros
    Planes post_first_;              ///< likewise
    std::array<Planes, 2> active_;   ///< [sample], planes of columns, by Transmitter
    std::array<Planes, 2> weights_;  ///< [column], then one of zeros, by Transmitter's names: > 0, < 0
    std::vector<Scratch> scratch_;   ///< by thread
};

}  // namespace stdpscope::analysis::detail
