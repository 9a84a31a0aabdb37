#pragma once

#include <vector>

#include "ann/kernel/kernels.hpp"

namespace stdpscope::test {

/// Kernels of one instruction set for whatever is made while this lives.
class ScopedIsa {
public:
    explicit ScopedIsa(ann::kernel::Isa isa) : before_(ann::kernel::active_kernels().isa) { ann::kernel::use_isa(isa); }
    ~ScopedIsa() { ann::kernel::use_isa(before_); }
    ScopedIsa(const ScopedIsa&) = delete;
    ScopedIsa& operator=(const ScopedIsa&) = delete;

private:
    ann::kernel::Isa before_;
};

/// All that this machine can run.
[[nodiscard]] inline std::vector<ann::kernel::Isa> supported_isas() {
    std::vector<ann::kernel::Isa> isas;
    for (const auto isa : {ann::kernel::Isa::baseline, ann::kernel::Isa::avx2, ann::kernel::Isa::avx512}) {
        if (ann::kernel::supported(isa)) isas.push_back(isa);
    }
    return isas;
}

}  // namespace stdpscope::test
