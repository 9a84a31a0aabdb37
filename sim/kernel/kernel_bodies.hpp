// The kernels of one variant; included by baseline.cpp, avx2.cpp and avx512.cpp, each compiled with its own -m flags.
#pragma once

#include "sim/kernel/neuron_bodies.hpp"
#include "sim/kernel/pair_bodies.hpp"
#include "sim/kernel/variants.hpp"

namespace stdpscope::sim::kernel::STDPSCOPE_KERNEL_VARIANT {

const KernelTable& table() {
    static constexpr KernelTable kTable{.isa = Isa::STDPSCOPE_KERNEL_VARIANT,
                                        .lif_conductance = lif_conductance,
                                        .lif_current = lif_current,
                                        .adex = adex,
                                        .izhikevich = izhikevich,
                                        .clear_nothing = clear_nothing,
                                        .take_input = take_input,
                                        .pair_row = pair_row,
                                        .pair_row_counted = pair_row_counted};
    return kTable;
}

}  // namespace stdpscope::sim::kernel::STDPSCOPE_KERNEL_VARIANT
