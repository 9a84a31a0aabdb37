#include "analysis/report/null_model.hpp"

namespace stdpscope::analysis {
namespace {

/// Changes that are not 0, by receptor, timing (as stored: the sign of -D) and the sign of the change.
struct ChangeCounts {
    double counts[3][3][2] = {};

    void add(Sign receptor, Sign timing, Sign change, std::uint64_t count) {
        counts[axis_of(receptor)][axis_of(timing)][change > 0 ? 1 : 0] += static_cast<double>(count);
    }
};

ExpectedCounts shuffled(const ChangeCounts& changes, Measure measure, TimingReading reading) {
    double by_sign[2] = {};
    for (const auto& receptor : changes.counts) {
        for (const auto& timing : receptor) {
            by_sign[0] += timing[0];
            by_sign[1] += timing[1];
        }
    }
    const double whole = by_sign[0] + by_sign[1];
    ExpectedCounts expected{};
    if (whole == 0.0) return expected;
    for (std::size_t receptor = 0; receptor < 3; ++receptor) {
        for (std::size_t timing = 0; timing < 3; ++timing) {
            const double here = changes.counts[receptor][timing][0] + changes.counts[receptor][timing][1];
            for (const Sign change : {-1, 1}) {
                const Category category =
                    category_of(read_timing(reading, sign_at(timing)), consequence(measure, sign_at(receptor), change));
                expected[static_cast<std::size_t>(category)] += here * by_sign[change > 0 ? 1 : 0] / whole;
            }
        }
    }
    return expected;
}

void add_to(ExpectedCounts& sum, const ExpectedCounts& part) {
    for (std::size_t place = 0; place < sum.size(); ++place) sum[place] += part[place];
}

}  // namespace

ExpectedCounts shuffled_categories(const EventCounts& events, Measure measure, TimingReading reading) {
    ChangeCounts changes;
    for (const Sign transmitter : {-1, 1}) {
        for (const Sign receptor : {-1, 0, 1}) {
            for (const Sign timing : {-1, 1}) {
                for (const Sign response : {-1, 1}) {
                    changes.add(receptor, timing, event_change(transmitter, timing, response),
                                events.histogram[EventCounts::place(axis_of(transmitter), axis_of(receptor),
                                                                    axis_of(timing), axis_of(response))]);
                }
            }
        }
    }
    return shuffled(changes, measure, reading);
}

ExpectedCounts shuffled_categories(const UpdateCounts& updates, Measure measure, TimingReading reading) {
    ChangeCounts changes;
    for (const Sign receptor : {-1, 0, 1}) {
        for (const Sign timing : {-1, 0, 1}) {
            for (const Sign change : {-1, 1}) {
                changes.add(
                    receptor, timing, change,
                    updates.histogram[UpdateCounts::place(axis_of(receptor), axis_of(timing), axis_of(change))]);
            }
        }
    }
    return shuffled(changes, measure, reading);
}

ExpectedCounts shuffled_categories(const Tally& tally, Level level, Measure measure, TimingReading reading) {
    ExpectedCounts sum{};
    for (const auto& [epoch, layers] : tally.epochs()) {
        for (const LayerTally& layer : layers) {
            if (level == Level::event) {
                for (const EventCounts& counts : layer.events)
                    add_to(sum, shuffled_categories(counts, measure, reading));
            } else {
                for (const UpdateCounts& counts : layer.updates) {
                    add_to(sum, shuffled_categories(counts, measure, reading));
                }
            }
        }
    }
    return sum;
}

}  // namespace stdpscope::analysis
