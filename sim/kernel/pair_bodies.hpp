// Part of every kernel variant; included by kernel_bodies.hpp alone.
#pragma once

#include "sim/kernel/lanes.hpp"

namespace stdpscope::sim::kernel::STDPSCOPE_KERNEL_VARIANT {
namespace {

/// The records of a group's post neurons, one vector a field.
struct RecordLanes {
    Floats trace;
    Floats spikes[kRecentSpikes];
};

#if defined(__AVX2__)
inline __m256 two_halves(const float* low, const float* high) {
    return _mm256_insertf128_ps(_mm256_castps128_ps256(_mm_load_ps(low)), _mm_load_ps(high), 1);
}

/// Four fields of eight records: lane l of column k is field k of record l.
inline void transpose(const float* const (&from)[kGroup], std::size_t field, __m256 (&column)[4]) {
    const __m256 a = two_halves(from[0] + field, from[4] + field);
    const __m256 b = two_halves(from[1] + field, from[5] + field);
    const __m256 c = two_halves(from[2] + field, from[6] + field);
    const __m256 d = two_halves(from[3] + field, from[7] + field);
    const __m256 ab_low = _mm256_unpacklo_ps(a, b);
    const __m256 ab_high = _mm256_unpackhi_ps(a, b);
    const __m256 cd_low = _mm256_unpacklo_ps(c, d);
    const __m256 cd_high = _mm256_unpackhi_ps(c, d);
    column[0] = _mm256_shuffle_ps(ab_low, cd_low, 0x44);
    column[1] = _mm256_shuffle_ps(ab_low, cd_low, 0xEE);
    column[2] = _mm256_shuffle_ps(ab_high, cd_high, 0x44);
    column[3] = _mm256_shuffle_ps(ab_high, cd_high, 0xEE);
}
#endif

inline void gather_records(const PostRecord* records, const std::uint32_t* posts, RecordLanes& lanes) {
#if defined(__AVX2__)
    const float* from[kGroup];
    for (std::uint32_t lane = 0; lane < kGroup; ++lane) from[lane] = &records[posts[lane]].trace;
    __m256 low[4];
    __m256 high[4];
    transpose(from, 0, low);
    transpose(from, 4, high);
    lanes.trace = reinterpret_cast<Floats>(low[0]);
    for (std::size_t k = 0; k < 3; ++k) lanes.spikes[k] = reinterpret_cast<Floats>(low[k + 1]);
    for (std::size_t k = 0; k < 4; ++k) lanes.spikes[k + 3] = reinterpret_cast<Floats>(high[k]);
#else
    for (std::uint32_t lane = 0; lane < kGroup; ++lane) {
        const PostRecord& record = records[posts[lane]];
        lanes.trace[lane] = record.trace;
        for (std::uint32_t k = 0; k < kRecentSpikes; ++k) lanes.spikes[k][lane] = record.spikes[k];
    }
#endif
}

/// Where even the oldest spike of a record is new: `sum` goes on over the older ones, newest first as above; where
/// these are all new too, over the whole history instead, which leads from one spike to the one before through memory.
inline float sum_of_rest(const PairRow& row, std::uint32_t post, float sum) {
    const float* older = row.older[post].spikes;
    for (std::uint32_t k = 0; k < kOlderSpikes; k += kGroup) {
        // Eight at a time, old ones as zeros: how many are new cannot be foreseen, and a wrong guess costs more.
        const Floats shares = load(older + k);
        const Ints newer = shares < all(row.after);
        float kept[kGroup];
        store(kept, keep_where(newer, shares));
        for (const float share : kept) sum += share;
        if (newer[kGroup - 1] == 0) return sum;
    }
    sum = 0.0F;
    std::uint32_t entry = row.log.newest[post];
    while (entry - row.log.begin < row.log.size && row.log.values[entry & row.log.mask] < row.after) {
        sum += row.log.values[entry & row.log.mask];
        entry = row.log.previous[entry & row.log.mask];
    }
    return sum;
}

/// Nearest whole number of a number in [-2^30, 2^30] (clipped to it); halves away from zero. `half` has its sign.
inline Ints whole(Floats value, const Floats& half) {
    constexpr float kFull = static_cast<float>(kFullWeight);
    value = larger(smaller(value, all(kFull)), all(-kFull));
    return __builtin_convertvector(value + half, Ints);
}

/// A weight after a change, within its bounds. The room above is taken first: a full weight and a full change have no
/// sum in 32 bits.
inline Ints moved(const Ints& weight, const Ints& change) {
    return larger(weight + smaller(change, all(kFullWeight) - weight), all(0));
}

using UnsignedInts = std::uint32_t __attribute__((vector_size(32), may_alias));
using Longs = std::int64_t __attribute__((vector_size(32), may_alias));
using UnsignedLongs = std::uint64_t __attribute__((vector_size(32), may_alias));

/// Adds eight unsigned 32-bit sums to eight 64-bit ones.
inline void add_wide(std::int64_t* sums, const UnsignedInts& lanes) {
    auto* wide = reinterpret_cast<Longs*>(sums);
    wide[0] += reinterpret_cast<Longs>(lanes) & 0xFFFFFFFF;
    wide[1] += reinterpret_cast<Longs>(reinterpret_cast<UnsignedLongs>(lanes) >> 32);
}

/// The groups [first, end) of a row; end is past the last synapse or within. Padding counts as untraced.
template <bool kCounted>
inline void pair_groups(const PairRow& row, std::uint32_t first, std::uint32_t end, PairRowCounts* counts) {
    // Copies, so that no store can be thought to change a place.
    const std::uint32_t* const posts = row.posts;
    std::int32_t* const weights = row.weights;
    const PostRecord* const records = row.records;
    float* const target = row.target;
    const Floats after = all(row.after);
    const Floats post_scale = all(row.post_scale);
    const Floats pre_scale = all(row.pre_scale);
    const Floats post_half = all(row.post_scale < 0.0F ? -0.5F : 0.5F);
    const Floats pre_half = all(row.pre_scale < 0.0F ? -0.5F : 0.5F);
    const Floats unit = all(row.unit);
    const Ints post_bound = all(row.post_bound);
    const Ints pre_bound = all(row.pre_bound);
    UnsignedInts lost = {};  // by pre spikes, in whole turns of 2^32 where they add to the weights
    Ints untraced = {};
    Ints stuck = {};
    for (; first < end; first += kGroup) {
        RecordLanes lanes;
        gather_records(records, posts + first, lanes);

        const Ints any_newer = lanes.spikes[0] < after;
        Floats sum = keep_where(any_newer, lanes.spikes[0]);
        for (std::uint32_t k = 1; k < kRecentSpikes; ++k) sum = add_below(sum, lanes.spikes[k], after);
        if (unsigned full = lane_bits(lanes.spikes[kRecentSpikes - 1] < after); full != 0) {
            float sums[kGroup];
            store(sums, sum);
            for (; full != 0; full &= full - 1) {
                const auto lane = static_cast<std::uint32_t>(__builtin_ctz(full));
                sums[lane] = sum_of_rest(row, posts[first + lane], sums[lane]);
            }
            sum = load(sums);
        }

        const Ints before = load(weights + first);
        const Ints settled = moved(before, whole(sum * post_scale, post_half));
        const Ints left = moved(settled, whole(lanes.trace * pre_scale, pre_half));
        store(weights + first, left);

        if (target != nullptr) {
            const std::uint32_t count = row.length - first < kGroup ? row.length - first : kGroup;
            float amounts[kGroup];
            store(amounts, __builtin_convertvector(settled, Floats) * unit);
            if (count == kGroup) {
                for (std::uint32_t lane = 0; lane < kGroup; ++lane) target[posts[first + lane]] += amounts[lane];
            } else {
                for (std::uint32_t lane = 0; lane < count; ++lane) target[posts[first + lane]] += amounts[lane];
            }
        }

        if constexpr (kCounted) {
            // True is -1. Without branches: which synapses stand out cannot be foreseen.
            lost += reinterpret_cast<UnsignedInts>(settled - left);
            const Ints no_trace = lanes.trace == all(0.0F);
            untraced -= no_trace;
            stuck -= (settled == pre_bound) & ~no_trace;
            // Padding has no spikes.
            if (unsigned met = lane_bits((settled == post_bound) & any_newer); met != 0) {
                std::int32_t weights_before[kGroup];
                store(weights_before, before);
                for (; met != 0; met &= met - 1) {
                    const auto lane = static_cast<std::uint32_t>(__builtin_ctz(met));
                    row.bound[counts->bounds] = first + lane;
                    row.bound_weights[counts->bounds++] = weights_before[lane];
                }
            }
        }
    }
    if constexpr (kCounted) {
        add_wide(counts->pre_sum, row.pre_scale < 0.0F ? lost : -lost);
        add_wide(counts->untraced, reinterpret_cast<UnsignedInts>(untraced));
        add_wide(counts->stuck, reinterpret_cast<UnsignedInts>(stuck));
    }
}

inline std::int32_t whole(float value, float scale) {
    constexpr float kFull = static_cast<float>(kFullWeight);
    value = value > kFull ? kFull : value;
    value = value < -kFull ? -kFull : value;
    return static_cast<std::int32_t>(value + (scale < 0.0F ? -0.5F : 0.5F));
}
inline std::int32_t moved(std::int32_t weight, std::int32_t change) {
    const std::int32_t room = kFullWeight - weight;
    weight += change > room ? room : change;
    return weight < 0 ? 0 : weight;
}

/// A row of one synapse, without the lanes; the same operations in the same order.
template <bool kCounted>
inline void pair_synapse(const PairRow& row, PairRowCounts* counts) {
    const std::uint32_t post = row.posts[0];
    const PostRecord& record = row.records[post];
    float sum = 0.0F;
    for (const float share : record.spikes) sum += share < row.after ? share : 0.0F;
    if (record.spikes[kRecentSpikes - 1] < row.after) sum = sum_of_rest(row, post, sum);
    const std::int32_t before = row.weights[0];
    const std::int32_t settled = moved(before, whole(sum * row.post_scale, row.post_scale));
    const std::int32_t left = moved(settled, whole(record.trace * row.pre_scale, row.pre_scale));
    row.weights[0] = left;
    if (row.target != nullptr) row.target[post] += static_cast<float>(settled) * row.unit;
    if constexpr (kCounted) {
        counts->pre_sum[0] += row.pre_scale < 0.0F ? settled - left : left - settled;
        counts->untraced[0] += record.trace == 0.0F ? 1 : 0;
        counts->stuck[0] += record.trace != 0.0F && settled == row.pre_bound ? 1 : 0;
        if (settled == row.post_bound && record.spikes[0] < row.after) {
            row.bound[0] = 0;
            row.bound_weights[0] = before;
            counts->bounds = 1;
        }
    }
}

void pair_row(const PairRow& row) {
    if (row.length == 1) return pair_synapse<false>(row, nullptr);
    pair_groups<false>(row, 0, row.length, nullptr);
}

void pair_row_counted(const PairRow& row, PairRowCounts& counts) {
    counts.bounds = 0;
    if (row.length == 1) return pair_synapse<true>(row, &counts);
    const std::uint32_t groups = (row.length + kGroup - 1) / kGroup;
    for (std::uint32_t group = 0; group < groups; group += row.sum_groups) {
        const std::uint32_t rest = row.length - group * kGroup;
        const std::uint32_t part = rest / kGroup < row.sum_groups ? rest : row.sum_groups * kGroup;
        pair_groups<true>(row, group * kGroup, group * kGroup + part, &counts);
    }
    counts.untraced[0] -= groups * kGroup - row.length;
}

}  // namespace
}  // namespace stdpscope::sim::kernel::STDPSCOPE_KERNEL_VARIANT
