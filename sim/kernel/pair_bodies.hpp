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

/// Where even the oldest spike of a record is new: sum and counts over the whole history instead, newest first as
/// above.
inline float sum_of_log(const PairRow& row, std::uint32_t post, std::int32_t& spikes, std::int32_t& same_step) {
    float sum = 0.0F;
    spikes = 0;
    same_step = 0;
    std::uint32_t entry = row.log.newest[post];
    while (entry - row.log.begin < row.log.size && row.log.values[entry & row.log.mask] < row.after) {
        const float value = row.log.values[entry & row.log.mask];
        sum += value;
        ++spikes;
        if (!(value < row.strictly_after)) ++same_step;
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

inline Ints within_bounds(const Ints& weight) {
    return smaller(larger(weight, all(0)), all(kFullWeight));
}

using Longs = std::int64_t __attribute__((vector_size(32), may_alias));

struct RowTallies {
    Ints post_changes = {};
    Ints strictly_later = {};
    Ints pre_changes = {};
    Ints pre_skips = {};
    Longs pre_sum_even = {};
    Longs pre_sum_odd = {};
};

inline std::uint64_t sum_of(const Ints& lanes) {
    std::uint64_t sum = 0;
    for (std::size_t lane = 0; lane < kGroup; ++lane) sum += static_cast<std::uint32_t>(lanes[lane]);
    return sum;
}

template <bool kCounted>
inline void pair_row_of(const PairRow& row, PairRowResult* result) {
    const Floats after = all(row.after);
    const Floats strictly_after = all(row.strictly_after);
    const Floats post_half = all(row.post_scale < 0.0F ? -0.5F : 0.5F);
    const Floats pre_half = all(row.pre_scale < 0.0F ? -0.5F : 0.5F);
    const bool ties = row.strictly_after < row.after;
    RowTallies tallies;
    std::uint32_t bounds = 0;
    for (std::uint32_t first = 0; first < row.length; first += kGroup) {
        RecordLanes lanes;
        gather_records(row.records, row.posts + first, lanes);

        Ints newer = lanes.spikes[0] < after;
        const Ints any = newer;
        Floats sum = keep_where(newer, lanes.spikes[0]);
        Ints spikes = -newer;
        for (std::uint32_t k = 1; k < kRecentSpikes; ++k) {
            newer = lanes.spikes[k] < after;
            sum += keep_where(newer, lanes.spikes[k]);
            if constexpr (kCounted) spikes -= newer;
        }
        Ints later = spikes;
        if constexpr (kCounted) {
            if (ties) {
                later = Ints{};
                for (std::uint32_t k = 0; k < kRecentSpikes; ++k) later -= lanes.spikes[k] < strictly_after;
            }
        }
        for (unsigned full = lane_bits(newer); full != 0; full &= full - 1) {
            const auto lane = static_cast<std::uint32_t>(__builtin_ctz(full));
            std::int32_t in_log = 0;
            std::int32_t same_step = 0;
            sum[lane] = sum_of_log(row, row.posts[first + lane], in_log, same_step);
            spikes[lane] = in_log;
            later[lane] = in_log - same_step;
        }

        const Ints before = load(row.weights + first);
        const Ints settled = within_bounds(before + whole(sum * all(row.post_scale), post_half));
        const Ints left = within_bounds(settled + whole(lanes.trace * all(row.pre_scale), pre_half));
        store(row.weights + first, left);

        if (row.target != nullptr) {
            const Floats sent = __builtin_convertvector(settled, Floats) * all(row.unit);
            float amounts[kGroup];
            store(amounts, sent);
            const std::uint32_t count = row.length - first < kGroup ? row.length - first : kGroup;
            if (count == kGroup) {
                for (std::uint32_t lane = 0; lane < kGroup; ++lane)
                    row.target[row.posts[first + lane]] += amounts[lane];
            } else {
                for (std::uint32_t lane = 0; lane < count; ++lane) row.target[row.posts[first + lane]] += amounts[lane];
            }
        }

        if constexpr (kCounted) {
            tallies.post_changes += spikes;
            tallies.strictly_later += later;
            const Ints traced = lanes.trace > all(0.0F);
            const Ints stuck = settled == all(row.pre_bound);
            tallies.pre_changes -= traced & ~stuck;
            tallies.pre_skips -= traced & stuck;
            const Ints difference = settled - left;
            const Longs size = reinterpret_cast<Longs>(row.pre_scale < 0.0F ? difference : -difference);
            tallies.pre_sum_even += size & 0xFFFFFFFF;
            tallies.pre_sum_odd +=
                reinterpret_cast<Longs>(reinterpret_cast<std::uint64_t __attribute__((vector_size(32)))>(size) >> 32);
            for (unsigned met = lane_bits((settled == all(row.post_bound)) & any); met != 0; met &= met - 1) {
                const auto lane = static_cast<std::uint32_t>(__builtin_ctz(met));
                row.bound[bounds] = first + lane;
                row.bound_weights[bounds++] = before[lane];
            }
        }
    }
    if constexpr (kCounted) {
        const std::uint64_t post_changes = sum_of(tallies.post_changes);
        result->post_changes = post_changes;
        result->same_step = post_changes - sum_of(tallies.strictly_later);
        result->pre_changes = sum_of(tallies.pre_changes);
        result->pre_skips = sum_of(tallies.pre_skips);
        result->pre_sum = 0;
        for (std::size_t k = 0; k < 4; ++k) {
            result->pre_sum += static_cast<std::uint64_t>(tallies.pre_sum_even[k] + tallies.pre_sum_odd[k]);
        }
        result->bounds = bounds;
    }
}

void pair_row(const PairRow& row) {
    pair_row_of<false>(row, nullptr);
}

void pair_row_counted(const PairRow& row, PairRowResult& result) {
    pair_row_of<true>(row, &result);
}

}  // namespace
}  // namespace stdpscope::sim::kernel::STDPSCOPE_KERNEL_VARIANT
