#pragma once

#include <vector>

#include "analysis/ledger/aligned_vector.hpp"
#include "analysis/ledger/kernels/ledger_kernels.hpp"
#include "analysis/ledger/records.hpp"

namespace stdpscope::analysis::detail {

/// Counts of one part of one layer in one step.
struct alignas(kThreadsApart) StepTally {
    AlignedVector<EventCounts> events;   ///< by event population
    AlignedVector<UpdateCells> updates;  ///< by update population
    std::vector<std::uint64_t> invalid_updates;

    StepTally(std::size_t event_populations, std::size_t update_populations);
    void clear();
    /// Whether all sums of |update| are. One that is not tells of a weight that is NaN or infinite, or of a sum beyond
    /// single precision.
    [[nodiscard]] bool is_finite() const;
    /// Adds everything to an interval's counts; sums of doubles lane by lane.
    void add_to(LayerRecord& record) const;
};

}  // namespace stdpscope::analysis::detail
