#define STDPSCOPE_KERNEL_VARIANT baseline
#include "analysis/ledger/kernels/bodies.hpp"
