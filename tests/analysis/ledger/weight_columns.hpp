#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "analysis/ledger/kernels/ledger_kernels.hpp"

namespace stdpscope::test {

/// Those that this machine has.
[[nodiscard]] std::vector<analysis::detail::InstructionSet> supported_sets();

[[nodiscard]] std::vector<std::uint16_t> random_words(std::size_t count, std::mt19937_64& random);

/// Weights before and after an update, and the firing pairs of their synapses.
struct Column {
    std::vector<float> before;
    std::vector<float> after;
    std::vector<std::int32_t> pre_first;
    std::vector<std::int32_t> post_first;
};

/// Zeros of both signs, the smallest and the largest numbers, updates of zero, ties and synapses without pairs; what
/// lies in the padding of the pairs is no synapse's.
[[nodiscard]] Column random_column(std::size_t rows, std::mt19937_64& random);

/// Row after row, as LedgerKernels::tally_updates says it.
void plain_tally(const Column& column, const std::uint16_t* members, analysis::detail::UpdateCells& cells);

/// Sums bit for bit.
void require_same_cells(const analysis::detail::UpdateCells& found, const analysis::detail::UpdateCells& wanted);

}  // namespace stdpscope::test
