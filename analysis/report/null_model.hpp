#pragma once

#include <array>

#include "analysis/summary/tally.hpp"
#include "analysis/summary/trace_summary.hpp"

/// What the category shares would be if the sign of a change had nothing to do with timing: the null model of the
/// report. The changes that are not zero keep their synapse, receptor, timing and size, and their signs are shuffled
/// among them. The mean over all shufflings has a closed form, so nothing is drawn:
///
///     expected(receptor, timing, change) = changes(receptor, timing) * changes(change) / changes
///
/// By itself it says nothing about whether a difference is more than chance; it says which composition the numbers of
/// signs alone would give.
namespace stdpscope::analysis {

/// Expected counts over Table 5's four, in the order of kStdpCategories; their sum is that of the counts.
using ExpectedCounts = std::array<double, 4>;

/// The change of a firing pair is event_change().
[[nodiscard]] ExpectedCounts shuffled_categories(const EventCounts& events, Measure measure, TimingReading reading);
/// Over the timed updates that are not 0.
[[nodiscard]] ExpectedCounts shuffled_categories(const UpdateCounts& updates, Measure measure, TimingReading reading);

/// Over a whole trace: signs are shuffled within a layer, a population and an epoch, and the expected counts added.
[[nodiscard]] ExpectedCounts shuffled_categories(const Tally& tally, Level level, Measure measure,
                                                 TimingReading reading);

}  // namespace stdpscope::analysis
