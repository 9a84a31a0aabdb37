#include "ann/kernel/kernels.hpp"

#include <atomic>
#include <cassert>
#include <cstdlib>
#include <string>

#include "ann/error.hpp"
#include "ann/kernel/variants.hpp"

namespace stdpscope::ann::kernel {

namespace {

constexpr Isa kIsas[] = {Isa::baseline, Isa::avx2, Isa::avx512};

std::atomic<const KernelTable*> active = nullptr;

}  // namespace

bool supported(Isa isa) {
#ifdef STDPSCOPE_X86_KERNELS
    switch (isa) {
        case Isa::baseline:
            return true;
        case Isa::avx2:
            return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
        case Isa::avx512:
            return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
                   __builtin_cpu_supports("avx512dq") != 0 && __builtin_cpu_supports("avx512vl") != 0;
    }
    return false;
#else
    return isa == Isa::baseline;
#endif
}

Isa best_isa() {
    if (supported(Isa::avx512)) return Isa::avx512;
    return supported(Isa::avx2) ? Isa::avx2 : Isa::baseline;
}

const KernelTable& kernels(Isa isa) {
    assert(supported(isa));
#ifdef STDPSCOPE_X86_KERNELS
    if (isa == Isa::avx512) return avx512::table();
    if (isa == Isa::avx2) return avx2::table();
#endif
    static_cast<void>(isa);
    return baseline::table();
}

Isa isa_of_environment(const char* value) {
    if (value == nullptr || *value == '\0') return best_isa();
    for (const Isa isa : kIsas) {
        if (value != std::string(isa_name(isa))) continue;
        if (supported(isa)) return isa;
        throw InvalidParameter("STDPSCOPE_SIMD", value, "must be supported by this processor");
    }
    throw InvalidParameter("STDPSCOPE_SIMD", value, "must be baseline, avx2 or avx512");
}

const KernelTable& active_kernels() {
    if (const KernelTable* table = active.load()) return *table;
    // Read once; a variant set by use_isa in the meantime stays.
    static const KernelTable& initial = kernels(isa_of_environment(std::getenv("STDPSCOPE_SIMD")));
    const KernelTable* expected = nullptr;
    return active.compare_exchange_strong(expected, &initial) ? initial : *expected;
}

void use_isa(Isa isa) {
    if (!supported(isa)) throw InvalidParameter("isa", isa_name(isa), "must be supported by this processor");
    active.store(&kernels(isa));
}

const char* isa_name(Isa isa) {
    switch (isa) {
        case Isa::baseline:
            return "baseline";
        case Isa::avx2:
            return "avx2";
        case Isa::avx512:
            return "avx512";
    }
    return "";
}

}  // namespace stdpscope::ann::kernel
