#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "analysis/ledger/chosen_planes.hpp"
#include "analysis/ledger/layer_frame.hpp"
#include "analysis/ledger/step_tally.hpp"

namespace stdpscope::analysis::detail {

/// Events and updates of a dense layer of few rows in a step without NaN. What DenseTally does by planes of rows, a
/// column at a time, is done here by planes of columns, a row at a time: ten weights are not worth a column's turn.
///
/// A synapse's timing compares how often its column is active in the samples where its row fires with either timing.
/// The events of a row and a class are those of all active columns, by the sign of their weights, in all samples of the
/// class.
class NarrowTally {
public:
    NarrowTally(const LayerFrame& frame, int threads);

    /// Whether a layer has so few rows.
    [[nodiscard]] static bool fits(const ann::SynapseGeometry& geometry);

    /// Counts into `tallies`, each some of the rows. The frame's classes are kept as planes. False where a weight turns
    /// out to be NaN: nothing counted is of use then.
    bool count(const ann::LayerStep& views, const CubeSigns& pre_activation, std::vector<StepTally>& tallies);

private:
    using Planes = AlignedVector<std::uint64_t>;
    enum Side : std::size_t { plus, minus };

    /// One thread's memory.
    struct alignas(kThreadsApart) Scratch {
        ChosenPlanes chosen;
        std::vector<std::uint16_t> samples;  ///< of a row that are looked at, as bits: [block]
        std::array<Planes, 2> digits;
        Planes timing;
        std::array<Planes, 2> weights;  ///< of a row: > 0, < 0
    };

    void resize(const CubeSigns& pre_activation);
    void lay_out(const CubeSigns& pre_activation);
    /// Copies the weights of rows [begin, end).
    void lay_out_weights(const ann::LayerStep& views, std::size_t begin, std::size_t end);
    void tally_row(std::size_t row, Scratch& scratch, StepTally& tally) const;
    /// Timing of the synapses of a row.
    void compare_counts(std::size_t row, Scratch& scratch) const;
    /// For each column, how many of the chosen samples it is active in, by the sign given: digits in binary.
    [[nodiscard]] std::size_t add_active(const Planes& active, Scratch& scratch, Planes& digits) const;
    void tally_events(std::size_t row, std::size_t place, Scratch& scratch, EventCounts& events) const;
    /// Chooses the samples of a row in all classes for which `wanted`.
    template <class Wanted>
    void choose_samples(std::size_t row, const Wanted& wanted, Scratch& scratch) const;

    /// Entry of LayerFrame::row_members that the row belongs to.
    [[nodiscard]] std::size_t population_of(std::size_t row) const;

    const LayerFrame& frame_;
    int threads_;
    std::size_t columns_;
    std::size_t words_;       ///< of a plane of columns
    std::size_t row_stride_;  ///< floats from a row of weights to the next
    std::size_t samples_ = 0;
    bool has_negative_ = false;
    Planes all_columns_;
    std::array<Planes, 2> active_;  ///< by the sign of the activation: [sample], then one of zeros
    Planes either_;                 ///< the same of both signs
    AlignedVector<float> before_;   ///< [row][column]
    AlignedVector<float> after_;
    std::vector<Scratch> scratch_;  ///< by thread
};

}  // namespace stdpscope::analysis::detail
