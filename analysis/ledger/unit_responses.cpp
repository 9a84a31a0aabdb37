#include "analysis/ledger/unit_responses.hpp"

#include <bit>

#include "analysis/classify/sign.hpp"

namespace stdpscope::analysis::detail {

void add_unit_responses(const ann::SynapseGeometry& geometry, const LayerSigns& signs,
                        std::vector<std::uint64_t>& counts) {
    const std::size_t rows = geometry.weight_rows();
    const std::size_t positions = geometry.positions();
    const std::size_t samples = signs.loss_derivative.samples();
    if (signs.identity) {
        for (std::size_t row = 0; row < rows; ++row) counts[row * 3 + axis_of(1)] += positions * samples;
        return;
    }
    const CubeSigns& response = signs.activation_derivative;
    for (std::size_t word = 0; word < response.words(); ++word) {
        const std::size_t row = word % response.units() / positions;
        const std::uint16_t used = response.used(word / response.units());
        const auto negative = static_cast<std::uint64_t>(std::popcount(response.negative()[word]));
        const auto positive = static_cast<std::uint64_t>(std::popcount(response.positive()[word]));
        const auto nan =
            response.has_nan() ? static_cast<std::uint64_t>(std::popcount(response.nan()[word])) : std::uint64_t{0};
        counts[row * 3 + axis_of(-1)] += negative;
        counts[row * 3 + axis_of(0)] += static_cast<std::uint64_t>(std::popcount(used)) - negative - positive - nan;
        counts[row * 3 + axis_of(1)] += positive;
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
