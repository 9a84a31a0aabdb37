#define STDPSCOPE_KERNEL_VARIANT avx2
#include "analysis/ledger/kernels/bodies.hpp"
