#pragma once

#include <span>

#include "analysis/trace/trace_options.hpp"
#include "apps/bench/turn_taking.hpp"

namespace stdpscope::apps {

/// Seconds a step of one level, one number a turn.
///
/// Rows of a trace are taken at every 10th, every 100th step and so on, which a short turn may meet or miss. So steps
/// are told apart by what is due at them. In each turn the mean of the most frequent kind of steps is taken; what a
/// step of another kind takes beyond that is the median over all turns, and is added with the frequency that the kind
/// has in a training.
[[nodiscard]] std::vector<double> seconds_a_step(std::span<const Turn> turns, const analysis::TraceOptions& options);

/// Speed of training at one level, over the turns.
struct LevelSpeed {
    double samples_per_second = 0.0;  ///< the median, as all below but slowest and fastest
    double slowest = 0.0;
    double fastest = 0.0;
    double ratio = 1.0;         ///< speed to that of the first level in the same round
    double waited_share = 0.0;  ///< of the time, in which training waited for the trace's writer
    double seconds = 0.0;       ///< measured, in all
    std::uint64_t steps = 0;    ///< measured, in all

    /// Share of the time of training that goes into the ledger, where the first level is training without it.
    [[nodiscard]] double ledger_share() const { return 1.0 - ratio; }
};

/// The median; of an even number, the mean of the two in the middle. NaN of none.
[[nodiscard]] double median(std::vector<double> values);

/// By level: from each level's turns and options. The first level is the one that ratios refer to.
[[nodiscard]] std::vector<LevelSpeed> level_speeds(const std::vector<std::vector<Turn>>& turns,
                                                   const std::vector<analysis::TraceOptions>& options,
                                                   double batch_size);

}  // namespace stdpscope::apps
