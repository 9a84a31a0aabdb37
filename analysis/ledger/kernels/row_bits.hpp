#pragma once

// Counting of weight updates by the bits of their signs, 64 rows at a time.

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

/// Signs of up to 64 rows as bits, all in one order.
struct RowBits {
    std::uint64_t counted = 0;
    std::uint64_t receptor_minus = 0;
    std::uint64_t receptor_plus = 0;
    std::uint64_t timing_minus = 0;
    std::uint64_t timing_plus = 0;
    std::uint64_t change_minus = 0;
    std::uint64_t change_plus = 0;
    std::uint64_t untimed = 0;
    std::uint64_t switched = 0;
};

inline std::uint64_t bits_in(std::uint64_t bits) {
    return static_cast<std::uint64_t>(__builtin_popcountll(bits));
}

inline void count_cells(const RowBits& bits, UpdateCells& cells) {
    const std::uint64_t timed = bits.counted & ~bits.untimed;
    const std::uint64_t receptors[3] = {
        timed & bits.receptor_minus, timed & ~(bits.receptor_minus | bits.receptor_plus), timed & bits.receptor_plus};
    const std::uint64_t unchanged = timed & ~(bits.change_minus | bits.change_plus);
    const std::uint64_t timings[3] = {bits.timing_minus, ~(bits.timing_minus | bits.timing_plus), bits.timing_plus};
    for (std::size_t r = 0; r < 3; ++r) {
        if (receptors[r] == 0) continue;
        for (std::size_t t = 0; t < 3; ++t) {
            const std::uint64_t both = receptors[r] & timings[t];
            std::uint64_t* count = cells.count + (r * 3 + t) * 3;
            count[0] += bits_in(both & bits.change_minus);
            count[2] += bits_in(both & bits.change_plus);
            if (unchanged != 0) count[1] += bits_in(both & unchanged);
        }
    }
    cells.count[kUntimedCell] += bits_in(bits.counted & bits.untimed);
    cells.receptor_switches += bits_in(bits.counted & bits.switched);
}

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
