#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/ledger/chosen_planes.hpp"
#include "analysis/ledger/layer_frame.hpp"
#include "analysis/ledger/row_classes.hpp"
#include "analysis/ledger/step_tally.hpp"

namespace stdpscope::analysis::detail {

/// Events and updates of a dense layer in a step without NaN, by planes of rows (RowKernels).
///
/// The synapses of a column share their samples: those with an activation that is not zero. How many of these are in a
/// set of (row, sample) pairs is counted for all rows at once. Compared, the counts of the firing pairs of either
/// timing give a synapse's timing; summed over the rows with a weight above zero, those of a class are its events.
class DenseTally {
public:
    DenseTally(const LayerFrame& frame, int threads);

    /// Counts updates into `by_partition`, each some of the columns, and events into `by_thread`; both begin empty.
    /// False where some sum of |update| is not finite: nothing counted is of use then.
    bool count(const ann::LayerStep& views, const LayerSigns& signs, std::vector<StepTally>& by_partition,
               std::vector<StepTally>& by_thread);

private:
    using Planes = RowClasses::Planes;
    /// Samples of a column by their activation: not zero, or of the sign that fewer activations of the layer have. The
    /// events of the other sign are the rest.
    enum Active : std::size_t { not_zero, rarer_sign };
    /// Weights that are told from those below zero.
    enum Receptor : std::size_t { plus, none };
    /// What a class's events are: firing pairs of either timing, or others.
    enum Kind : std::size_t { pre_first, post_first, silent };

    /// One thread's memory.
    struct alignas(kThreadsApart) Scratch {
        RowClasses::Scratch classes;
        ChosenPlanes chosen;  ///< samples of a column
        Planes timing;
        Planes timing_of_rarer;        ///< of the samples with activations of the rarer sign alone
        std::array<Planes, 2> digits;  ///< by Kind: samples chosen, by row
        std::size_t digits_given = 0;
        Planes receptor_minus;
        bool column_has_zero_weights = false;
        bool weights_are_zero = false;  ///< some of the thread's own
        Planes active_columns;          ///< [lane]
        /// Events of the thread's own columns: [Active][Receptor][population][set], the last set being all pairs.
        Planes events;
    };

    void resize(const CubeSigns& pre_activation);
    void choose_sets();
    /// Lays out the classes of some samples and counts their events as if all weights were below zero.
    void lay_out(const CubeSigns& pre_activation, const RowClasses::Lanes& lanes, Scratch& scratch, StepTally& tally);
    void tally_column(const ann::LayerStep& views, const CubeSigns& pre_activation, std::size_t column,
                      Scratch& scratch, StepTally& tally);
    void choose_samples(const CubeSigns& pre_activation, std::size_t column, Active active, Scratch& scratch) const;
    /// Of the samples chosen.
    void compare_counts(Planes& timing, Scratch& scratch) const;
    void tally_updates(const ann::LayerStep& views, std::size_t column, Scratch& scratch, StepTally& tally);
    /// Adds those of a column and the samples chosen and compared.
    void add_events(Active active, std::size_t column, Scratch& scratch) const;
    /// Gives the events of columns [first, end) whose weight is not below zero to their receptor.
    void give_to_receptors(std::size_t first, std::size_t end, Scratch& scratch, StepTally& tally) const;
    [[nodiscard]] std::vector<std::uint64_t> by_class(const std::uint64_t* by_set) const;
    /// By class, whatever the activation.
    [[nodiscard]] std::vector<std::uint64_t> all_events(std::size_t first, std::size_t end, Receptor receptor,
                                                        std::size_t population, Scratch& scratch) const;

    [[nodiscard]] static Kind kind_of(const PostClass& post_class);
    [[nodiscard]] std::uint64_t& cell(StepTally& tally, std::size_t members, const PostClass& post_class,
                                      Sign transmitter, Sign receptor) const;
    [[nodiscard]] std::uint64_t* events(Scratch& scratch, Active active, Receptor receptor,
                                        std::size_t population) const {
        const std::size_t place = (active * 2 + receptor) * members_.size() + population;
        return scratch.events.data() + place * (sets_.size() + 1);
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
    bool has_negative_ = false;  ///< activations
    bool has_zero_ = false;
    bool positive_is_rarer_ = true;
    std::vector<Planes> members_;  ///< by entry of LayerFrame::row_members
    RowClasses classes_;
    /// Planes that are counted: those of the firing pairs by Kind, then of some of the classes.
    std::vector<const std::uint64_t*> sets_;
    std::vector<std::size_t> counted_;                ///< these classes
    std::array<std::optional<std::size_t>, 3> left_;  ///< by Kind, the class that is left
    std::array<Planes, 2> weights_;                   ///< by Receptor: [column], then one of zeros
    std::vector<std::uint8_t> zeros_noted_;           ///< [column]: its plane of weights that are zero is not empty
    std::vector<Scratch> scratch_;                    ///< by thread
};

}  // namespace stdpscope::analysis::detail
