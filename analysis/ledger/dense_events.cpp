#include "analysis/ledger/dense_events.hpp"

#include <algorithm>

namespace stdpscope::analysis::detail {

namespace {
/// Samples that are counted together.
constexpr std::size_t kSamplesTogether = 4;
}  // namespace

void DenseEvents::begin(const LayerFrame& frame, std::size_t columns) {
    members_ = frame.row_members.size();
    classes_ = frame.classes.classes().size();
    groups_ = 0;
    columns_ = 0;
    capacity_ = padded(columns) + 32;  // no power of two, whose multiples share few places in the cache
    weights_are_zero_ = false;
    given_ = {};
    for (auto& active : active_) active.assign(frame.samples(), 0);
    counts_.resize(kReceptors * kSamplesTogether * frame.stride());
    receptors_.assign(kReceptors * frame.stride(), 0);
    events_.assign(kTransmitters * members_ * classes_ * kReceptors, 0);
}

void DenseEvents::add(const LayerFrame& frame, std::size_t columns, const float* const* weights,
                      const std::uint16_t* const* positive, const std::uint16_t* const* negative) {
    if (groups_ == 0) {
        for (auto& signs : weights_) signs.resize(capacity_ * frame.stride());
    }
    const std::size_t place = groups_ * frame.stride();
    const bool zero = frame.kernels.nibbles.weight_nibbles(
        weights, columns, frame.rows(), weights_[plus].data() + place, weights_[minus].data() + place);
    weights_are_zero_ = weights_are_zero_ || zero;
    const auto add_samples = [&](Transmitter transmitter, const std::uint16_t* const* planes) {
        if (planes == nullptr && !given_[transmitter]) return;
        samples_[transmitter].resize(frame.samples() * capacity_);
        std::uint8_t* out = samples_[transmitter].data() + groups_;
        for (std::size_t sample = 0; sample < frame.samples(); ++sample) {
            // What came before had none of this transmitter.
            if (!given_[transmitter]) std::fill_n(out + sample * capacity_ - groups_, groups_, std::uint8_t{0});
            unsigned nibble = 0;
            for (std::size_t column = 0; planes != nullptr && column < columns; ++column) {
                const unsigned active = planes[column][sample / ann::kLanes] >> (sample % ann::kLanes) & 1U;
                nibble |= active << column;
                active_[transmitter][sample] += static_cast<std::int32_t>(active);
            }
            out[sample * capacity_] = static_cast<std::uint8_t>(nibble << 4U);
        }
        given_[transmitter] = true;
    };
    add_samples(plus, positive);
    add_samples(minus, negative);
    ++groups_;
    columns_ += columns;
}

void DenseEvents::finish(const LayerFrame& frame) {
    if (groups_ == 0) return;
    count_receptors(frame);
    for (const Transmitter transmitter : {plus, minus}) {
        if (!given_[transmitter]) continue;
        for (std::size_t first = 0; first < frame.samples(); first += kSamplesTogether) {
            count_samples(frame, transmitter, first, std::min(frame.samples(), first + kSamplesTogether));
        }
    }
}

void DenseEvents::count_receptors(const LayerFrame& frame) {
    const AlignedVector<std::uint8_t> all(groups_, 0xF0);
    const std::uint8_t* ones = all.data();
    const std::size_t stride = frame.stride();
    std::int32_t* negative = counts_.data();
    std::int32_t* positive = negative + stride;
    frame.kernels.nibbles.count(&ones, 1, weights_[minus].data(), stride, groups_, stride, negative, stride);
    frame.kernels.nibbles.count(&ones, 1, weights_[plus].data(), stride, groups_, stride, positive, stride);
    for (std::size_t row = 0; row < frame.rows(); ++row) {
        const auto below = static_cast<std::uint32_t>(negative[row]);
        const auto above = static_cast<std::uint32_t>(positive[row]);
        receptors_[axis_of(-1) * stride + row] = below;
        receptors_[axis_of(0) * stride + row] = static_cast<std::uint32_t>(columns_) - below - above;
        receptors_[axis_of(1) * stride + row] = above;
    }
}

void DenseEvents::count_samples(const LayerFrame& frame, Transmitter transmitter, std::size_t first_sample,
                                std::size_t end) {
    std::array<const std::uint8_t*, kSamplesTogether> samples{};
    for (std::size_t sample = first_sample; sample < end; ++sample) {
        samples[sample - first_sample] = samples_[transmitter].data() + sample * capacity_;
    }
    const std::size_t stride = frame.stride();
    const auto counts_of = [&](Sign receptor) {
        return counts_.data() + axis_of(receptor) * kSamplesTogether * stride;
    };
    frame.kernels.nibbles.count(samples.data(), end - first_sample, weights_[plus].data(), stride, groups_, stride,
                                counts_of(1), stride);
    if (weights_are_zero_) {
        frame.kernels.nibbles.count(samples.data(), end - first_sample, weights_[minus].data(), stride, groups_, stride,
                                    counts_of(-1), stride);
    }
    for (std::size_t sample = first_sample; sample < end; ++sample) {
        const std::size_t begin = (sample - first_sample) * stride;
        const std::int32_t active = active_[transmitter][sample];
        std::int32_t* negative = counts_of(-1) + begin;
        std::int32_t* zero = counts_of(0) + begin;
        const std::int32_t* positive = counts_of(1) + begin;
        for (std::size_t row = 0; row < frame.rows(); ++row) {
            if (!weights_are_zero_) negative[row] = active - positive[row];
            zero[row] = active - negative[row] - positive[row];
        }
        for (const Sign receptor : {-1, 0, 1}) {
            if (receptor == 0 && !weights_are_zero_) continue;
            add_sample(frame, transmitter, sample, axis_of(receptor), counts_of(receptor) + begin);
        }
    }
}

void DenseEvents::add_sample(const LayerFrame& frame, Transmitter transmitter, std::size_t sample, std::size_t receptor,
                             const std::int32_t* counts) {
    for (std::size_t members = 0; members < members_; ++members) {
        const std::int32_t* belong = frame.row_members[members].data();
        const auto sum = [&](const std::uint16_t* words) {
            return frame.kernels.nibbles.sum_where(words, sample % ann::kLanes, counts, belong, frame.rows());
        };
        std::uint64_t left = sum(nullptr);
        for (std::size_t place = 0; place < classes_; ++place) {
            const bool last = place + 1 == classes_;
            const std::uint64_t found =
                last ? left : sum(frame.classes.plane_as_read(place) + sample / ann::kLanes * frame.rows());
            left -= found;
            events_[((transmitter * members_ + members) * classes_ + place) * kReceptors + receptor] += found;
        }
    }
}

}  // namespace stdpscope::analysis::detail
