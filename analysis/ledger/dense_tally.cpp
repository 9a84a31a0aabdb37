#include "analysis/ledger/dense_tally.hpp"

#include <omp.h>

#include <algorithm>
#include <atomic>

#include "ann/layer/pieces.hpp"

namespace stdpscope::analysis::detail {

namespace {

constexpr std::size_t kWordBits = 64;
/// Sets of firing pairs, by timing.
constexpr std::size_t kFiringSets = 2;

}  // namespace

DenseTally::DenseTally(const LayerFrame& frame, int threads)
    : frame_(frame),
      threads_(threads),
      columns_(frame.geometry().weight_columns()),
      words_(plane_words(frame.rows())),
      column_words_(plane_words(columns_)),
      classes_(frame.layer, frame.kernels.rows),
      zeros_noted_(columns_),
      scratch_(static_cast<std::size_t>(threads)) {
    for (const AlignedVector<std::int32_t>& rows : frame.row_members) {
        Planes& plane = members_.emplace_back(words_);
        for (std::size_t row = 0; row < frame.rows(); ++row) {
            plane[row / kWordBits] |= static_cast<std::uint64_t>(rows[row] != 0) << row % kWordBits;
        }
    }
    for (Planes& planes : weights_) planes.resize((columns_ + 1) * words_);
    for (Scratch& scratch : scratch_) {
        for (Planes* timing : {&scratch.timing, &scratch.timing_of_rarer}) timing->resize(3 * words_);
        scratch.receptor_minus.resize(words_);
        for (Planes& digits : scratch.digits) digits.resize(kMostDigits * words_);
        scratch.active_columns.resize(ann::kLanes * column_words_);
    }
}

void DenseTally::resize(const CubeSigns& pre_activation) {
    has_negative_ = pre_activation.has_negative();
    has_zero_ = pre_activation.has_zero();
    positive_is_rarer_ = !pre_activation.has_more_positive();
    if (samples_ == pre_activation.samples()) return;
    samples_ = pre_activation.samples();
    for (Scratch& scratch : scratch_) scratch.chosen.resize(std::max(samples_, columns_));
}

DenseTally::Kind DenseTally::kind_of(const PostClass& post_class) {
    if (!post_class.fires()) return silent;
    return post_class.timing > 0 ? pre_first : post_first;
}

void DenseTally::choose_sets() {
    sets_ = {classes_.firing(1), classes_.firing(-1)};
    counted_.clear();
    left_ = {};
    for (std::size_t place = 0; place < classes_.classes().size(); ++place) {
        std::optional<std::size_t>& left = left_[kind_of(classes_.classes()[place])];
        if (!left) {
            left = place;
            continue;
        }
        counted_.push_back(place);
        sets_.push_back(classes_.planes(place));
    }
    for (Scratch& scratch : scratch_) scratch.events.assign(2 * 2 * members_.size() * (sets_.size() + 1), 0);
}

std::uint64_t& DenseTally::cell(StepTally& tally, std::size_t members, const PostClass& post_class, Sign transmitter,
                                Sign receptor) const {
    EventCounts& events = tally.events[populations_by_row(frame_.layer) ? members : post_class.population];
    return events.histogram[EventCounts::place(axis_of(transmitter), axis_of(receptor), axis_of(post_class.timing),
                                               axis_of(post_class.response))];
}

void DenseTally::lay_out(const CubeSigns& pre_activation, const RowClasses::Lanes& lanes, Scratch& scratch,
                         StepTally& tally) {
    const RowKernels& kernels = frame_.kernels.rows;
    std::array<std::uint64_t, ann::kLanes> above{};
    std::array<std::uint64_t, ann::kLanes> below{};
    const auto count_columns = [&](const std::uint16_t* signs, std::array<std::uint64_t, ann::kLanes>& columns) {
        kernels.transpose(signs + lanes.block * columns_, columns_, lanes.begin, lanes.count(),
                          scratch.active_columns.data(), column_words_);
        for (std::size_t lane = 0; lane < lanes.count(); ++lane) {
            const std::uint64_t* plane = scratch.active_columns.data() + lane * column_words_;
            columns[lane] = kernels.sum_digits(plane, 1, column_words_, plane, nullptr);
        }
    };
    count_columns(pre_activation.positive(), above);
    if (has_negative_) count_columns(pre_activation.negative(), below);
    classes_.lay_out(lanes, scratch.classes);
    for (std::size_t candidate = 0; candidate < classes_.candidates().size(); ++candidate) {
        const PostClass post_class = PostClass::of_slot(classes_.candidates()[candidate]);
        for (std::size_t population = 0; population < members_.size(); ++population) {
            std::array<std::uint64_t, 3> events{};
            for (std::size_t lane = 0; lane < lanes.count(); ++lane) {
                const std::uint64_t rows =
                    members_.size() == 1
                        ? scratch.classes.units[candidate * ann::kLanes + lane]
                        : kernels.sum_digits(classes_.candidate_plane(candidate, lanes.first_sample() + lane), 1,
                                             words_, members_[population].data(), nullptr);
                events[axis_of(1)] += rows * above[lane];
                events[axis_of(-1)] += rows * below[lane];
                events[axis_of(0)] += rows * (columns_ - above[lane] - below[lane]);
            }
            for (const Sign transmitter : {-1, 0, 1}) {
                cell(tally, population, post_class, transmitter, -1) += events[axis_of(transmitter)];
            }
        }
    }
}

void DenseTally::choose_samples(const CubeSigns& pre_activation, std::size_t column, Active active,
                                Scratch& scratch) const {
    const std::uint16_t* positive = pre_activation.positive() + column;
    const std::uint16_t* negative = pre_activation.negative() + column;
    const bool either_sign = active == not_zero && has_negative_;
    const bool starts_positive = active == not_zero || positive_is_rarer_;
    scratch.chosen.choose_bits(frame_.kernels.rows, starts_positive ? positive : negative,
                               either_sign ? negative : nullptr, columns_, pre_activation.blocks(),
                               static_cast<std::uint32_t>(samples_));
}

void DenseTally::compare_counts(Planes& timing, Scratch& scratch) const {
    scratch.digits_given = frame_.kernels.rows.compare_counts(
        sets_[pre_first], sets_[post_first], words_, scratch.chosen.data(), scratch.chosen.filled(), timing.data(),
        scratch.digits[pre_first].data(), scratch.digits[post_first].data());
}

void DenseTally::tally_column(const ann::LayerStep& views, const CubeSigns& pre_activation, std::size_t column,
                              Scratch& scratch, StepTally& tally) {
    if (has_zero_) {
        choose_samples(pre_activation, column, not_zero, scratch);
        compare_counts(scratch.timing, scratch);
    }
    tally_updates(views, column, scratch, tally);
    if (has_zero_) add_events(not_zero, column, scratch);
    if (!has_negative_) return;
    choose_samples(pre_activation, column, rarer_sign, scratch);
    compare_counts(scratch.timing_of_rarer, scratch);
    add_events(rarer_sign, column, scratch);
}

void DenseTally::tally_updates(const ann::LayerStep& views, std::size_t column, Scratch& scratch, StepTally& tally) {
    const std::uint64_t* timing = scratch.timing.data();
    const RowTiming planes{.pre_first = timing, .post_first = timing + words_, .fired = timing + 2 * words_};
    const RowSignPlanes receptors{.minus = scratch.receptor_minus.data(),
                                  .plus = weights_[plus].data() + column * words_};
    for (std::size_t population = 0; population < tally.updates.size(); ++population) {
        frame_.kernels.rows.tally_column(views.weights_before.colptr(column), views.weights_after.colptr(column),
                                         frame_.rows(), planes, members(population), receptors,
                                         tally.updates[population]);
    }
    const bool some_zero = !frame_.kernels.rows.all_in(classes_.rows(), receptors.minus, receptors.plus, words_);
    scratch.column_has_zero_weights = some_zero;
    if (!some_zero && !zeros_noted_[column]) return;
    std::uint64_t* zeros = weights_[none].data() + column * words_;
    frame_.kernels.rows.neither(classes_.rows(), receptors.minus, receptors.plus, words_, zeros);
    zeros_noted_[column] = some_zero;
    scratch.weights_are_zero = scratch.weights_are_zero || some_zero;
}

void DenseTally::add_events(Active active, std::size_t column, Scratch& scratch) const {
    const RowKernels& kernels = frame_.kernels.rows;
    for (const Receptor receptor : {plus, none}) {
        if (receptor == none && !scratch.column_has_zero_weights) continue;
        const std::uint64_t* rows = weights_[receptor].data() + column * words_;
        for (std::size_t population = 0; population < members_.size(); ++population) {
            std::uint64_t* by_set = events(scratch, active, receptor, population);
            for (const Kind kind : {pre_first, post_first}) {
                by_set[kind] += kernels.sum_digits(scratch.digits[kind].data(), scratch.digits_given, words_, rows,
                                                   members(population));
            }
            for (std::size_t set = kFiringSets; set < sets_.size(); ++set) {
                by_set[set] += kernels.sum_planes(sets_[set], words_, scratch.chosen.data(), scratch.chosen.filled(),
                                                  rows, members(population));
            }
            by_set[sets_.size()] +=
                scratch.chosen.count() * kernels.sum_digits(rows, 1, words_, rows, members(population));
        }
    }
}

std::vector<std::uint64_t> DenseTally::by_class(const std::uint64_t* by_set) const {
    std::vector<std::uint64_t> events(classes_.classes().size());
    std::array<std::uint64_t, 3> rest{by_set[pre_first], by_set[post_first],
                                      by_set[sets_.size()] - by_set[pre_first] - by_set[post_first]};
    for (std::size_t counted = 0; counted < counted_.size(); ++counted) {
        const std::size_t place = counted_[counted];
        events[place] = by_set[kFiringSets + counted];
        rest[kind_of(classes_.classes()[place])] -= events[place];
    }
    for (const Kind kind : {pre_first, post_first, silent}) {
        if (left_[kind]) events[*left_[kind]] = rest[kind];
    }
    return events;
}

std::vector<std::uint64_t> DenseTally::all_events(std::size_t first, std::size_t end, Receptor receptor,
                                                  std::size_t population, Scratch& scratch) const {
    const RowKernels& kernels = frame_.kernels.rows;
    ChosenPlanes& chosen = scratch.chosen;
    const auto add_all = [&](const std::uint64_t* planes, std::size_t begin, std::size_t count, std::size_t zeros,
                             Planes& digits) {
        chosen.choose_range(static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(begin + count),
                            static_cast<std::uint32_t>(zeros));
        return kernels.add_planes(planes, words_, chosen.data(), chosen.filled(), digits.data());
    };
    Planes& columns = scratch.digits[0];
    Planes& samples = scratch.digits[1];
    const std::size_t column_digits = add_all(weights_[receptor].data(), first, end - first, columns_, columns);
    std::vector<std::uint64_t> events(classes_.classes().size());
    for (std::size_t place = 0; place < events.size(); ++place) {
        const std::size_t sample_digits = add_all(classes_.planes(place), 0, samples_, samples_, samples);
        for (std::size_t digit = 0; digit < sample_digits; ++digit) {
            events[place] += kernels.sum_digits(columns.data(), column_digits, words_, samples.data() + digit * words_,
                                                members(population))
                             << digit;
        }
    }
    return events;
}

void DenseTally::give_to_receptors(std::size_t first, std::size_t end, Scratch& scratch, StepTally& tally) const {
    for (const Receptor receptor : {plus, none}) {
        if (receptor == none && !scratch.weights_are_zero) continue;
        for (std::size_t population = 0; population < members_.size(); ++population) {
            const std::vector<std::uint64_t> all = all_events(first, end, receptor, population, scratch);
            const std::vector<std::uint64_t> active =
                has_zero_ ? by_class(events(scratch, not_zero, receptor, population)) : all;
            const std::vector<std::uint64_t> rarer = has_negative_
                                                         ? by_class(events(scratch, rarer_sign, receptor, population))
                                                         : std::vector<std::uint64_t>(all.size());
            const Sign rarer_transmitter = positive_is_rarer_ ? 1 : -1;
            for (std::size_t place = 0; place < all.size(); ++place) {
                const auto give = [&](Sign transmitter, std::uint64_t events) {
                    const PostClass& post_class = classes_.classes()[place];
                    cell(tally, population, post_class, transmitter, receptor == plus ? 1 : 0) += events;
                    cell(tally, population, post_class, transmitter, -1) -= events;
                };
                give(rarer_transmitter, rarer[place]);
                give(-rarer_transmitter, active[place] - rarer[place]);
                give(0, all[place] - active[place]);
            }
        }
    }
}

bool DenseTally::count(const ann::LayerStep& views, const LayerSigns& signs, std::vector<StepTally>& by_partition,
                       std::vector<StepTally>& by_thread) {
    const CubeSigns& pre_activation = signs.pre_activation;
    resize(pre_activation);
    classes_.begin(signs, views.population_bits);
    const std::size_t partitions = by_partition.size();
    std::atomic<bool> complete = true;
#pragma omp parallel num_threads(threads_)
    {
        const auto thread = static_cast<std::size_t>(omp_get_thread_num());
        const auto threads = static_cast<std::size_t>(omp_get_num_threads());
        Scratch& scratch = scratch_[thread];
        scratch.weights_are_zero = false;
        const ann::Range samples = ann::piece_of(samples_, threads, thread);
        for (std::size_t sample = samples.begin; sample < samples.end;) {
            const std::size_t block = sample / ann::kLanes;
            const std::size_t end = std::min<std::size_t>(samples.end, (block + 1) * ann::kLanes);
            lay_out(pre_activation, {.block = block, .begin = sample % ann::kLanes, .end = end - block * ann::kLanes},
                    scratch, by_thread[thread]);
            sample = end;
        }
#pragma omp barrier
#pragma omp single
        {
            classes_.end();
            choose_sets();
        }
        if (!has_zero_) {
            // All columns have the same samples.
            scratch.chosen.choose_range(0, static_cast<std::uint32_t>(samples_), static_cast<std::uint32_t>(samples_));
            compare_counts(scratch.timing, scratch);
        }
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
            if (!tally.is_finite()) complete = false;
        }
        if (complete && own != own_end) {
            give_to_receptors(first_column(own), first_column(own_end), scratch, by_thread[thread]);
        }
    }
    return complete;
}

}  // namespace stdpscope::analysis::detail
