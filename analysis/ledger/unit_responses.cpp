#include "analysis/ledger/unit_responses.hpp"

#include <bit>

#include "analysis/classify/sign.hpp"

namespace stdpscope::analysis::detail {

namespace {

/// A dense layer's units, all in a few vectors: counts[unit * 3 + axis] += samples of that response.
void add_dense_responses(const CubeSigns& response, const LedgerKernels& kernels, std::vector<std::uint64_t>& counts) {
    const std::size_t units = response.units();
    std::vector<std::uint16_t> used(response.blocks());
    for (std::size_t block = 0; block < used.size(); ++block) used[block] = response.used(block);
    AlignedVector<std::int32_t> negative(padded(units));
    AlignedVector<std::int32_t> positive(padded(units));
    kernels.count_rows(used.data(), used.size(), response.negative(), units, units, negative.data());
    kernels.count_rows(used.data(), used.size(), response.positive(), units, units, positive.data());
    const auto samples = static_cast<std::int32_t>(response.samples());
    for (std::size_t unit = 0; unit < units; ++unit) {
        counts[unit * 3 + axis_of(-1)] += static_cast<std::uint64_t>(negative[unit]);
        counts[unit * 3 + axis_of(0)] += static_cast<std::uint64_t>(samples - negative[unit] - positive[unit]);
        counts[unit * 3 + axis_of(1)] += static_cast<std::uint64_t>(positive[unit]);
    }
}

}  // namespace

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
    if (geometry.kind == ann::SynapseKind::dense && !response.has_nan()) {
        add_dense_responses(response, kernels, counts);
        return;
    }
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
