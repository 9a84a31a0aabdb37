#include "analysis/ledger/group_counts.hpp"

namespace stdpscope::analysis::detail {

void GroupCounts::count(const LayerFrame& frame) {
    const std::vector<PostClass>& classes = frame.classes.classes();
    const std::size_t groups = frame.taps.groups();
    classes_ = classes.size();
    stride_ = frame.stride();
    events_.resize(frame.row_members.size());
    AlignedVector<std::int32_t>& all = events_.front();
    all.resize(groups * classes_ * stride_);
    pre_first_.assign(groups * stride_, 0);
    post_first_.assign(groups * stride_, 0);
    for (std::size_t group = 0; group < groups; ++group) {
        for (std::size_t place = 0; place < classes_; ++place) {
            std::int32_t* counts = all.data() + (group * classes_ + place) * stride_;
            frame.count(frame.event_bits(group), frame.classes.plane(place), counts);
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
