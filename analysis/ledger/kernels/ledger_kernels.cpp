#include "analysis/ledger/kernels/ledger_kernels.hpp"

#include <cassert>

#include "analysis/ledger/kernels/variants.hpp"

namespace stdpscope::analysis::detail {

bool supported(InstructionSet set) {
#ifdef STDPSCOPE_X86_LEDGER_KERNELS
    switch (set) {
        case InstructionSet::baseline:
            return true;
        case InstructionSet::avx2:
            return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
        case InstructionSet::avx512:
            return __builtin_cpu_supports("fma") != 0 && __builtin_cpu_supports("avx512f") != 0 &&
                   __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
                   __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512bitalg") != 0 &&
                   __builtin_cpu_supports("avx512vpopcntdq") != 0;
    }
    return false;
#else
    return set == InstructionSet::baseline;
#endif
}

InstructionSet best_instruction_set() {
    static const InstructionSet best = supported(InstructionSet::avx512) ? InstructionSet::avx512
                                       : supported(InstructionSet::avx2) ? InstructionSet::avx2
                                                                         : InstructionSet::baseline;
    return best;
}

const LedgerKernels& ledger_kernels(InstructionSet set) {
    assert(supported(set));
#ifdef STDPSCOPE_X86_LEDGER_KERNELS
    if (set == InstructionSet::avx512) return avx512::kernels();
    if (set == InstructionSet::avx2) return avx2::kernels();
#endif
    static_cast<void>(set);
    return baseline::kernels();
}

}  // namespace stdpscope::analysis::detail
