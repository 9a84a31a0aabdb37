// The pass over one column of a dense layer's weights, 256 rows at a time, by note_signs, add_sizes and add_untimed of
// the variant, which are included before.
#pragma once

#include "analysis/ledger/kernels/row_blocks.hpp"

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

/// The rare weights that are exact zeros and changed, one by one.
__attribute__((noinline)) void add_without_receptor(const float* before, const float* after, const BlockSigns& signs,
                                                    const BlockClasses& classes, UpdateCells& cells) {
    for (std::size_t t = 0; t < 3; ++t) {
        for (std::size_t word = 0; word < kRowVectorWords; ++word) {
            const std::uint64_t changed = signs.change_minus[word] | signs.change_plus[word];
            for (std::uint64_t rows = classes.timed[1][t][word] & changed; rows != 0; rows &= rows - 1) {
                const std::size_t row = 64 * word + static_cast<std::size_t>(__builtin_ctzll(rows));
                const float update = after[row] - before[row];
                const std::size_t c = update < 0.0F ? 0 : 2;
                cells.absolute_update[(3 + t) * 3 + c][row % kSumLanes] +=
                    static_cast<double>(update < 0.0F ? -update : update);
            }
        }
    }
}

/// Up to 256 rows, whose first is that of `word`; numbers of 256 are read.
inline void tally_rows(const float* before, const float* after, std::size_t rows, std::size_t word,
                       const RowTiming& timing, const std::uint64_t* members, const RowSignPlanes& receptors,
                       UpdateCells& cells) {
    BlockSigns signs;
    alignas(32) BlockPlane counted;
    if (rows < kBlockRows) signs = {};
    for (std::size_t half = 0; 32 * half < rows; ++half) note_signs(before + 32 * half, after + 32 * half, half, signs);
    for (std::size_t each = 0; each < kRowVectorWords; ++each) {
        const std::size_t first = 64 * each;
        counted[each] = rows >= first + 64 ? ~std::uint64_t{0}
                        : rows > first     ? (std::uint64_t{1} << (rows - first)) - 1U
                                           : 0;
        receptors.minus[word + each] = signs.receptor_minus[each] &= counted[each];
        receptors.plus[word + each] = signs.receptor_plus[each] &= counted[each];
        if (members != nullptr) counted[each] &= members[word + each];
    }
    BlockClasses classes;
    sort_rows(signs, timing, word, counted, classes);
    count_cells(signs, classes, counted, cells);
    const std::size_t vectors = 4 * ((rows + 31) / 32);
    add_sizes(before, after, vectors, classes, cells);
    if (has_rows(classes.untimed)) {
        add_untimed(before, after, vectors, classes.untimed, cells.absolute_update[kUntimedCell]);
    }
    if (has_rows(classes.timed[1][0]) || has_rows(classes.timed[1][1]) || has_rows(classes.timed[1][2])) {
        add_without_receptor(before, after, signs, classes, cells);
    }
}

void tally_column(const float* before, const float* after, std::size_t rows, const RowTiming& timing,
                  const std::uint64_t* members, const RowSignPlanes& receptors, UpdateCells& cells) {
    std::size_t row = 0;
    for (; row + kBlockRows <= rows; row += kBlockRows) {
        tally_rows(before + row, after + row, kBlockRows, row / 64, timing, members, receptors, cells);
    }
    if (row == rows) return;
    // A block is read whole.
    const std::size_t left = rows - row;
    alignas(64) float last_before[kBlockRows];
    alignas(64) float last_after[kBlockRows];
    __builtin_memset(last_before + left, 0, (kBlockRows - left) * sizeof(float));
    __builtin_memset(last_after + left, 0, (kBlockRows - left) * sizeof(float));
    __builtin_memcpy(last_before, before + row, left * sizeof(float));
    __builtin_memcpy(last_after, after + row, left * sizeof(float));
    tally_rows(last_before, last_after, left, row / 64, timing, members, receptors, cells);
}

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
