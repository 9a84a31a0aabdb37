#pragma once

#include "sim/kernel/kernels.hpp"

/// One table of functions a variant, each compiled in a file of its own with its own instruction set.
namespace stdpscope::sim::kernel {
namespace baseline {
[[nodiscard]] const KernelTable& table();
}
namespace avx2 {
[[nodiscard]] const KernelTable& table();
}
namespace avx512 {
[[nodiscard]] const KernelTable& table();
}
}  // namespace stdpscope::sim::kernel
