#include "sim/simulation/projection_slice.hpp"

#include <algorithm>

namespace stdpscope::sim {

namespace {

void prefetch_row(const RowTable& rows, std::uint32_t pre) {
    constexpr std::uint64_t kLine = 64 / sizeof(std::uint32_t);
    constexpr std::uint64_t kMost = 8 * kLine;
    const std::uint64_t end = std::min(rows.begins[pre + 1], rows.begins[pre] + kMost);
    for (std::uint64_t k = rows.begins[pre]; k < end; k += kLine) __builtin_prefetch(rows.posts.data() + k);
}

}  // namespace

StaticSlice::StaticSlice(RowTable rows, const InitialWeight& weight, PostRange range, const RandomStream& random)
    : rows_(std::move(rows)) {
    if (!rows_.listed_weights.empty()) {
        weights_.assign(rows_.listed_weights.begin(), rows_.listed_weights.end());
        rows_.listed_weights = {};
    } else if (const auto* constant = std::get_if<double>(&weight)) {
        common_ = static_cast<float>(*constant);
    } else {
        weights_.resize(rows_.posts.size());
        for (std::uint32_t pre = 0; pre < rows_.lengths.size(); ++pre) {
            for (std::uint64_t k = rows_.begins[pre]; k < rows_.begins[pre + 1]; ++k) {
                weights_[k] = static_cast<float>(initial_weight(weight, pre, range.begin + rows_.posts[k], random));
            }
        }
    }
}

void StaticSlice::pre_arrivals(Step /*step*/, std::span<const std::uint32_t> pres, std::uint32_t offset,
                               float* target) {
    if (target == nullptr) return;
    const std::uint32_t* posts = rows_.posts.data();
    for (std::size_t i = 0; i < pres.size(); ++i) {
        const std::uint64_t begin = rows_.begins[pres[i] + offset];
        const std::uint64_t end = rows_.begins[pres[i] + offset + 1];
        // Rows lie scattered in memory, and short ones are over before the next one has come.
        if (i + 1 < pres.size()) prefetch_row(rows_, pres[i + 1] + offset);
        if (weights_.empty()) {
            const float weight = common_;
            for (std::uint64_t k = begin; k < end; ++k) target[posts[k]] += weight;
        } else {
            for (std::uint64_t k = begin; k < end; ++k) target[posts[k]] += weights_[k];
        }
    }
}

}  // namespace stdpscope::sim
