#define STDPSCOPE_KERNEL_VARIANT baseline
#include "ann/kernel/kernel_bodies.hpp"
