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
      nan_(static_cast<std::size_t>(threads)) {}

template <class Tally>
bool LayerCounter::for_each_partition(const Tally& tally) {
    const std::size_t taps = frame_.geometry().weight_columns();
    const std::size_t partitions = tallies_.size();
    bool complete = true;
#pragma omp parallel for num_threads(threads_) schedule(dynamic) reduction(&& : complete)
    for (std::size_t partition = 0; partition < partitions; ++partition) {
        StepTally& counts = tallies_[partition];
        counts.clear();
        complete = tally(static_cast<std::size_t>(omp_get_thread_num()), taps * partition / partitions,
                         taps * (partition + 1) / partitions, counts) &&
                   complete;
    }
    return complete;
}

void LayerCounter::count(const ann::LayerStep& views, const LayerSigns& signs, LayerRecord& record) {
    frame_.resize(signs.pre_activation);
    const std::size_t partitions = partitions_of(frame_);
    if (tallies_.size() != partitions) {
        tallies_.assign(partitions, StepTally(record.events.size(), record.updates.size()));
    }
    if (timing_ == UpdateTiming::integral) integral_.read(views, threads_);
    if (signs.has_nan() || !count_plain(views, signs)) count_with_nan(views, signs);
    for (const StepTally& tally : tallies_) tally.add_to(record);
}

bool LayerCounter::count_plain(const ann::LayerStep& views, const LayerSigns& signs) {
    frame_.classes.build(signs, views.population_bits, frame_.kernels, threads_, PostClasses::Keep::classes);
    group_counts_.count(frame_);
    const PlainStep step{.frame = frame_,
                         .views = views,
                         .pre_activation = signs.pre_activation,
                         .group_counts = group_counts_,
                         .integral = timing_ == UpdateTiming::integral ? &integral_ : nullptr};
    return for_each_partition([&](std::size_t thread, std::size_t first, std::size_t end, StepTally& tally) {
        return plain_[thread].run(step, first, end, tally);
    });
}

void LayerCounter::count_with_nan(const ann::LayerStep& views, const LayerSigns& signs) {
    frame_.classes.build(signs, views.population_bits, frame_.kernels, threads_,
                         PostClasses::Keep::classes_and_members);
    const NanStep step{.frame = frame_,
                       .views = views,
                       .pre_activation = signs.pre_activation,
                       .integral = timing_ == UpdateTiming::integral ? &integral_ : nullptr};
    for_each_partition([&](std::size_t thread, std::size_t first, std::size_t end, StepTally& tally) {
        nan_[thread].run(step, first, end, tally);
        return true;
    });
}

}  // namespace stdpscope::analysis::detail
