#define STDPSCOPE_KERNEL_VARIANT avx2
#include "sim/kernel/kernel_bodies.hpp"
