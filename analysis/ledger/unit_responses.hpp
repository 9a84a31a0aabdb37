#pragma once

#include <cstdint>
#include <vector>

#include "analysis/ledger/layer_signs.hpp"
#include "ann/observer.hpp"

namespace stdpscope::analysis::detail {

/// Adds how often each row of the weight matrix answered with a derivative < 0, = 0, > 0: (rows x 3), the last
/// fastest, over samples and positions. NaN derivatives are left out.
void add_unit_responses(const ann::SynapseGeometry& geometry, const LayerSigns& signs, const LedgerKernels& kernels,
                        std::vector<std::uint64_t>& counts);

/// Rows that answered, and with 0 every time.
[[nodiscard]] std::uint64_t dead_units(const std::vector<std::uint64_t>& counts);

}  // namespace stdpscope::analysis::detail
