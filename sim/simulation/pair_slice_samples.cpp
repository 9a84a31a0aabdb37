/// The changes of PairSlice's sampled synapses, each with its spike pair.
#include "sim/simulation/pair_slice.hpp"

#include <algorithm>
#include <cmath>

namespace stdpscope::sim {

std::size_t PairSlice::sample(std::uint32_t pre, std::uint32_t post) {
    if (post < range_.begin || post >= range_.end) return 0;
    const std::size_t before = samples_.size();
    for (std::uint64_t k = rows_.begins[pre]; k < rows_.begins[pre] + rows_.lengths[pre]; ++k) {
        if (rows_.posts[k] == post - range_.begin) samples_.push_back({pre, k});
    }
    std::sort(samples_.begin(), samples_.end(), [](const Sample& a, const Sample& b) { return a.place < b.place; });
    last_pre_steps_.resize(rows_.lengths.size(), 0);
    last_post_steps_.resize(range_.size(), 0);
    return samples_.size() - before;
}

Step PairSlice::step_of_share(float share) const {
    return base_ + static_cast<Step>(std::llround(-std::log(static_cast<double>(share)) * rule_.tau_plus_ms / dt_ms_));
}

void PairSlice::write_post_changes(std::uint32_t pre, const kernel::PairRow& row) {
    before_.clear();
    append_post_changes(pre, row, *changes_, &before_);
}

void PairSlice::append_post_changes(std::uint32_t pre, const kernel::PairRow& row, std::vector<SynapseChange>& changes,
                                    std::vector<BeforeVisit>* before_visit) const {
    auto sample = std::lower_bound(samples_.begin(), samples_.end(), rows_.begins[pre],
                                   [](const Sample& a, std::uint64_t place) { return a.place < place; });
    for (; sample != samples_.end() && sample->pre == pre; ++sample) {
        const std::uint32_t post = rows_.posts[sample->place];
        const std::int32_t before = weights_[sample->place];
        shares_.clear();
        float sum_newest_first = 0.0F;
        std::uint32_t entry = row.log.newest[post];
        while (entry - row.log.begin < row.log.size && row.log.values[entry & row.log.mask] < row.after) {
            shares_.push_back(row.log.values[entry & row.log.mask]);
            sum_newest_first += shares_.back();
            entry = row.log.previous[entry & row.log.mask];
        }
        // The row's own sum runs newest first; rounding must not let a single step go beyond its result.
        const std::int32_t settled = bounded_change(before, sum_newest_first, row.post_scale);
        float sum = 0.0F;
        std::int32_t last = before;
        for (std::size_t k = shares_.size(); k-- > 0;) {
            sum += shares_[k];
            std::int32_t next = bounded_change(before, sum, row.post_scale);
            next = settled < before ? std::max(next, settled) : std::min(next, settled);
            if (k == 0) next = settled;
            const Step step = step_of_share(shares_[k]);
            changes.push_back({.projection = projection_,
                               .pre = pre,
                               .post = range_.begin + post,
                               .step = step,
                               .pre_step = last_pre_steps_[pre],
                               .post_step = step,
                               .weight_before = last * weight_unit_,
                               .weight_after = next * weight_unit_});
            last = next;
        }
        if (before_visit != nullptr) before_visit->push_back({sample->place, last});
    }
}

void PairSlice::append_unsettled_changes(std::vector<SynapseChange>& changes) const {
    for (std::size_t k = 0; k < samples_.size(); ++k) {
        const std::uint32_t pre = samples_[k].pre;
        if (k > 0 && samples_[k - 1].pre == pre) continue;
        append_post_changes(pre, settlement(pre, nullptr), changes, nullptr);
    }
}

void PairSlice::write_pre_change(std::uint32_t pre, Step step) {
    for (const BeforeVisit& before : before_) {
        const std::uint32_t post = rows_.posts[before.place];
        if (!(records_[post].trace > 0.0F)) continue;
        changes_->push_back({.projection = projection_,
                             .pre = pre,
                             .post = range_.begin + post,
                             .step = step,
                             .pre_step = step,
                             .post_step = last_post_steps_[post],
                             .weight_before = before.weight * weight_unit_,
                             .weight_after = weights_[before.place] * weight_unit_});
    }
}

}  // namespace stdpscope::sim
