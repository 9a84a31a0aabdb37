/// What PairSlice counts: updates at bounds, ties, and the tally of a projection.
#include "sim/simulation/pair_slice.hpp"

#include <cmath>
#include <iterator>
#include <numeric>

namespace stdpscope::sim {

namespace {

std::uint64_t sum_of(const std::int64_t (&parts)[kernel::kGroup]) {
    return static_cast<std::uint64_t>(std::accumulate(std::begin(parts), std::end(parts), std::int64_t{0}));
}

/// Where updates of this sign are counted.
std::uint64_t& cell(double update, std::uint64_t& potentiation, std::uint64_t& depression, std::uint64_t& unchanged) {
    if (update == 0.0) return unchanged;
    return update > 0.0 ? potentiation : depression;
}

}  // namespace

void PairSlice::count_same_step() {
    for (const std::uint32_t post : arrived_) arrived_marks_[post] = 1;
    for (const std::uint32_t pre : visited_) {
        const std::uint64_t begin = rows_.begins[pre];
        for (std::uint64_t k = begin; k < begin + rows_.lengths[pre]; ++k) {
            tally_.same_step += arrived_marks_[rows_.posts[k]];
        }
    }
    for (const std::uint32_t post : arrived_) arrived_marks_[post] = 0;
}

void PairSlice::sort_out_bounds(std::uint32_t pre, const kernel::PairRow& row, std::uint32_t bounds,
                                PairTally& tally) const {
    for (std::uint32_t k = 0; k < bounds; ++k) {
        // Which of the spikes came when the weight was at its bound already?
        const std::uint32_t post = row.posts[row.bound[k]];
        shares_.clear();
        std::uint32_t entry = row.log.newest[post];
        while (entry - row.log.begin < row.log.size && row.log.values[entry & row.log.mask] < row.after) {
            shares_.push_back(row.log.values[entry & row.log.mask]);
            entry = row.log.previous[entry & row.log.mask];
        }
        float sum = 0.0F;
        for (auto share = shares_.rbegin(); share != shares_.rend(); ++share) {
            if (bounded_change(row.bound_weights[k], sum, row.post_scale) == row.post_bound) {
                ++tally.post_unchanged;
                if (!(*share < row_states_[pre].strictly_after)) --tally.same_step;
            }
            sum += *share;
        }
    }
}

std::vector<std::int32_t> PairSlice::settled_weights(PairTally& tally) const {
    std::vector<std::int32_t> settled(weights_.begin(), weights_.end());
    tally = tally_;
    tally.drift = -initial_sum_;
    tally.pre_unchanged = static_cast<std::uint64_t>(counts_.stuck);
    tally.pre_changes -= sum_of(counts_.untraced) + tally.pre_unchanged;
    tally.pre_sum = sum_of(counts_.pre_sum);
    for (std::uint32_t pre = 0; pre < row_states_.size(); ++pre) {
        if (rows_.lengths[pre] == 0) continue;
        const kernel::PairRow row = settlement(pre, settled.data() + rows_.begins[pre]);
        kernel::PairRowCounts counts;
        kernels_.pair_row_counted(row, counts);
        sort_out_bounds(pre, row, counts.bounds, tally);
        for (std::uint64_t k = rows_.begins[pre]; k < rows_.begins[pre] + rows_.lengths[pre]; ++k) {
            tally.drift += settled[k];
        }
    }
    if (!counting_) tally = {};
    return settled;
}

PairTally& PairTally::operator+=(const PairTally& more) {
    post_updates += more.post_updates;
    post_unchanged += more.post_unchanged;
    same_step += more.same_step;
    pre_changes += more.pre_changes;
    pre_unchanged += more.pre_unchanged;
    pre_sum += more.pre_sum;
    drift += more.drift;
    return *this;
}

PlasticityCounts counts_of(const PairTally& tally, const AdditivePairParams& rule) {
    PlasticityCounts counts;
    counts.pre_post_unchanged = tally.post_unchanged;
    counts.post_pre_unchanged = tally.pre_unchanged;
    counts.same_time = tally.same_step;
    cell(rule.a_plus, counts.pre_post_potentiation, counts.pre_post_depression, counts.pre_post_unchanged) +=
        tally.post_updates - tally.post_unchanged;
    cell(-rule.a_minus, counts.post_pre_potentiation, counts.post_pre_depression, counts.post_pre_unchanged) +=
        tally.pre_changes;
    // Post spikes push one way, pre spikes one way: what the former did follows from the sum of the weights.
    const auto by_pre = static_cast<std::int64_t>(tally.pre_sum) * (rule.a_minus < 0.0 ? 1 : -1);
    const double unit = rule.w_max / kernel::kFullWeight;
    (rule.a_plus < 0.0 ? counts.pre_post_depression_sum : counts.pre_post_potentiation_sum) =
        static_cast<double>(std::abs(tally.drift - by_pre)) * unit;
    (rule.a_minus < 0.0 ? counts.post_pre_potentiation_sum : counts.post_pre_depression_sum) =
        static_cast<double>(tally.pre_sum) * unit;
    return counts;
}

}  // namespace stdpscope::sim
