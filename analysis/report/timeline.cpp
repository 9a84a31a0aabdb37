#include "analysis/report/timeline.hpp"

#include <algorithm>

namespace stdpscope::analysis {
namespace {

/// A run with this many epochs has enough points by epoch.
constexpr std::uint64_t kEpochsForWholeBins = 30;

std::uint64_t ceiling(std::uint64_t number, std::uint64_t divisor) {
    return (number + divisor - 1) / divisor;
}

/// Says in which bin a record falls; records come in order.
class Binning {
public:
    Binning(std::uint64_t epochs, std::uint64_t records)
        : by_epoch_(epochs >= kEpochsForWholeBins),
          per_bin_(std::max<std::uint64_t>(1, ceiling(by_epoch_ ? epochs : records, Timeline::kMostBins))) {
        // Epochs end bins, too: with records to spare none is split off as the rest of an epoch.
        if (!by_epoch_ && epochs > 0) {
            const std::uint64_t most_an_epoch = std::max<std::uint64_t>(1, Timeline::kMostBins / epochs);
            per_bin_ = std::max<std::uint64_t>(1, ceiling(ceiling(records, epochs), most_an_epoch));
        }
    }

    std::uint64_t bin_of(const Record& record) {
        const bool begins =
            !begun_ || (by_epoch_ ? record.epoch >= epoch_ + per_bin_ : record.epoch != epoch_ || in_bin_ == per_bin_);
        if (begins) {
            if (begun_) ++bin_;
            begun_ = true;
            epoch_ = record.epoch;
            in_bin_ = 0;
        }
        ++in_bin_;
        return bin_;
    }

private:
    bool by_epoch_;
    std::uint64_t per_bin_;  ///< epochs or records
    bool begun_ = false;
    std::uint64_t bin_ = 0;
    std::uint64_t epoch_ = 0;   ///< the first of the bin
    std::uint64_t in_bin_ = 0;  ///< records
};

/// Whether the tally by epoch is the timeline: epochs 0, 1, ..., one a bin.
bool epochs_are_bins(const Tally& tally) {
    const std::uint64_t epochs = tally.epochs().size();
    return epochs >= kEpochsForWholeBins && epochs <= Timeline::kMostBins && tally.epochs().begin()->first == 0 &&
           tally.epochs().rbegin()->first == epochs - 1;
}

Timeline timeline_of_epochs(const TraceFacts& facts, double steps_per_epoch) {
    Timeline timeline{facts.tally, {}};
    std::uint64_t end_step = facts.tally.first_step();
    for (const auto& [epoch, layers] : facts.tally.epochs()) {
        end_step += layers.front().steps;
        timeline.ends.push_back(static_cast<double>(end_step) / steps_per_epoch);
    }
    return timeline;
}

}  // namespace

Timeline read_timeline(const TraceReader& reader, const TraceFacts& facts, const std::function<void()>& progress) {
    const auto steps = static_cast<double>(std::max<std::uint64_t>(1, facts.header.steps_per_epoch));
    if (!facts.header.layers.empty() && epochs_are_bins(facts.tally)) return timeline_of_epochs(facts, steps);
    Timeline timeline{Tally(facts.header.layers), {}};
    Binning binning(facts.tally.epochs().size(), facts.tally.records());
    reader.for_each_record([&](const Record& record) {
        const std::uint64_t bin = binning.bin_of(record);
        timeline.tally.add(record, bin);
        timeline.ends.resize(bin + 1);
        timeline.ends[bin] = static_cast<double>(record.end_step) / steps;
        progress();
    });
    return timeline;
}

}  // namespace stdpscope::analysis
