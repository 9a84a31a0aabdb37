#pragma once

#include <cstdint>
#include <vector>

#include "analysis/ledger/layer_frame.hpp"

namespace stdpscope::analysis::detail {

/// How many events of one synapse fall into each class, whatever its activations; the same for all taps of a group.
class GroupCounts {
public:
    void count(const LayerFrame& frame, int threads);

    /// Of the rows that belong to an entry of LayerFrame::row_members; 0 for others. (rows)
    [[nodiscard]] const std::int32_t* events(std::size_t members, std::size_t group, std::size_t place) const {
        return events_[members].data() + (group * classes_ + place) * stride_;
    }
    /// Firing pairs of a synapse whose activations are never zero, by timing. (rows)
    [[nodiscard]] const std::int32_t* pre_first(std::size_t group) const { return pre_first_.data() + group * stride_; }
    [[nodiscard]] const std::int32_t* post_first(std::size_t group) const {
        return post_first_.data() + group * stride_;
    }

private:
    std::size_t classes_ = 0;
    std::size_t stride_ = 0;
    std::vector<AlignedVector<std::int32_t>> events_;
    AlignedVector<std::int32_t> pre_first_;
    AlignedVector<std::int32_t> post_first_;
};

}  // namespace stdpscope::analysis::detail
