#include "apps/vector_instructions.hpp"

#include "ann/kernel/kernels.hpp"
#include "sim/kernel/kernels.hpp"

namespace stdpscope::apps {

namespace {

/// The widest that this processor supports, but none wider than those of the training core.
template <class Set>
Set widest_supported() {
    const ann::kernel::Isa training = ann::kernel::active_kernels().isa;
    if (training == ann::kernel::Isa::avx512 && supported(Set::avx512)) return Set::avx512;
    if (training != ann::kernel::Isa::baseline && supported(Set::avx2)) return Set::avx2;
    return Set::baseline;
}

}  // namespace

analysis::detail::InstructionSet ledger_instructions() {
    return widest_supported<analysis::detail::InstructionSet>();
}

void choose_simulator_instructions() {
    sim::kernel::use_isa(widest_supported<sim::kernel::Isa>());
}

}  // namespace stdpscope::apps
