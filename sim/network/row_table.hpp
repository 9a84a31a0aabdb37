#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/aligned_vector.hpp"
#include "sim/network/network.hpp"

namespace stdpscope::sim {

/// The synapses of a projection onto the post neurons [post_begin, post_end), by rows: one row a pre neuron, its post
/// neurons ascending. Post neurons are counted from post_begin.
struct RowTable {
    std::vector<std::uint64_t> begins;   ///< where each row starts; one more than there are rows
    std::vector<std::uint32_t> lengths;  ///< synapses of each row
    AlignedVector<std::uint32_t> posts;
    std::vector<float> listed_weights;  ///< as posts, for an explicit list; else empty

    [[nodiscard]] std::uint64_t synapses() const;
};

struct PostRange {
    std::uint32_t begin;
    std::uint32_t end;
    [[nodiscard]] std::uint32_t size() const { return end - begin; }
};

/// Padding makes rows start at whole multiples of `row_unit`; padded places name post neuron `range.size()`.
/// The same synapses come out however post neurons are cut into ranges.
[[nodiscard]] RowTable build_rows(const Connectivity& connectivity, std::uint32_t pre_count, std::uint32_t post_count,
                                  bool same_population, PostRange range, std::uint32_t row_unit,
                                  const RandomStream& random);

/// Initial weight of the synapse from pre to post (counted over the whole population).
[[nodiscard]] double initial_weight(const InitialWeight& weight, std::uint32_t pre, std::uint32_t post,
                                    const RandomStream& random);

}  // namespace stdpscope::sim
