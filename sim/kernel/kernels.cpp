#include "sim/kernel/kernels.hpp"

#include <atomic>
#include <cassert>

#include "sim/error.hpp"
#include "sim/kernel/variants.hpp"

namespace stdpscope::sim::kernel {

namespace {

std::atomic<const KernelTable*> active = nullptr;

}  // namespace

bool supported(Isa isa) {
    switch (isa) {
        case Isa::baseline:
            return true;
#ifdef STDPSCOPE_X86_KERNELS
        case Isa::avx2:
            return __builtin_cpu_supports("avx2") != 0;
        case Isa::avx512:
            return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("avx512f") != 0 &&
                   __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
                   __builtin_cpu_supports("avx512vl") != 0;
#endif
        default:
            return false;
    }
}

const KernelTable& kernels(Isa isa) {
    assert(supported(isa));
#ifdef STDPSCOPE_X86_KERNELS
    if (isa == Isa::avx2) return avx2::table();
    if (isa == Isa::avx512) return avx512::table();
#endif
    static_cast<void>(isa);
    return baseline::table();
}

const KernelTable& active_kernels() {
    if (const KernelTable* table = active.load()) return *table;
    if (supported(Isa::avx512)) return kernels(Isa::avx512);
    return kernels(supported(Isa::avx2) ? Isa::avx2 : Isa::baseline);
}

void use_isa(Isa isa) {
    if (!supported(isa)) throw InvalidParameter("isa", isa_name(isa), "must be supported by this processor");
    active.store(&kernels(isa));
}

const char* isa_name(Isa isa) {
    if (isa == Isa::avx512) return "avx512";
    return isa == Isa::avx2 ? "avx2" : "baseline";
}

}  // namespace stdpscope::sim::kernel
