#include "analysis/ledger/group_counts.hpp"

#include <algorithm>
#include <array>

namespace stdpscope::analysis::detail {

namespace {

void count_events(const LayerFrame& frame, AlignedVector<std::int32_t>& counts, int threads) {
    const std::size_t groups = frame.taps.groups();
    const std::size_t classes = frame.classes.classes().size();
    const std::size_t group_stride = classes * frame.stride();
    const std::size_t parts = (groups + kTapsTogether - 1) / kTapsTogether;
#pragma omp parallel for num_threads(threads) schedule(static) if (parts > 1)
    for (std::size_t part = 0; part < parts; ++part) {
        const std::size_t first = part * kTapsTogether;
        const std::size_t end = std::min(groups, first + kTapsTogether);
        if (frame.by_nibbles()) {
            std::array<const std::uint8_t*, kTapsTogether> events{};
            for (std::size_t group = first; group < end; ++group) events[group - first] = frame.event_nibbles(group);
            frame.count_nibbles(events.data(), end - first, classes, counts.data() + first * group_stride,
                                group_stride);
            continue;
        }
        for (std::size_t group = first; group < end; ++group) {
            for (std::size_t place = 0; place < classes; ++place) {
                frame.count(frame.event_bits(group), frame.classes.plane(place),
                            counts.data() + group * group_stride + place * frame.stride());
            }
        }
    }
}

}  // namespace

void GroupCounts::count(const LayerFrame& frame, int threads) {
    const std::vector<PostClass>& classes = frame.classes.classes();
    const std::size_t groups = frame.taps.groups();
    classes_ = classes.size();
    stride_ = frame.stride();
    events_.resize(frame.row_members.size());
    AlignedVector<std::int32_t>& all = events_.front();
    all.resize(groups * classes_ * stride_);
    pre_first_.assign(groups * stride_, 0);
    post_first_.assign(groups * stride_, 0);
    count_events(frame, all, threads);
    for (std::size_t group = 0; group < groups; ++group) {
        for (std::size_t place = 0; place < classes_; ++place) {
            const std::int32_t* counts = all.data() + (group * classes_ + place) * stride_;
            if (!classes[place].fires()) continue;
            AlignedVector<std::int32_t>& pairs = classes[place].timing > 0 ? pre_first_ : post_first_;
            for (std::size_t row = 0; row < frame.rows(); ++row) pairs[group * stride_ + row] += counts[row];
        }
    }
    for (std::size_t members = events_.size(); members-- > 0 && events_.size() > 1;) {
        events_[members] = all;
        for (std::size_t place = 0; place < all.size(); ++place) {
            events_[members][place] *= frame.row_members[members][place % stride_];
        }
    }
}

}  // namespace stdpscope::analysis::detail
