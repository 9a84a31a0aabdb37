#include "analysis/ledger/nan_tally.hpp"

#include <algorithm>
#include <cmath>

namespace stdpscope::analysis::detail {

void NanTally::run(const NanStep& step, std::size_t first, std::size_t end, StepTally& tally) {
    begin(step.frame);
    for (std::size_t place = first; place < end; ++place) {
        const std::size_t tap = step.frame.taps.tap_at(place);
        gather(step, tap);
        count(step.frame, step.frame.taps.group(tap));
        find_pairs(step);
        for (std::size_t row = 0; row < step.frame.rows(); ++row) {
            tally_synapse(step.frame, row, step.views.weights_before(row, tap), step.views.weights_after(row, tap),
                          tally);
        }
    }
}

void NanTally::begin(const LayerFrame& frame) {
    for (AlignedVector<std::uint16_t>& plane : gathered_) plane.assign(frame.words(), 0);
    firing_.assign(frame.words(), 0);
    counts_.resize(kTransmitters * frame.classes.classes().size() * frame.stride());
    member_counts_.resize(frame.classes.populations() * frame.stride());
    pre_first_.resize(frame.stride());
    post_first_.resize(frame.stride());
}

void NanTally::gather(const NanStep& step, std::size_t tap) {
    const LayerFrame& frame = step.frame;
    const CubeSigns& pre = step.pre_activation;
    AlignedVector<std::uint16_t>& minus = gathered_[axis_of(-1)];
    AlignedVector<std::uint16_t>& zero = gathered_[axis_of(0)];
    AlignedVector<std::uint16_t>& plus = gathered_[axis_of(1)];
    frame.taps.gather(tap, pre.negative(), frame.blocks(), frame.kernels, minus.data());
    frame.taps.gather(tap, pre.positive(), frame.blocks(), frame.kernels, plus.data());
    std::fill(zero.begin(), zero.end(), std::uint16_t{0});
    if (pre.has_nan()) frame.taps.gather(tap, pre.nan(), frame.blocks(), frame.kernels, zero.data());
    const std::uint16_t* events = frame.event_bits(frame.taps.group(tap));
    for (std::size_t word = 0; word < zero.size(); ++word) {
        firing_[word] = minus[word] | plus[word];
        zero[word] = static_cast<std::uint16_t>(events[word] & ~(firing_[word] | zero[word]));
    }
}

void NanTally::count(const LayerFrame& frame, std::size_t group) {
    const std::size_t classes = frame.classes.classes().size();
    for (std::size_t transmitter = 0; transmitter < kTransmitters; ++transmitter) {
        for (std::size_t place = 0; place < classes; ++place) {
            frame.count(gathered_[transmitter].data(), frame.classes.plane(place),
                        counts_.data() + (transmitter * classes + place) * frame.stride());
        }
    }
    for (std::size_t population = 0; population < frame.classes.populations(); ++population) {
        frame.count(frame.event_bits(group), frame.classes.members(population),
                    member_counts_.data() + population * frame.stride());
    }
}

void NanTally::find_pairs(const NanStep& step) {
    const LayerFrame& frame = step.frame;
    const std::vector<PostClass>& classes = frame.classes.classes();
    std::fill(pre_first_.begin(), pre_first_.end(), 0);
    std::fill(post_first_.begin(), post_first_.end(), 0);
    for (const Sign transmitter : {-1, 1}) {
        for (std::size_t place = 0; place < classes.size(); ++place) {
            if (!classes[place].fires()) continue;
            AlignedVector<std::int32_t>& pairs = classes[place].timing > 0 ? pre_first_ : post_first_;
            const std::int32_t* counts =
                counts_.data() + (axis_of(transmitter) * classes.size() + place) * frame.stride();
            for (std::size_t row = 0; row < frame.rows(); ++row) pairs[row] += counts[row];
        }
    }
    if (step.integral != nullptr) step.integral->retime(firing_.data(), integrals_, pre_first_, post_first_);
}

std::int64_t NanTally::tally_events(const LayerFrame& frame, std::size_t row, float before, StepTally& tally) const {
    const bool by_row = populations_by_row(frame.layer);
    const auto owner = [&](std::size_t population) -> EventCounts& {
        return tally.events[by_row ? frame.layer.population_of_unit[row] : population];
    };
    std::int64_t invalid = 0;
    for (std::size_t population = 0; population < frame.classes.populations(); ++population) {
        const std::int32_t events = member_counts_[population * frame.stride() + row];
        owner(population).invalid += static_cast<std::uint64_t>(events);
        invalid += events;
    }
    if (std::isnan(before)) return invalid;
    const std::vector<PostClass>& classes = frame.classes.classes();
    for (std::size_t transmitter = 0; transmitter < kTransmitters; ++transmitter) {
        for (std::size_t place = 0; place < classes.size(); ++place) {
            const std::int32_t count = counts_[(transmitter * classes.size() + place) * frame.stride() + row];
            EventCounts& events = owner(classes[place].population);
            events.histogram[EventCounts::place(transmitter, axis_of(sign_of(before)), axis_of(classes[place].timing),
                                                axis_of(classes[place].response))] += static_cast<std::uint64_t>(count);
            events.invalid -= static_cast<std::uint64_t>(count);
            invalid -= count;
        }
    }
    return invalid;
}

void NanTally::tally_synapse(const LayerFrame& frame, std::size_t row, float before, float after,
                             StepTally& tally) const {
    const std::int64_t invalid = tally_events(frame, row, before, tally);
    const std::size_t owner = frame.row_bits.empty() ? 0 : frame.layer.population_of_unit[row];
    const float update = after - before;
    if (invalid != 0 || std::isnan(update)) {
        tally.invalid_updates[owner] += 1;
        return;
    }
    const Sign receptor = sign_of(before);
    const Sign timing = sign_of(pre_first_[row] - post_first_[row]);
    const Sign change = sign_of(update);
    const bool fired = (pre_first_[row] | post_first_[row]) != 0;
    const std::size_t cell =
        fired || change == 0 ? UpdateCounts::place(axis_of(receptor), axis_of(timing), axis_of(change)) : kUntimedCell;
    UpdateCells& cells = tally.updates[owner];
    cells.count[cell] += 1;
    cells.absolute_update[cell][row % kSumLanes] += static_cast<double>(std::abs(update));
    if (receptor * sign_of(after) < 0) cells.receptor_switches += 1;
}

}  // namespace stdpscope::analysis::detail
