// The pass over weight updates in a plain loop: what every variant must equal, bit for bit.

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

inline int sign(float value) {
    return static_cast<int>(value > 0.0F) - static_cast<int>(value < 0.0F);
}

bool tally_updates(const float* before, const float* after, std::size_t rows, const std::int32_t* pre_first,
                   const std::int32_t* post_first, const std::uint16_t* members, UpdateCells& cells) {
    bool nan = false;
    for (std::size_t row = 0; row < rows; ++row) {
        if (members != nullptr && ((members[row / 16] >> (row % 16)) & 1) == 0) continue;
        const float update = after[row] - before[row];
        nan |= update != update;
        const int receptor = sign(before[row]);
        const int change = sign(update);
        const int timing =
            static_cast<int>(pre_first[row] > post_first[row]) - static_cast<int>(pre_first[row] < post_first[row]);
        const bool fired = (pre_first[row] | post_first[row]) != 0;
        const auto place = static_cast<std::size_t>(((receptor + 1) * 3 + timing + 1) * 3 + change + 1);
        const std::size_t cell = fired || change == 0 ? place : kUntimedCell;
        cells.count[cell] += 1;
        cells.absolute_update[cell][row % kSumLanes] += static_cast<double>(update < 0.0F ? -update : update);
        cells.receptor_switches += receptor * sign(after[row]) < 0 ? 1U : 0U;
    }
    return nan;
}

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
