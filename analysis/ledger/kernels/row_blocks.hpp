// Signs of the weights of a column as planes of bits, 256 rows at a time, sorted and counted 64 rows at a time.
#pragma once

#include <cstdint>

#include "analysis/ledger/kernels/row_bits.hpp"

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

constexpr std::size_t kBlockRows = 64 * kRowVectorWords;

/// Bits of up to 256 rows.
using BlockPlane = std::uint64_t[kRowVectorWords];

/// Signs of a block of rows; where a row does not exist, no bit is set.
struct BlockSigns {
    alignas(32) BlockPlane receptor_minus;
    alignas(32) BlockPlane receptor_plus;
    alignas(32) BlockPlane change_minus;
    alignas(32) BlockPlane change_plus;
    alignas(32) BlockPlane switched;
};

/// Rows by receptor and timing (minus, zero, plus), and those that changed without a firing pair.
struct BlockClasses {
    alignas(32) BlockPlane timed[3][3];
    alignas(32) BlockPlane untimed;
};

/// Sorts the rows of `counted`. Rows that did neither change nor fire have timing zero.
inline void sort_rows(const BlockSigns& signs, const RowTiming& timing, std::size_t first_word,
                      const BlockPlane& counted, BlockClasses& classes) {
    for (std::size_t word = 0; word < kRowVectorWords; ++word) {
        const std::uint64_t minus = signs.receptor_minus[word];
        const std::uint64_t plus = signs.receptor_plus[word];
        const std::uint64_t changed = signs.change_minus[word] | signs.change_plus[word];
        const std::uint64_t untimed = counted[word] & changed & ~timing.fired[first_word + word];
        const std::uint64_t timed = counted[word] & ~untimed;
        const std::uint64_t receptors[3] = {timed & minus, timed & ~(minus | plus), timed & plus};
        const std::uint64_t pre_first = timing.pre_first[first_word + word];
        const std::uint64_t post_first = timing.post_first[first_word + word];
        for (std::size_t r = 0; r < 3; ++r) {
            classes.timed[r][0][word] = receptors[r] & post_first;
            classes.timed[r][1][word] = receptors[r] & ~(pre_first | post_first);
            classes.timed[r][2][word] = receptors[r] & pre_first;
        }
        classes.untimed[word] = untimed;
    }
}

inline bool has_rows(const BlockPlane& plane) {
    std::uint64_t some = 0;
    for (const std::uint64_t word : plane) some |= word;
    return some != 0;
}
inline std::uint64_t count_rows_in(const BlockPlane& a, const BlockPlane& b) {
    std::uint64_t rows = 0;
    for (std::size_t word = 0; word < kRowVectorWords; ++word) {
        rows += bits_in(a[word] & b[word]);
    }
    return rows;
}

inline void count_cells(const BlockSigns& signs, const BlockClasses& classes, const BlockPlane& counted,
                        UpdateCells& cells) {
    alignas(32) BlockPlane unchanged;
    for (std::size_t word = 0; word < kRowVectorWords; ++word) {
        unchanged[word] = counted[word] & ~(signs.change_minus[word] | signs.change_plus[word]);
    }
    const bool some_unchanged = has_rows(unchanged);
    for (std::size_t r = 0; r < 3; ++r) {
        for (std::size_t t = 0; t < 3; ++t) {
            const BlockPlane& rows = classes.timed[r][t];
            if (r == 1 && !has_rows(rows)) continue;  // weights are hardly ever zero
            std::uint64_t* count = cells.count + (r * 3 + t) * 3;
            count[0] += count_rows_in(rows, signs.change_minus);
            count[2] += count_rows_in(rows, signs.change_plus);
            if (some_unchanged) count[1] += count_rows_in(rows, unchanged);
        }
    }
    cells.count[kUntimedCell] += count_rows_in(classes.untimed, counted);
    cells.receptor_switches += count_rows_in(signs.switched, counted);
}

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
