#pragma once

#include <array>
#include <cstdint>

#include "analysis/classify/category.hpp"
#include "analysis/ledger/records.hpp"

/// Table 5 under the default conventions (measure = magnitude, timing = descent), in the order of kStdpCategories. The
/// trace keeps it beside the histograms, so that a viewer can plot it without any computation.
namespace stdpscope::analysis {

using CategoryCounts = std::array<std::uint64_t, kStdpCategories.size()>;

/// Of the firing pairs: transmitter, timing and response all non-zero.
[[nodiscard]] CategoryCounts event_categories(const EventCounts& counts);
/// Of the updates that changed their weight.
[[nodiscard]] CategoryCounts update_categories(const UpdateCounts& counts);

}  // namespace stdpscope::analysis
