#include "tests/analysis/ledger/weight_columns.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <iterator>
#include <limits>

using namespace stdpscope::analysis::detail;

namespace stdpscope::test {

std::vector<InstructionSet> supported_sets() {
    std::vector<InstructionSet> sets;
    for (const auto set : {InstructionSet::baseline, InstructionSet::avx2, InstructionSet::avx512}) {
        if (supported(set)) sets.push_back(set);
    }
    return sets;
}

std::vector<std::uint16_t> random_words(std::size_t count, std::mt19937_64& random) {
    std::vector<std::uint16_t> words(count);
    for (std::uint16_t& word : words) word = static_cast<std::uint16_t>(random());
    return words;
}

Column random_column(std::size_t rows, std::mt19937_64& random) {
    constexpr float kTiny = std::numeric_limits<float>::denorm_min();
    constexpr float kHuge = std::numeric_limits<float>::max();
    const std::vector<float> values = {0.0F, -0.0F, kTiny, -kTiny, 0.5F, -0.5F, 0.3F, -0.7F, kHuge, -kHuge};
    std::uniform_real_distribution<float> small(-1e-3F, 1e-3F);
    Column column;
    for (std::size_t row = 0; row < rows; ++row) {
        const float before = values[random() % values.size()];
        column.before.push_back(before);
        const std::uint64_t kind = random() % 4;
        // So wide apart that doubles round their sum: its order shows.
        const float change = std::ldexp(small(random), static_cast<int>(random() % 70));
        column.after.push_back(kind == 0 ? before : kind == 1 ? values[random() % 8] : before + change);
    }
    for (std::size_t row = 0; row < padded(rows); ++row) {
        const std::uint64_t kind = random() % 4;
        const auto pairs = static_cast<std::int32_t>(random() % (kind == 1 ? 3 : 2'000'000'000));
        column.pre_first.push_back(kind == 0 ? 0 : pairs);
        column.post_first.push_back(kind < 2 ? 0 : kind == 2 ? pairs : static_cast<std::int32_t>(random() % 70'000));
    }
    return column;
}

void plain_tally(const Column& column, const std::uint16_t* members, UpdateCells& cells) {
    const auto axis = [](auto value) { return std::size_t{value < 0 ? 0U : value > 0 ? 2U : 1U}; };
    for (std::size_t row = 0; row < column.before.size(); ++row) {
        if (members != nullptr && (members[row / 16] >> row % 16 & 1) == 0) continue;
        const float before = column.before[row];
        const float after = column.after[row];
        const float update = after - before;
        const bool silent = column.pre_first[row] == 0 && column.post_first[row] == 0;
        const std::size_t place =
            axis(before) * 9 + axis(column.pre_first[row] - column.post_first[row]) * 3 + axis(update);
        const std::size_t cell = silent && axis(update) != 1 ? kUntimedCell : place;
        ++cells.count[cell];
        cells.absolute_update[cell][row % kSumLanes] += static_cast<double>(std::fabs(update));
        if ((before < 0 && after > 0) || (before > 0 && after < 0)) ++cells.receptor_switches;
    }
}

void require_same_cells(const UpdateCells& found, const UpdateCells& wanted) {
    for (std::size_t cell = 0; cell < kUpdateCells; ++cell) {
        CAPTURE(cell);
        REQUIRE(found.count[cell] == wanted.count[cell]);
        REQUIRE(std::equal(std::begin(found.absolute_update[cell]), std::end(found.absolute_update[cell]),
                           std::begin(wanted.absolute_update[cell])));
    }
    REQUIRE(found.receptor_switches == wanted.receptor_switches);
}

}  // namespace stdpscope::test
