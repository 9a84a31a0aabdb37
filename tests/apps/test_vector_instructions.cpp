#include "apps/vector_instructions.hpp"

#include <catch2/catch.hpp>

#include "sim/kernel/kernels.hpp"
#include "tests/support/scoped_isa.hpp"

using namespace stdpscope;
using analysis::detail::InstructionSet;

TEST_CASE("Ledger and simulator take the training core's vector instructions", "[apps]") {
    const sim::kernel::Isa before = sim::kernel::active_kernels().isa;
    for (const ann::kernel::Isa isa : test::supported_isas()) {
        const test::ScopedIsa scoped(isa);
        apps::choose_simulator_instructions();
        const InstructionSet ledger = apps::ledger_instructions();
        const sim::kernel::Isa simulator = sim::kernel::active_kernels().isa;
        CAPTURE(ann::kernel::isa_name(isa));
        if (isa == ann::kernel::Isa::baseline) {
            CHECK(ledger == InstructionSet::baseline);
            CHECK(simulator == sim::kernel::Isa::baseline);
        } else {
            const bool is_avx2 = isa == ann::kernel::Isa::avx2;
            CHECK(ledger ==
                  (is_avx2 || !supported(InstructionSet::avx512) ? InstructionSet::avx2 : InstructionSet::avx512));
            CHECK(simulator == (is_avx2 ? sim::kernel::Isa::avx2 : sim::kernel::Isa::avx512));
        }
    }
    sim::kernel::use_isa(before);
}
