#include "analysis/ledger/step_tally.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace stdpscope::analysis::detail {

namespace {

void add_events(const EventCounts& from, EventCounts& to) {
    for (std::size_t place = 0; place < from.histogram.size(); ++place) to.histogram[place] += from.histogram[place];
    to.invalid += from.invalid;
}

bool has_finite_sums(const UpdateCells& cells) {
    bool finite = true;
    for (const auto& lanes : cells.absolute_update) {
        for (const double sum : lanes) finite = finite && std::isfinite(sum);
    }
    return finite;
}

double sum_of_lanes(const double (&lanes)[kSumLanes]) {
    return std::accumulate(lanes, lanes + kSumLanes, 0.0);
}

void add_updates(const UpdateCells& from, UpdateCounts& to) {
    for (std::size_t place = 0; place < to.histogram.size(); ++place) {
        to.histogram[place] += from.count[place];
        to.absolute_update[place] += sum_of_lanes(from.absolute_update[place]);
    }
    to.untimed += from.count[kUntimedCell];
    to.untimed_absolute_update += sum_of_lanes(from.absolute_update[kUntimedCell]);
    to.receptor_switches += from.receptor_switches;
}

}  // namespace

StepTally::StepTally(std::size_t event_populations, std::size_t update_populations)
    : events(event_populations), updates(update_populations), invalid_updates(update_populations) {
    clear();
}

void StepTally::clear() {
    for (EventCounts& counts : events) counts = {};
    for (UpdateCells& cells : updates) cells = {};
    for (std::uint64_t& count : invalid_updates) count = 0;
}

bool StepTally::is_finite() const {
    return std::all_of(updates.begin(), updates.end(), has_finite_sums);
}

void StepTally::add_to(LayerRecord& record) const {
    for (std::size_t population = 0; population < events.size(); ++population) {
        add_events(events[population], record.events[population]);
    }
    for (std::size_t population = 0; population < updates.size(); ++population) {
        add_updates(updates[population], record.updates[population]);
        record.updates[population].invalid += invalid_updates[population];
    }
}

}  // namespace stdpscope::analysis::detail
