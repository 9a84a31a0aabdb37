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
#ifdef STDPSCOPE_X86_KERNELS
    return isa == Isa::baseline || __builtin_cpu_supports("avx2") != 0;
#else
    return isa == Isa::baseline;
#endif
}

const KernelTable& kernels(Isa isa) {
    assert(supported(isa));
#ifdef STDPSCOPE_X86_KERNELS
    if (isa == Isa::avx2) return avx2::table();
#endif
    static_cast<void>(isa);
    return baseline::table();
}

const KernelTable& active_kernels() {
    if (const KernelTable* table = active.load()) return *table;
    return kernels(supported(Isa::avx2) ? Isa::avx2 : Isa::baseline);
}

void use_isa(Isa isa) {
    if (!supported(isa)) throw InvalidParameter("isa", isa_name(isa), "must be supported by this processor");
    active.store(&kernels(isa));
}

const char* isa_name(Isa isa) {
    return isa == Isa::avx2 ? "avx2" : "baseline";
}

}  // namespace stdpscope::sim::kernel
