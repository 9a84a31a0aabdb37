#define STDPSCOPE_KERNEL_VARIANT avx512
#include "ann/kernel/kernel_bodies.hpp"
