#pragma once

#include <cstdint>
#include <span>

#include "analysis/ledger/records.hpp"

namespace stdpscope::analysis::detail {

/// Moments of `values`, by the same sums for any number of threads; with `members`, of those i with
/// members[i % members.size()] != 0. All zero when there are none, all NaN when one of them is.
[[nodiscard]] Moments moments_of(std::span<const float> values, std::span<const std::int32_t> members, int threads);

}  // namespace stdpscope::analysis::detail
