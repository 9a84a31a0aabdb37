#include "analysis/ledger/narrow_tally.hpp"

#include <omp.h>

#include <algorithm>

namespace stdpscope::analysis::detail {

namespace {

constexpr std::size_t kMostRows = 64;
/// Weights that are worth waking other threads for.
constexpr std::size_t kWeightsToShare = 16384;
constexpr std::size_t kWordBits = 64;

}  // namespace

bool NarrowTally::fits(const ann::SynapseGeometry& geometry) {
    return geometry.weight_rows() <= kMostRows && geometry.weight_rows() < geometry.weight_columns();
}

NarrowTally::NarrowTally(const LayerFrame& frame, int threads)
    : frame_(frame),
      threads_(threads),
      columns_(frame.geometry().weight_columns()),
      words_(plane_words(columns_)),
      // An odd number of cache lines, so that a column's weights do not compete for the same places in the cache.
      row_stride_((columns_ / ann::kLanes | 1U) * ann::kLanes + 2 * ann::kLanes),
      all_columns_(words_),
      before_(frame.rows() * row_stride_),
      after_(frame.rows() * row_stride_),
      scratch_(static_cast<std::size_t>(threads)) {
    for (std::size_t column = 0; column < columns_; ++column) {
        all_columns_[column / kWordBits] |= std::uint64_t{1} << column % kWordBits;
    }
    for (Scratch& scratch : scratch_) {
        scratch.timing.resize(3 * words_);
        for (Planes& digits : scratch.digits) digits.resize(kMostDigits * words_);
        for (Planes& weights : scratch.weights) weights.resize(words_);
    }
}

std::size_t NarrowTally::population_of(std::size_t row) const {
    std::size_t population = 0;
    while (frame_.row_members[population][row] == 0) ++population;
    return population;
}

void NarrowTally::resize(const CubeSigns& pre_activation) {
    has_negative_ = pre_activation.has_negative();
    if (samples_ == pre_activation.samples()) return;
    samples_ = pre_activation.samples();
    for (Planes* planes : {&active_[plus], &active_[minus], &either_}) planes->assign((samples_ + 1) * words_, 0);
    for (Scratch& scratch : scratch_) {
        scratch.chosen.resize(samples_);
        scratch.samples.resize(pre_activation.blocks());
    }
}

void NarrowTally::lay_out(const CubeSigns& pre_activation) {
    const auto lay_out_signs = [&](const std::uint16_t* signs, Planes& planes) {
        for (std::size_t block = 0; block < pre_activation.blocks(); ++block) {
            const std::size_t first = block * ann::kLanes;
            frame_.kernels.rows.transpose(signs + block * columns_, columns_, 0,
                                          std::min<std::size_t>(ann::kLanes, samples_ - first),
                                          planes.data() + first * words_, words_);
        }
    };
    lay_out_signs(pre_activation.positive(), active_[plus]);
    if (!has_negative_) return;
    lay_out_signs(pre_activation.negative(), active_[minus]);
    for (std::size_t word = 0; word < either_.size(); ++word) {
        either_[word] = active_[plus][word] | active_[minus][word];
    }
}

void NarrowTally::lay_out_weights(const ann::LayerStep& views, std::size_t begin, std::size_t end) {
    for (std::size_t column = 0; column < columns_; ++column) {
        const float* before = views.weights_before.colptr(column);
        const float* after = views.weights_after.colptr(column);
        for (std::size_t row = begin; row < end; ++row) {
            before_[row * row_stride_ + column] = before[row];
            after_[row * row_stride_ + column] = after[row];
        }
    }
}

template <class Wanted>
void NarrowTally::choose_samples(std::size_t row, const Wanted& wanted, Scratch& scratch) const {
    std::fill(scratch.samples.begin(), scratch.samples.end(), std::uint16_t{0});
    for (std::size_t place = 0; place < frame_.classes.classes().size(); ++place) {
        if (!wanted(place)) continue;
        for (std::size_t block = 0; block < frame_.blocks(); ++block) {
            scratch.samples[block] |= frame_.classes.plane(place)[block * frame_.classes.stride() + row];
        }
    }
    scratch.chosen.choose_bits(frame_.kernels.rows, scratch.samples.data(), nullptr, 1, scratch.samples.size(),
                               static_cast<std::uint32_t>(samples_));
}

std::size_t NarrowTally::add_active(const Planes& active, Scratch& scratch, Planes& digits) const {
    return frame_.kernels.rows.add_planes(active.data(), words_, scratch.chosen.data(), scratch.chosen.filled(),
                                          digits.data());
}

void NarrowTally::compare_counts(std::size_t row, Scratch& scratch) const {
    const Planes& active = has_negative_ ? either_ : active_[plus];
    std::array<std::size_t, 2> digits{};
    for (const Side side : {plus, minus}) {
        const auto fires = [&](std::size_t place) {
            const PostClass& post_class = frame_.classes.classes()[place];
            return post_class.fires() && (post_class.timing > 0) == (side == plus);
        };
        choose_samples(row, fires, scratch);
        digits[side] = add_active(active, scratch, scratch.digits[side]);
    }
    const auto digit = [&](Side side, std::size_t place, std::size_t word) {
        return place < digits[side] ? scratch.digits[side][place * words_ + word] : std::uint64_t{0};
    };
    for (std::size_t word = 0; word < words_; ++word) {
        std::uint64_t more = 0;
        std::uint64_t less = 0;
        std::uint64_t some = 0;
        for (std::size_t place = std::max(digits[plus], digits[minus]); place-- > 0;) {
            const std::uint64_t pre_first = digit(plus, place, word);
            const std::uint64_t post_first = digit(minus, place, word);
            const std::uint64_t undecided = ~(more | less);
            more |= undecided & pre_first & ~post_first;
            less |= undecided & post_first & ~pre_first;
            some |= pre_first | post_first;
        }
        scratch.timing[word] = more;
        scratch.timing[words_ + word] = less;
        scratch.timing[2 * words_ + word] = some;
    }
}

void NarrowTally::tally_events(std::size_t row, std::size_t place, Scratch& scratch, EventCounts& events) const {
    const RowKernels& kernels = frame_.kernels.rows;
    choose_samples(
        row, [place](std::size_t other) { return other == place; }, scratch);
    if (scratch.chosen.count() == 0) return;
    // By receptor: the sum of such numbers over a row's columns.
    const auto by_receptor = [&](const Planes& numbers, std::size_t digits) {
        const auto sum = [&](const Planes& columns) {
            return kernels.sum_digits(numbers.data(), digits, words_, columns.data(), nullptr);
        };
        const std::uint64_t below = sum(scratch.weights[minus]);
        const std::uint64_t above = sum(scratch.weights[plus]);
        return std::array<std::uint64_t, 3>{below, sum(all_columns_) - below - above, above};
    };
    const PostClass& post_class = frame_.classes.classes()[place];
    const auto cell = [&](Sign transmitter, std::size_t receptor) -> std::uint64_t& {
        return events.histogram[EventCounts::place(axis_of(transmitter), receptor, axis_of(post_class.timing),
                                                   axis_of(post_class.response))];
    };
    const std::array<std::uint64_t, 3> weights = by_receptor(all_columns_, 1);
    for (std::size_t receptor = 0; receptor < 3; ++receptor)
        cell(0, receptor) += weights[receptor] * scratch.chosen.count();
    for (const Side transmitter : {plus, minus}) {
        if (transmitter == minus && !has_negative_) continue;
        Planes& numbers = scratch.digits[0];
        const std::array<std::uint64_t, 3> active =
            by_receptor(numbers, add_active(active_[transmitter], scratch, numbers));
        for (std::size_t receptor = 0; receptor < 3; ++receptor) {
            cell(transmitter == plus ? 1 : -1, receptor) += active[receptor];
            cell(0, receptor) -= active[receptor];
        }
    }
}

void NarrowTally::tally_row(std::size_t row, Scratch& scratch, StepTally& tally) const {
    compare_counts(row, scratch);
    const std::size_t population = population_of(row);
    const RowTiming timing{.pre_first = scratch.timing.data(),
                           .post_first = scratch.timing.data() + words_,
                           .fired = scratch.timing.data() + 2 * words_};
    frame_.kernels.rows.tally_column(
        before_.data() + row * row_stride_, after_.data() + row * row_stride_, columns_, timing, nullptr,
        {.minus = scratch.weights[minus].data(), .plus = scratch.weights[plus].data()}, tally.updates[population]);
    for (std::size_t place = 0; place < frame_.classes.classes().size(); ++place) {
        const std::size_t events =
            populations_by_row(frame_.layer) ? population : frame_.classes.classes()[place].population;
        tally_events(row, place, scratch, tally.events[events]);
    }
}

bool NarrowTally::count(const ann::LayerStep& views, const CubeSigns& pre_activation, std::vector<StepTally>& tallies) {
    resize(pre_activation);
    lay_out(pre_activation);
    const std::size_t parts = tallies.size();
#pragma omp parallel for num_threads(threads_) schedule(static) if (frame_.rows() * columns_ >= kWeightsToShare)
    for (std::size_t part = 0; part < parts; ++part) {
        Scratch& scratch = scratch_[static_cast<std::size_t>(omp_get_thread_num())];
        StepTally& tally = tallies[part];
        tally.clear();
        const std::size_t begin = frame_.rows() * part / parts;
        const std::size_t end = frame_.rows() * (part + 1) / parts;
        lay_out_weights(views, begin, end);
        for (std::size_t row = begin; row < end; ++row) tally_row(row, scratch, tally);
    }
    return std::all_of(tallies.begin(), tallies.end(), [](const StepTally& tally) { return tally.is_finite(); });
}

}  // namespace stdpscope::analysis::detail
