#pragma once

#include "analysis/ledger/records.hpp"

namespace stdpscope::tests {

/// Requires that both layers' counts agree integer for integer, and their sums of |weight_update| to 1e-12: both add
/// the same floats in double precision, each in an order of its own.
void require_same_counts(const analysis::LayerRecord& found, const analysis::LayerRecord& wanted);

}  // namespace stdpscope::tests
