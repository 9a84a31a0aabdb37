#pragma once

#include "analysis/ledger/kernels/ledger_kernels.hpp"

/// The vector instructions that STDPSCOPE_SIMD names, the best where it names none, hold for everything that computes.
/// The training core takes them by itself; where the ledger or the simulator needs more than this processor has for
/// them, it takes the next lower ones. Throws ann::InvalidParameter as ann::kernel::active_kernels does.
namespace stdpscope::apps {

[[nodiscard]] analysis::detail::InstructionSet ledger_instructions();

/// For whatever is simulated from now on.
void choose_simulator_instructions();

}  // namespace stdpscope::apps
