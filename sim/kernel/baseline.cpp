#define STDPSCOPE_KERNEL_VARIANT baseline
#include "sim/kernel/kernel_bodies.hpp"
