#define STDPSCOPE_KERNEL_VARIANT avx2
#include "ann/kernel/kernel_bodies.hpp"
