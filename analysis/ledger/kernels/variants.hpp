#pragma once

#include "analysis/ledger/kernels/ledger_kernels.hpp"

/// One table of functions a variant, each compiled in a file of its own with its own instruction set.
namespace stdpscope::analysis::detail {
namespace baseline {
[[nodiscard]] const LedgerKernels& kernels();
}
namespace avx2 {
[[nodiscard]] const LedgerKernels& kernels();
}
namespace avx512 {
[[nodiscard]] const LedgerKernels& kernels();
}
}  // namespace stdpscope::analysis::detail
