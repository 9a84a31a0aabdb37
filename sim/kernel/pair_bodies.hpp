// Part of every kernel variant; included by kernel_bodies.hpp alone.
#pragma once

#include "sim/kernel/lanes.hpp"

namespace stdpscope::sim::kernel::STDPSCOPE_KERNEL_VARIANT {
namespace {

#if defined(__AVX512VL__)
using PairFloats = WideFloats;
using PairInts = WideInts;

inline __m512 two_records(const PostRecord& low, const PostRecord& high) {
    return _mm512_insertf32x8(_mm512_castps256_ps512(_mm256_load_ps(&low.trace)), _mm256_load_ps(&high.trace), 1);
}

/// Eight records: the quarters of column k are fields k of records 0 to 3, k + 4 of these, and both of records 4 to 7.
inline void transpose(const PostRecord* records, const std::uint32_t* posts, __m512 (&column)[4]) {
    const __m512 a = two_records(records[posts[0]], records[posts[4]]);
    const __m512 b = two_records(records[posts[1]], records[posts[5]]);
    const __m512 c = two_records(records[posts[2]], records[posts[6]]);
    const __m512 d = two_records(records[posts[3]], records[posts[7]]);
    const __m512 ab_low = _mm512_unpacklo_ps(a, b);
    const __m512 ab_high = _mm512_unpackhi_ps(a, b);
    const __m512 cd_low = _mm512_unpacklo_ps(c, d);
    const __m512 cd_high = _mm512_unpackhi_ps(c, d);
    column[0] = _mm512_shuffle_ps(ab_low, cd_low, 0x44);
    column[1] = _mm512_shuffle_ps(ab_low, cd_low, 0xEE);
    column[2] = _mm512_shuffle_ps(ab_high, cd_high, 0x44);
    column[3] = _mm512_shuffle_ps(ab_high, cd_high, 0xEE);
}

/// The records of as many post neurons as a vector has lanes, one vector a field.
inline void gather_records(const PostRecord* records, const std::uint32_t* posts, WideFloats& trace,
                           WideFloats (&spikes)[kRecentSpikes]) {
    __m512 low[4];
    __m512 high[4];
    transpose(records, posts, low);
    transpose(records, posts + kGroup, high);
    trace = reinterpret_cast<WideFloats>(_mm512_shuffle_f32x4(low[0], high[0], 0x88));
    for (std::size_t k = 1; k < 4; ++k) {
        spikes[k - 1] = reinterpret_cast<WideFloats>(_mm512_shuffle_f32x4(low[k], high[k], 0x88));
    }
    for (std::size_t k = 0; k < 4; ++k) {
        spikes[k + 3] = reinterpret_cast<WideFloats>(_mm512_shuffle_f32x4(low[k], high[k], 0xDD));
    }
}
#else
using PairFloats = Floats;
using PairInts = Ints;

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

/// The records of as many post neurons as a vector has lanes, one vector a field.
inline void gather_records(const PostRecord* records, const std::uint32_t* posts, Floats& trace,
                           Floats (&spikes)[kRecentSpikes]) {
#if defined(__AVX2__)
    const float* from[kGroup];
    for (std::uint32_t lane = 0; lane < kGroup; ++lane) from[lane] = &records[posts[lane]].trace;
    __m256 low[4];
    __m256 high[4];
    transpose(from, 0, low);
    transpose(from, 4, high);
    trace = reinterpret_cast<Floats>(low[0]);
    for (std::size_t k = 0; k < 3; ++k) spikes[k] = reinterpret_cast<Floats>(low[k + 1]);
    for (std::size_t k = 0; k < 4; ++k) spikes[k + 3] = reinterpret_cast<Floats>(high[k]);
#else
    for (std::uint32_t lane = 0; lane < kGroup; ++lane) {
        const PostRecord& record = records[posts[lane]];
        trace[lane] = record.trace;
        for (std::uint32_t k = 0; k < kRecentSpikes; ++k) spikes[k][lane] = record.spikes[k];
    }
#endif
}
#endif

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
template <typename Whole, typename Numbers>
inline Whole whole(const Numbers& value, const Numbers& half) {
    constexpr float kFull = static_cast<float>(kFullWeight);
    const Numbers clipped = larger(smaller(value, filled<Numbers>(kFull)), filled<Numbers>(-kFull));
    return __builtin_convertvector(clipped + half, Whole);
}

/// A weight after a change, within its bounds. The room above is taken first: a full weight and a full change have no
/// sum in 32 bits.
template <typename Whole>
inline Whole moved(const Whole& weight, const Whole& change) {
    return larger(weight + smaller(change, kFullWeight - weight), Whole{});
}

using Longs = std::int64_t __attribute__((vector_size(32), may_alias));
using UnsignedLongs = std::uint64_t __attribute__((vector_size(32), may_alias));

/// Adds eight unsigned 32-bit sums to eight 64-bit ones.
inline void add_wide(std::int64_t* sums, const Ints& lanes) {
    auto* wide = reinterpret_cast<Longs*>(sums);
    wide[0] += reinterpret_cast<Longs>(lanes) & 0xFFFFFFFF;
    wide[1] += reinterpret_cast<Longs>(reinterpret_cast<UnsignedLongs>(lanes) >> 32);
}
#if defined(__AVX512VL__)
inline void add_wide(std::int64_t* sums, const WideInts& lanes) {
    const __m512i both = reinterpret_cast<__m512i>(lanes);
    add_wide(sums, reinterpret_cast<Ints>(_mm512_castsi512_si256(both)));
    add_wide(sums, reinterpret_cast<Ints>(_mm512_extracti32x8_epi32(both, 1)));
}
#endif

/// target[posts[lane]] += amounts[lane], for no more than `rest` of a vector's lanes.
template <std::uint32_t kLanes>
inline void transmit(std::uint32_t rest, const std::uint32_t* posts, const float* amounts, float* target) {
    if (rest >= kLanes) {
        for (std::uint32_t lane = 0; lane < kLanes; ++lane) target[posts[lane]] += amounts[lane];
    } else {
#pragma GCC unroll 1
        for (std::uint32_t lane = 0; lane < rest; ++lane) target[posts[lane]] += amounts[lane];
    }
}

/// What a visit counts: changes alone where every post neuron has a trace.
enum class Counted { nothing, changes, changes_and_untraced };

/// The synapses [first, end) of a row in whole vectors; end is past the last one or within. Padding counts as untraced.
template <Counted kCounted>
inline void pair_vectors(const PairRow& row, std::uint32_t first, std::uint32_t end, PairRowCounts* counts) {
    using Numbers = PairFloats;
    using Whole = PairInts;
    using LooseNumbers __attribute__((aligned(4), may_alias)) = Numbers;
    using LooseWhole __attribute__((aligned(4), may_alias)) = Whole;
    using Unsigned __attribute__((vector_size(sizeof(Whole)), may_alias)) = std::uint32_t;
    constexpr std::uint32_t kLanes = sizeof(Numbers) / sizeof(float);
    // Copies, so that no store can be thought to change a place.
    const std::uint32_t* const posts = row.posts;
    std::int32_t* const weights = row.weights;
    const PostRecord* const records = row.records;
    float* const target = row.target;
    const Numbers after = filled<Numbers>(row.after);
    const Numbers post_scale = filled<Numbers>(row.post_scale);
    const Numbers pre_scale = filled<Numbers>(row.pre_scale);
    const Numbers post_half = filled<Numbers>(row.post_scale < 0.0F ? -0.5F : 0.5F);
    const Numbers pre_half = filled<Numbers>(row.pre_scale < 0.0F ? -0.5F : 0.5F);
    const Numbers unit = filled<Numbers>(row.unit);
    Unsigned lost = {};  // by pre spikes, modulo 2^32, and negative where they add to the weights
    Whole untraced = {};
    for (; first < end; first += kLanes) {
        Numbers trace;
        Numbers spikes[kRecentSpikes];
        gather_records(records, posts + first, trace, spikes);

        const auto any_newer = below(spikes[0], after);
        Numbers sum = keep_where(any_newer, spikes[0]);
        for (std::uint32_t k = 1; k + 1 < kRecentSpikes; ++k) {
            sum = add_where(below(spikes[k], after), sum, spikes[k]);
        }
        const auto all_newer = below(spikes[kRecentSpikes - 1], after);
        sum = add_where(all_newer, sum, spikes[kRecentSpikes - 1]);
        if (unsigned full = lane_bits(all_newer); full != 0) {
            float sums[kLanes];
            store(sums, sum);
            for (; full != 0; full &= full - 1) {
                const auto lane = static_cast<std::uint32_t>(__builtin_ctz(full));
                sums[lane] = sum_of_rest(row, posts[first + lane], sums[lane]);
            }
            sum = *reinterpret_cast<const LooseNumbers*>(sums);
        }

        const Whole before = *reinterpret_cast<const LooseWhole*>(weights + first);
        const Whole settled = moved(before, whole<Whole>(sum * post_scale, post_half));
        const Whole left = moved(settled, whole<Whole>(trace * pre_scale, pre_half));
        if constexpr (kCounted != Counted::nothing) {
            lost += reinterpret_cast<Unsigned>(settled - left);
            if constexpr (kCounted == Counted::changes_and_untraced) untraced = count_where(is_zero(trace), untraced);
            // Neither bound shares a bit with the weights in between, where padding lies.
            if (lane_bits(has_none_of(settled, filled<Whole>(kFullWeight - 1))) != 0) {
                const unsigned stuck =
                    lane_bits(equal(settled, filled<Whole>(row.pre_bound))) & ~lane_bits(is_zero(trace));
                counts->stuck += __builtin_popcount(stuck);
                unsigned met = lane_bits(equal(settled, filled<Whole>(row.post_bound))) & lane_bits(any_newer);
                for (; met != 0; met &= met - 1) {
                    const std::uint32_t place = first + static_cast<std::uint32_t>(__builtin_ctz(met));
                    row.bound[counts->bounds] = place;
                    row.bound_weights[counts->bounds++] = weights[place];
                }
            }
        }
        store(weights + first, left);

        if (target != nullptr) {
            float amounts[kLanes];
            store(amounts, __builtin_convertvector(settled, Numbers) * unit);
            transmit<kLanes>(row.length - first, posts + first, amounts, target);
        }
    }
    if constexpr (kCounted != Counted::nothing) {
        add_wide(counts->pre_sum, reinterpret_cast<Whole>(row.pre_scale < 0.0F ? lost : -lost));
        if constexpr (kCounted == Counted::changes_and_untraced) add_wide(counts->untraced, untraced);
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
        counts->stuck += record.trace != 0.0F && settled == row.pre_bound ? 1 : 0;
        if (settled == row.post_bound && record.spikes[0] < row.after) {
            row.bound[0] = 0;
            row.bound_weights[0] = before;
            counts->bounds = 1;
        }
    }
}

void pair_row(const PairRow& row) {
    if (row.length == 1) return pair_synapse<false>(row, nullptr);
    pair_vectors<Counted::nothing>(row, 0, row.length, nullptr);
}

void pair_row_counted(const PairRow& row, PairRowCounts& counts) {
    counts.bounds = 0;
    if (row.length == 1) return pair_synapse<true>(row, &counts);
    constexpr std::uint32_t kLanes = sizeof(PairFloats) / sizeof(float);
    const std::uint32_t vectors = (row.length + kLanes - 1) / kLanes;
    for (std::uint32_t vector = 0; vector < vectors; vector += row.sum_vectors) {
        const std::uint32_t end = vectors - vector < row.sum_vectors ? vectors : vector + row.sum_vectors;
        if (row.all_traced) {
            pair_vectors<Counted::changes>(row, vector * kLanes, end * kLanes, &counts);
        } else {
            pair_vectors<Counted::changes_and_untraced>(row, vector * kLanes, end * kLanes, &counts);
        }
    }
    if (!row.all_traced) counts.untraced[0] -= vectors * kLanes - row.length;
}

}  // namespace
}  // namespace stdpscope::sim::kernel::STDPSCOPE_KERNEL_VARIANT
