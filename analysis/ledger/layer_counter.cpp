#include "analysis/ledger/layer_counter.hpp"

#include <omp.h>

#include <algorithm>

namespace stdpscope::analysis::detail {

namespace {

/// Partitions of a layer's columns, unless 32 bits could not hold the counts of one row in one of them.
constexpr std::size_t kPartitions = 16;
constexpr std::size_t kEventsPerRowAndPartition = std::size_t{1} << 31U;

std::size_t partitions_of(const LayerFrame& frame) {
    const std::size_t taps = frame.geometry().weight_columns();
    const std::size_t events = taps * frame.geometry().positions() * frame.samples();
    const std::size_t least = (events + kEventsPerRowAndPartition - 1) / kEventsPerRowAndPartition;
    // Fewer taps than are worked on together would waste the work that they share.
    const std::size_t wanted = std::min(kPartitions, (taps + kTapsTogether - 1) / kTapsTogether);
    return std::min(taps, std::max(wanted, least));
}

}  // namespace

LayerCounter::LayerCounter(const ann::SynapseLayer& layer, UpdateTiming timing, int threads,
                           const LedgerKernels& kernels)
    : timing_(timing),
      threads_(threads),
      frame_(layer, kernels),
      integral_(layer.geometry),
      plain_(static_cast<std::size_t>(threads)),
      nan_(static_cast<std::size_t>(threads)) {
    if (layer.geometry.kind != ann::SynapseKind::dense || timing != UpdateTiming::pairs) return;
    if (NarrowTally::fits(layer.geometry)) {
        narrow_.emplace(frame_, threads);
    } else {
        dense_.emplace(frame_, threads);
    }
}

void LayerCounter::count(const ann::LayerStep& views, const LayerSigns& signs, LayerRecord& record) {
    frame_.resize(signs.pre_activation);
    const std::size_t partitions = partitions_of(frame_);
    if (tallies_.size() != partitions) {
        tallies_.assign(partitions, StepTally(record.events.size(), record.updates.size()));
    }
    thread_tallies_.resize(static_cast<std::size_t>(threads_), StepTally(record.events.size(), record.updates.size()));
    for (StepTally& tally : thread_tallies_) tally.clear();
    if (timing_ == UpdateTiming::integral) integral_.read(views, threads_);
    const auto count_without_nan = [&] {
        return dense_ || narrow_ ? count_dense(views, signs) : count_plain(views, signs);
    };
    if (signs.has_nan() || !count_without_nan()) count_with_nan(views, signs);
    for (const StepTally& tally : tallies_) tally.add_to(record);
    for (const StepTally& tally : thread_tallies_) tally.add_to(record);
}

bool LayerCounter::count_dense(const ann::LayerStep& views, const LayerSigns& signs) {
    if (narrow_) {
        frame_.classes.build(signs, views.population_bits, frame_.kernels, threads_, PostClasses::Keep::planes);
        return narrow_->count(views, signs.pre_activation, tallies_);
    }
    if (dense_->count(views, signs, tallies_, thread_tallies_)) return true;
    for (StepTally& tally : thread_tallies_) tally.clear();
    return false;
}

bool LayerCounter::count_plain(const ann::LayerStep& views, const LayerSigns& signs) {
    frame_.classes.build(signs, views.population_bits, frame_.kernels, threads_,
                         frame_.by_nibbles() ? PostClasses::Keep::counted_nibbles : PostClasses::Keep::counted_planes);
    group_counts_.count(frame_, threads_);
    const PlainStep step{.frame = frame_,
                         .views = views,
                         .pre_activation = signs.pre_activation,
                         .group_counts = group_counts_,
                         .integral = timing_ == UpdateTiming::integral ? &integral_ : nullptr};
    const std::size_t taps = frame_.geometry().weight_columns();
    const std::size_t partitions = tallies_.size();
    bool complete = true;
#pragma omp parallel for num_threads(threads_) schedule(static) reduction(&& : complete)
    for (std::size_t partition = 0; partition < partitions; ++partition) {
        StepTally& tally = tallies_[partition];
        tally.clear();
        complete = plain_[static_cast<std::size_t>(omp_get_thread_num())].run(
                       step, taps * partition / partitions, taps * (partition + 1) / partitions, tally) &&
                   complete;
    }
    return complete;
}

void LayerCounter::count_with_nan(const ann::LayerStep& views, const LayerSigns& signs) {
    frame_.classes.build(signs, views.population_bits, frame_.kernels, threads_, PostClasses::Keep::planes_and_members);
    const NanStep step{.frame = frame_,
                       .views = views,
                       .pre_activation = signs.pre_activation,
                       .integral = timing_ == UpdateTiming::integral ? &integral_ : nullptr};
    const std::size_t taps = frame_.geometry().weight_columns();
    const std::size_t partitions = tallies_.size();
#pragma omp parallel for num_threads(threads_) schedule(static)
    for (std::size_t partition = 0; partition < partitions; ++partition) {
        StepTally& tally = tallies_[partition];
        tally.clear();
        nan_[static_cast<std::size_t>(omp_get_thread_num())].run(step, taps * partition / partitions,
                                                                 taps * (partition + 1) / partitions, tally);
    }
}

}  // namespace stdpscope::analysis::detail
