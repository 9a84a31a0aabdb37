#define STDPSCOPE_KERNEL_VARIANT avx512
#include "sim/kernel/kernel_bodies.hpp"
