#pragma once

#include "analysis/ledger/layer_signs.hpp"
#include "analysis/ledger/records.hpp"

namespace stdpscope::analysis::detail {

/// Trace level `planes`: the signs of one layer as the trace keeps them.
[[nodiscard]] PlanesLayer record_planes(const ann::LayerStep& views, const LayerSigns& signs,
                                        const LedgerKernels& kernels);

/// Trace level `full`: weights_after - weights_before in Armadillo's order.
[[nodiscard]] std::vector<float> weight_updates(const ann::LayerStep& views);

}  // namespace stdpscope::analysis::detail
