#include "analysis/ledger/unit_responses.hpp"

#include <bit>

#include "analysis/classify/sign.hpp"

namespace stdpscope::analysis::detail {

void add_unit_responses(const ann::SynapseGeometry& geometry, const LayerSigns& signs, const LedgerKernels& kernels,
                        std::vector<std::uint64_t>& counts) {
    const std::size_t rows = geometry.weight_rows();
    const std::size_t positions = geometry.positions();
    const std::size_t samples = signs.loss_derivative.samples();
    if (signs.identity) {
        for (std::size_t row = 0; row < rows; ++row) counts[row * 3 + axis_of(1)] += positions * samples;
        return;
    }
    const CubeSigns& response = signs.activation_derivative;
    for (std::size_t block = 0; block < response.blocks(); ++block) {
        const auto used = static_cast<std::uint64_t>(std::popcount(response.used(block))) * positions;
        for (std::size_t row = 0; row < rows; ++row) {
            const std::size_t begin = block * response.units() + row * positions;
            const std::uint64_t negative = kernels.set_bits(response.negative() + begin, positions);
            const std::uint64_t positive = kernels.set_bits(response.positive() + begin, positions);
            const std::uint64_t nan = response.has_nan() ? kernels.set_bits(response.nan() + begin, positions) : 0;
            counts[row * 3 + axis_of(-1)] += negative;
            counts[row * 3 + axis_of(0)] += used - negative - positive - nan;
            counts[row * 3 + axis_of(1)] += positive;
        }
    }
}

std::uint64_t dead_units(const std::vector<std::uint64_t>& counts) {
    std::uint64_t dead = 0;
    for (std::size_t row = 0; row < counts.size(); row += 3) {
        const bool never_answered = counts[row + axis_of(-1)] == 0 && counts[row + axis_of(1)] == 0;
        if (never_answered && counts[row + axis_of(0)] != 0) ++dead;
    }
    return dead;
}

}  // namespace stdpscope::analysis::detail
