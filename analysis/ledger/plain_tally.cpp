#include "analysis/ledger/plain_tally.hpp"

#include <algorithm>
#include <utility>

namespace stdpscope::analysis::detail {

namespace {
constexpr std::size_t kReceptors = 3;
}

bool PlainTally::run(const PlainStep& step, std::size_t first, std::size_t end, StepTally& tally) {
    begin_columns(step);
    for (std::size_t order = first; order < end; ++order) {
        const std::size_t place = step.frame.taps.tap_at(order);
        const std::size_t group = step.frame.taps.group(place);
        const std::size_t gathered = waiting_;
        const Remainder remainder = gather(step, place);
        if (waiting_ != 0 && (group != group_ || remainder != remainder_)) {
            if (!flush(step, tally)) return false;
            std::swap(taps_.front(), taps_[gathered]);
        }
        group_ = group;
        remainder_ = remainder;
        ++waiting_;
        if (waiting_ == kTapsTogether && !flush(step, tally)) return false;
    }
    if (!flush(step, tally)) return false;
    collect(step, tally);
    return true;
}

void PlainTally::begin_columns(const PlainStep& step) {
    const std::size_t stride = step.frame.stride();
    if (blocks_ != step.frame.blocks()) {
        blocks_ = step.frame.blocks();
        for (Tap& tap : taps_) {
            tap.plus.assign(step.frame.words(), 0);
            tap.minus.assign(step.frame.words(), 0);
            tap.plus_nibbles.resize(step.frame.nibbles());
            tap.minus_nibbles.resize(step.frame.nibbles());
        }
    }
    arrays_ = step.frame.classes.classes().size() - 1;
    plus_counts_.resize(kTapsTogether * arrays_ * stride);
    minus_counts_.resize(kTapsTogether * arrays_ * stride);
    waiting_ = 0;
    summed_ = {};
    for (AlignedVector<std::uint32_t>& receptors : receptors_) {
        receptors.assign(step.frame.taps.groups() * kReceptors * stride, 0);
    }
    pre_first_memory_.resize(stride);
    post_first_memory_.resize(stride);
}

PlainTally::Remainder PlainTally::gather(const PlainStep& step, std::size_t place) {
    const LayerFrame& frame = step.frame;
    const CubeSigns& pre = step.pre_activation;
    const std::int32_t events = frame.events(frame.taps.group(place));
    Tap& tap = taps_[waiting_];
    tap.place = place;
    frame.taps.gather(place, pre.positive(), frame.blocks(), frame.kernels, tap.plus.data());
    tap.pluses = frame.population(tap.plus.data());
    tap.minuses = 0;
    if (pre.has_negative() && (pre.has_zero() || step.integral != nullptr)) {
        frame.taps.gather(place, pre.negative(), frame.blocks(), frame.kernels, tap.minus.data());
        tap.minuses = frame.population(tap.minus.data());
    } else if (!pre.has_zero()) {
        tap.minuses = events - tap.pluses;
    }
    return tap.pluses + tap.minuses == events ? minus_follows : zero_follows;
}

bool PlainTally::flush(const PlainStep& step, StepTally& tally) {
    if (waiting_ == 0) return true;
    count(step.frame);
    for (std::size_t place = 0; place < waiting_; ++place) {
        if (!tally_updates(step, place, tally)) return false;
    }
    tally_events(step);
    waiting_ = 0;
    return true;
}

void PlainTally::count(const LayerFrame& frame) {
    const std::size_t stride = frame.stride();
    std::array<const std::uint16_t*, kTapsTogether> plus{};
    std::array<const std::uint16_t*, kTapsTogether> minus{};
    counts_minus_ = false;
    for (std::size_t place = 0; place < waiting_; ++place) {
        plus[place] = taps_[place].plus.data();
        minus[place] = taps_[place].minus.data();
        counts_minus_ = counts_minus_ || (remainder_ == zero_follows && taps_[place].minuses != 0);
    }
    if (frame.by_nibbles()) return count_nibbles(frame);
    for (std::size_t place = 0; place < arrays_; ++place) {
        frame.count(plus.data(), waiting_, frame.classes.plane(place), plus_counts_.data() + place * stride,
                    arrays_ * stride);
        if (!counts_minus_) continue;
        frame.count(minus.data(), waiting_, frame.classes.plane(place), minus_counts_.data() + place * stride,
                    arrays_ * stride);
    }
}

void PlainTally::count_nibbles(const LayerFrame& frame) {
    if (arrays_ == 0) return;
    std::array<const std::uint8_t*, kTapsTogether> plus{};
    std::array<const std::uint8_t*, kTapsTogether> minus{};
    for (std::size_t place = 0; place < waiting_; ++place) {
        Tap& tap = taps_[place];
        plus[place] = tap.plus_nibbles.data();
        minus[place] = tap.minus_nibbles.data();
        frame.split(tap.plus.data(), tap.plus_nibbles.data());
        if (counts_minus_) frame.split(tap.minus.data(), tap.minus_nibbles.data());
    }
    const std::size_t counts_stride = arrays_ * frame.stride();
    frame.count_nibbles(plus.data(), waiting_, arrays_, plus_counts_.data(), counts_stride);
    if (counts_minus_) frame.count_nibbles(minus.data(), waiting_, arrays_, minus_counts_.data(), counts_stride);
}

void PlainTally::tally_events(const PlainStep& step) {
    EventTaps plus;
    plus.taps = waiting_;
    plus.arrays = arrays_;
    plus.counts = plus_counts_.data();
    EventTaps minus = plus;
    minus.counts = minus_counts_.data();
    for (std::size_t place = 0; place < waiting_; ++place) {
        plus.weights[place] = minus.weights[place] = step.views.weights_before.colptr(taps_[place].place);
        plus.whole[place] = taps_[place].pluses;
        minus.whole[place] = taps_[place].minuses;
    }
    std::uint32_t* receptors = receptors_[remainder_].data() + group_ * kReceptors * step.frame.stride();
    add_to_sums(step.frame, remainder_ == zero_follows ? plus_of_three : plus_of_two, plus, receptors);
    if (counts_minus_) add_to_sums(step.frame, minus_of_three, minus, nullptr);
}

void PlainTally::add_to_sums(const LayerFrame& frame, Set set, const EventTaps& taps, std::uint32_t* receptors) {
    if (!summed_[set]) sums_[set].assign((taps.arrays + 1) * kReceptors * frame.stride(), 0);
    summed_[set] = true;
    frame.kernels.tally_events(taps, frame.rows(), frame.stride(), receptors, sums_[set].data());
}

bool PlainTally::tally_updates(const PlainStep& step, std::size_t place, StepTally& tally) {
    const LayerFrame& frame = step.frame;
    const float* before = step.views.weights_before.colptr(taps_[place].place);
    const float* after = step.views.weights_after.colptr(taps_[place].place);
    find_pairs(step, place);
    for (std::size_t population = 0; population < tally.updates.size(); ++population) {
        const std::uint16_t* members = frame.row_bits.empty() ? nullptr : frame.row_bits[population].data();
        const bool nan = frame.kernels.tally_updates(before, after, frame.rows(), pre_first_, post_first_, members,
                                                     tally.updates[population]);
        if (nan) return false;
    }
    return true;
}

void PlainTally::find_pairs(const PlainStep& step, std::size_t place) {
    if (remainder_ == minus_follows) {
        pre_first_ = step.group_counts.pre_first(group_);
        post_first_ = step.group_counts.post_first(group_);
    } else {
        add_pairs(step.frame, place, 1, pre_first_memory_);
        add_pairs(step.frame, place, -1, post_first_memory_);
        pre_first_ = pre_first_memory_.data();
        post_first_ = post_first_memory_.data();
    }
    if (step.integral == nullptr) return;
    std::copy_n(pre_first_, step.frame.rows(), pre_first_memory_.begin());
    std::copy_n(post_first_, step.frame.rows(), post_first_memory_.begin());
    const Tap& tap = taps_[place];
    firing_ = tap.plus;
    for (std::size_t word = 0; tap.minuses != 0 && word < firing_.size(); ++word) firing_[word] |= tap.minus[word];
    step.integral->retime(firing_.data(), integrals_, pre_first_memory_, post_first_memory_);
    pre_first_ = pre_first_memory_.data();
    post_first_ = post_first_memory_.data();
}

void PlainTally::add_pairs(const LayerFrame& frame, std::size_t place, Sign timing,
                           AlignedVector<std::int32_t>& pairs) {
    const std::vector<PostClass>& classes = frame.classes.classes();
    const auto speaks = [&](const PostClass& post_class) { return post_class.fires() && post_class.timing == timing; };
    parts_.clear();
    const auto add_set = [&](std::int32_t present, const AlignedVector<std::int32_t>& all,
                             AlignedVector<std::int32_t>& rest) {
        if (present == 0) return;
        const std::int32_t* counts = all.data() + place * arrays_ * frame.stride();
        for (std::size_t each = 0; each < arrays_; ++each) {
            if (speaks(classes[each])) parts_.push_back(counts + each * frame.stride());
        }
        if (!speaks(classes[arrays_])) return;
        rest.resize(frame.stride());
        frame.kernels.remainder(present, counts, frame.stride(), arrays_, frame.rows(), rest.data());
        parts_.push_back(rest.data());
    };
    add_set(taps_[place].pluses, plus_counts_, plus_rest_);
    add_set(taps_[place].minuses, minus_counts_, minus_rest_);
    frame.kernels.sum(parts_.data(), parts_.size(), frame.rows(), pairs.data());
}

std::uint64_t PlainTally::receptor_events(const PlainStep& step, Remainder remainder, std::size_t members,
                                          std::size_t place, std::size_t receptor) const {
    const LayerFrame& frame = step.frame;
    std::uint64_t events = 0;
    for (std::size_t group = 0; group < frame.taps.groups(); ++group) {
        events += frame.kernels.dot(receptors_[remainder].data() + (group * kReceptors + receptor) * frame.stride(),
                                    step.group_counts.events(members, group, place), frame.rows());
    }
    return events;
}

void PlainTally::collect(const PlainStep& step, StepTally& tally) const {
    const LayerFrame& frame = step.frame;
    const std::vector<PostClass>& classes = frame.classes.classes();
    const bool by_row = populations_by_row(frame.layer);
    for (std::size_t members = 0; members < frame.row_members.size(); ++members) {
        for (std::size_t receptor = 0; receptor < kReceptors; ++receptor) {
            // sums[set][classes - 1] holds the whole; what the other classes leave of it is the last class.
            const auto sum = [&](Set set, std::size_t array) {
                if (!summed_[set]) return std::uint64_t{0};
                const std::uint32_t* sums = sums_[set].data() + (array * kReceptors + receptor) * frame.stride();
                return frame.kernels.dot(sums, frame.row_members[members].data(), frame.rows());
            };
            std::array<std::uint64_t, kSets> left{};
            for (const Set set : {plus_of_three, minus_of_three, plus_of_two}) left[set] = sum(set, classes.size() - 1);
            for (std::size_t place = 0; place < classes.size(); ++place) {
                std::array<std::uint64_t, kSets> events = left;
                for (const Set set : {plus_of_three, minus_of_three, plus_of_two}) {
                    if (place + 1 < classes.size()) events[set] = sum(set, place);
                    left[set] -= events[set];
                }
                const PostClass& post_class = classes[place];
                auto& histogram = tally.events[by_row ? members : post_class.population].histogram;
                const auto cell = [&](Sign transmitter) -> std::uint64_t& {
                    return histogram[EventCounts::place(axis_of(transmitter), receptor, axis_of(post_class.timing),
                                                        axis_of(post_class.response))];
                };
                cell(1) += events[plus_of_three] + events[plus_of_two];
                cell(-1) += events[minus_of_three];
                cell(0) += receptor_events(step, zero_follows, members, place, receptor) - events[plus_of_three] -
                           events[minus_of_three];
                cell(-1) += receptor_events(step, minus_follows, members, place, receptor) - events[plus_of_two];
            }
        }
    }
}

}  // namespace stdpscope::analysis::detail
