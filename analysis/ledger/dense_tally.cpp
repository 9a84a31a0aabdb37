#include "analysis/ledger/dense_tally.hpp"

#include <omp.h>

#include <algorithm>
#include <atomic>

namespace stdpscope::analysis::detail {

namespace {

constexpr std::size_t kWordBits = 64;
/// Blocks of samples whose bits fill a word.
constexpr std::size_t kWordBlocks = kWordBits / ann::kLanes;
static_assert(kWordBlocks * ann::kLanes == kWordBits);

/// Bits of a word for places below `end`.
std::uint64_t bits_below(std::size_t end, std::size_t word) {
    if (end <= word * kWordBits) return 0;
    const std::size_t bits = end - word * kWordBits;
    return bits >= kWordBits ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
}

}  // namespace

DenseTally::DenseTally(const LayerFrame& frame, int threads)
    : frame_(frame),
      threads_(threads),
      columns_(frame.geometry().weight_columns()),
      words_(plane_words(frame.rows())),
      column_words_(plane_words(columns_)),
      rows_(words_),
      scratch_(static_cast<std::size_t>(threads)) {
    for (const AlignedVector<std::int32_t>& rows : frame.row_members) {
        Planes& plane = members_.emplace_back(words_);
        for (std::size_t row = 0; row < frame.rows(); ++row) {
            plane[row / kWordBits] |= static_cast<std::uint64_t>(rows[row] != 0) << row % kWordBits;
        }
    }
    for (const Planes& plane : members_) {
        for (std::size_t word = 0; word < words_; ++word) rows_[word] |= plane[word];
    }
    for (Planes& planes : weights_) planes.resize((columns_ + 1) * words_);
    for (Scratch& scratch : scratch_) {
        scratch.timing.resize(3 * words_);
        scratch.columns.resize(column_words_);
        scratch.sample_digits.resize(kMostDigits * words_);
        for (Planes& digits : scratch.digits) digits.resize(kMostDigits * words_);
    }
}

void DenseTally::resize(const CubeSigns& pre_activation) {
    counts_minus_ = pre_activation.has_negative() && pre_activation.has_zero();
    remainder_ = axis_of(pre_activation.has_zero() ? 0 : -1);
    const bool same = samples_ == pre_activation.samples();
    samples_ = pre_activation.samples();
    const std::size_t classes = frame_.classes.classes().size();
    classes_.resize(classes * (samples_ + 1) * words_);
    for (std::size_t place = 0; place < classes; ++place) {
        std::fill_n(classes_.data() + (place * (samples_ + 1) + samples_) * words_, words_, 0);
    }
    if (same) return;
    for (Scratch& scratch : scratch_) {
        scratch.chosen.resize(std::max(samples_, columns_));
        scratch.active.resize(std::max(sample_words(), column_words_));
    }
    for (Planes* planes : {&pre_first_, &post_first_}) planes->assign((samples_ + 1) * words_, 0);
    for (Planes& planes : active_) planes.resize(samples_ * column_words_);
}

void DenseTally::lay_out(const CubeSigns& pre_activation, std::size_t block) {
    const RowKernels& kernels = frame_.kernels.rows;
    const std::size_t first = block * ann::kLanes;
    const std::size_t lanes = std::min<std::size_t>(ann::kLanes, samples_ - first);
    const std::vector<PostClass>& classes = frame_.classes.classes();
    const std::size_t size = lanes * words_;
    for (Planes* planes : {&pre_first_, &post_first_}) std::fill_n(planes->data() + first * words_, size, 0);
    for (std::size_t place = 0; place < classes.size(); ++place) {
        std::uint64_t* planes = classes_.data() + (place * (samples_ + 1) + first) * words_;
        kernels.transpose(frame_.classes.plane(place) + block * frame_.classes.stride(), frame_.rows(), lanes, planes,
                          words_);
        if (!classes[place].fires()) continue;
        std::uint64_t* firing = (classes[place].timing > 0 ? pre_first_ : post_first_).data() + first * words_;
        for (std::size_t word = 0; word < size; ++word) firing[word] |= planes[word];
    }
    const auto lay_out_columns = [&](const std::uint16_t* signs, Transmitter transmitter) {
        kernels.transpose(signs + block * columns_, columns_, lanes,
                          active_[transmitter].data() + first * column_words_, column_words_);
    };
    lay_out_columns(pre_activation.positive(), plus);
    if (counts_minus_) lay_out_columns(pre_activation.negative(), minus);
}

void DenseTally::tally_column(const ann::LayerStep& views, const CubeSigns& pre_activation, std::size_t column,
                              Scratch& scratch, StepTally& tally) {
    const RowKernels& kernels = frame_.kernels.rows;
    std::fill_n(scratch.active.begin(), sample_words(), 0);
    for (std::size_t block = 0; block < pre_activation.blocks(); ++block) {
        const std::size_t place = block * columns_ + column;
        const unsigned active =
            pre_activation.positive()[place] | static_cast<unsigned>(pre_activation.negative()[place]);
        scratch.active[block / kWordBlocks] |= static_cast<std::uint64_t>(active) << block % kWordBlocks * ann::kLanes;
    }
    scratch.chosen.choose_bits(kernels, scratch.active.data(), sample_words(), static_cast<std::uint32_t>(samples_));
    std::uint64_t* timing = scratch.timing.data();
    kernels.compare_counts(pre_first_.data(), post_first_.data(), words_, scratch.chosen.data(),
                           scratch.chosen.filled(), timing);
    const RowTiming planes{.pre_first = timing, .post_first = timing + words_, .fired = timing + 2 * words_};
    const RowSignPlanes receptors{.minus = weights_[minus].data() + column * words_,
                                  .plus = weights_[plus].data() + column * words_};
    for (std::size_t population = 0; population < tally.updates.size(); ++population) {
        kernels.tally_column(views.weights_before.colptr(column), views.weights_after.colptr(column), frame_.rows(),
                             planes, members(population), receptors, tally.updates[population]);
    }
    std::uint64_t zeros = 0;
    for (std::size_t word = 0; word < words_; ++word) {
        zeros |= rows_[word] & ~(receptors.minus[word] | receptors.plus[word]);
    }
    scratch.weights_are_zero = scratch.weights_are_zero || zeros != 0;
}

std::uint64_t& DenseTally::cell(StepTally& tally, std::size_t members, std::size_t place, std::size_t transmitter,
                                std::size_t receptor) const {
    const PostClass& post_class = frame_.classes.classes()[place];
    EventCounts& events = tally.events[populations_by_row(frame_.layer) ? members : post_class.population];
    return events
        .histogram[EventCounts::place(transmitter, receptor, axis_of(post_class.timing), axis_of(post_class.response))];
}

void DenseTally::add_active(std::size_t sample, Transmitter transmitter, Scratch& scratch, StepTally& tally) const {
    const RowKernels& kernels = frame_.kernels.rows;
    const std::uint64_t* active = active_[transmitter].data() + sample * column_words_;
    for (std::size_t word = 0; word < column_words_; ++word)
        scratch.active[word] = active[word] & scratch.columns[word];
    scratch.chosen.choose_bits(kernels, scratch.active.data(), column_words_, static_cast<std::uint32_t>(columns_));
    std::array<std::size_t, 2> digits{};
    for (const Transmitter sign : {plus, minus}) {
        if (sign == minus && !scratch.weights_are_zero) continue;
        digits[sign] = kernels.add_planes(weights_[sign].data(), words_, scratch.chosen.data(), scratch.chosen.filled(),
                                          scratch.digits[sign].data());
    }
    const std::size_t axis = axis_of(transmitter == plus ? 1 : -1);
    for (std::size_t place = 0; place < frame_.classes.classes().size(); ++place) {
        const std::uint64_t* rows = class_plane(place, sample);
        for (std::size_t population = 0; population < members_.size(); ++population) {
            const auto sum = [&](const std::uint64_t* numbers, std::size_t digits_given) {
                return kernels.sum_digits(numbers, digits_given, words_, rows, members(population));
            };
            const std::uint64_t all = sum(rows, 1) * scratch.chosen.count();
            const std::uint64_t above = sum(scratch.digits[plus].data(), digits[plus]);
            const std::uint64_t below =
                scratch.weights_are_zero ? sum(scratch.digits[minus].data(), digits[minus]) : all - above;
            const std::array<std::uint64_t, 3> events = {below, all - above - below, above};
            for (std::size_t receptor = 0; receptor < events.size(); ++receptor) {
                cell(tally, population, place, axis, receptor) += events[receptor];
                // Numbers wrap; tally_all adds what these are taken from.
                cell(tally, population, place, remainder_, receptor) -= events[receptor];
            }
        }
    }
}

void DenseTally::tally_events(std::size_t first, std::size_t end, Scratch& scratch, StepTally& tally) const {
    for (std::size_t word = 0; word < column_words_; ++word) {
        scratch.columns[word] = bits_below(end, word) & ~bits_below(first, word);
    }
    for (std::size_t sample = 0; sample < samples_; ++sample) {
        add_active(sample, plus, scratch, tally);
        if (counts_minus_) add_active(sample, minus, scratch, tally);
    }
    tally_all(first, end, scratch, tally);
}

void DenseTally::tally_all(std::size_t first, std::size_t end, Scratch& scratch, StepTally& tally) const {
    const RowKernels& kernels = frame_.kernels.rows;
    const auto add_all = [&](const std::uint64_t* planes, std::size_t begin, std::size_t count, std::size_t zeros,
                             Planes& digits) {
        scratch.chosen.choose_range(static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(begin + count),
                                    static_cast<std::uint32_t>(zeros));
        return kernels.add_planes(planes, words_, scratch.chosen.data(), scratch.chosen.filled(), digits.data());
    };
    std::array<Planes, 2>& weights = scratch.digits;
    Planes& samples = scratch.sample_digits;
    std::array<std::size_t, 2> digits{};
    for (const Transmitter sign : {plus, minus}) {
        digits[sign] = add_all(weights_[sign].data(), first, end - first, columns_, weights[sign]);
    }
    for (std::size_t place = 0; place < frame_.classes.classes().size(); ++place) {
        const std::size_t sample_digits = add_all(class_plane(place, 0), 0, samples_, samples_, samples);
        for (std::size_t population = 0; population < members_.size(); ++population) {
            const std::uint64_t* rows = members_[population].data();
            const std::uint64_t all =
                kernels.sum_digits(samples.data(), sample_digits, words_, rows, nullptr) * (end - first);
            std::array<std::uint64_t, 2> events{};
            for (const Transmitter sign : {plus, minus}) {
                for (std::size_t digit = 0; digit < sample_digits; ++digit) {
                    events[sign] += kernels.sum_digits(weights[sign].data(), digits[sign], words_,
                                                       samples.data() + digit * words_, rows)
                                    << digit;
                }
            }
            cell(tally, population, place, remainder_, axis_of(1)) += events[plus];
            cell(tally, population, place, remainder_, axis_of(-1)) += events[minus];
            cell(tally, population, place, remainder_, axis_of(0)) += all - events[plus] - events[minus];
        }
    }
}

bool DenseTally::count(const ann::LayerStep& views, const CubeSigns& pre_activation,
                       std::vector<StepTally>& by_partition, std::vector<StepTally>& by_thread) {
    resize(pre_activation);
    const std::size_t partitions = by_partition.size();
    std::atomic<bool> complete = true;
#pragma omp parallel num_threads(threads_)
    {
        const auto thread = static_cast<std::size_t>(omp_get_thread_num());
        const auto threads = static_cast<std::size_t>(omp_get_num_threads());
        Scratch& scratch = scratch_[thread];
        scratch.weights_are_zero = false;
#pragma omp for schedule(static)
        for (std::size_t block = 0; block < pre_activation.blocks(); ++block) lay_out(pre_activation, block);
        // A thread counts the events of the columns whose planes it made: other cores' caches are far.
        const std::size_t own = partitions * thread / threads;
        const std::size_t own_end = partitions * (thread + 1) / threads;
        const auto first_column = [&](std::size_t partition) { return columns_ * partition / partitions; };
        for (std::size_t partition = own; partition < own_end; ++partition) {
            StepTally& tally = by_partition[partition];
            tally.clear();
            for (std::size_t column = first_column(partition); column < first_column(partition + 1); ++column) {
                tally_column(views, pre_activation, column, scratch, tally);
            }
            if (tally.has_nan()) complete = false;
        }
        if (complete && own != own_end) {
            tally_events(first_column(own), first_column(own_end), scratch, by_thread[thread]);
        }
    }
    return complete;
}

}  // namespace stdpscope::analysis::detail
