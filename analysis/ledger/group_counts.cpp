#include "analysis/ledger/group_counts.hpp"

#include <numeric>

namespace stdpscope::analysis::detail {

namespace {

/// Adds up, for all kernel rows and columns of a channel, the counts of the positions where these meet a unit.
/// `columns` has room for a row of positions.
void add_positions(const LayerFrame& frame, const std::int32_t* positions, std::vector<std::int32_t>& columns,
                   std::int32_t* counts, std::size_t group_stride) {
    const std::size_t width = frame.geometry().post_shape.columns;
    for (std::size_t group = 0; group < frame.taps.groups();) {
        const PreTaps::Range rows = frame.taps.post_rows(group);
        columns.assign(width, 0);
        for (std::size_t row = rows.begin; row < rows.end; ++row) {
            for (std::size_t column = 0; column < width; ++column) columns[column] += positions[row * width + column];
        }
        // Groups of one kernel row follow each other.
        const std::size_t end = frame.taps.groups() == 1 ? 1 : group + frame.geometry().kernel_columns;
        for (; group < end; ++group) {
            const PreTaps::Range met = frame.taps.post_columns(group);
            counts[group * group_stride] = std::accumulate(columns.data() + met.begin, columns.data() + met.end, 0);
        }
    }
}

/// All classes but the last: its events are the rest.
std::size_t counted_classes(const LayerFrame& frame) {
    return frame.classes.classes().size() - 1;
}

/// Events of convolutions whose taps all have a unit at every position.
void count_whole_maps(const LayerFrame& frame, AlignedVector<std::int32_t>& counts, int threads) {
    const std::size_t classes = counted_classes(frame);
#pragma omp parallel for num_threads(threads) schedule(static)
    for (std::size_t row = 0; row < frame.rows(); ++row) {
        for (std::size_t place = 0; place < classes; ++place) {
            const PostClasses::RowWords words = frame.classes.row_words(place, row);
            std::uint64_t events = 0;
            for (std::size_t block = 0; block < frame.blocks(); ++block) {
                events += frame.kernels.set_bits(words.first + block * words.block_step, frame.geometry().positions());
            }
            counts[place * frame.stride() + row] = static_cast<std::int32_t>(events);
        }
    }
}

/// Events of other convolutions: bits are counted once for each position, whatever the number of groups.
void count_maps(const LayerFrame& frame, AlignedVector<std::int32_t>& counts, int threads) {
    const std::size_t classes = counted_classes(frame);
    const std::size_t positions = frame.geometry().positions();
    const std::vector<std::uint16_t> all(frame.blocks(), 0xFFFF);
#pragma omp parallel num_threads(threads)
    {
        std::vector<std::int32_t> by_position(padded(positions));
        std::vector<std::int32_t> by_column;
#pragma omp for schedule(static)
        for (std::size_t row = 0; row < frame.rows(); ++row) {
            for (std::size_t place = 0; place < classes; ++place) {
                const PostClasses::RowWords words = frame.classes.row_words(place, row);
                frame.kernels.count_rows(all.data(), frame.blocks(), words.first, words.block_step, positions,
                                         by_position.data());
                add_positions(frame, by_position.data(), by_column, counts.data() + place * frame.stride() + row,
                              (classes + 1) * frame.stride());
            }
        }
    }
}

void count_units(const LayerFrame& frame, AlignedVector<std::int32_t>& counts) {
    const std::vector<std::uint16_t> all(frame.blocks(), 0xFFFF);
    for (std::size_t place = 0; place < counted_classes(frame); ++place) {
        const PostClasses::RowWords words = frame.classes.row_words(place, 0);
        frame.kernels.count_rows(all.data(), frame.blocks(), words.first, words.block_step, frame.rows(),
                                 counts.data() + place * frame.stride());
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
    if (frame.geometry().kind == ann::SynapseKind::dense) {
        count_units(frame, all);
    } else if (groups == 1 && frame.taps.positions(0) == frame.geometry().positions()) {
        count_whole_maps(frame, all, threads);
    } else {
        count_maps(frame, all, threads);
    }
    for (std::size_t group = 0; group < groups; ++group) {
        std::int32_t* counted = all.data() + group * classes_ * stride_;
        frame.kernels.remainder(frame.events(group), counted, stride_, classes_ - 1, frame.rows(),
                                counted + (classes_ - 1) * stride_);
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
