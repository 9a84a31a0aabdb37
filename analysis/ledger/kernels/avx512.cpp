#define STDPSCOPE_KERNEL_VARIANT avx512
#include "analysis/ledger/kernels/bodies.hpp"
