// The pass over one column of a dense layer's weights in plain loops: what every variant must equal, bit for bit.

namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT {
namespace {

inline bool has_row(const std::uint64_t* plane, std::size_t row) {
    return (plane[row / 64] >> (row % 64) & 1U) != 0;
}

void tally_column(const float* before, const float* after, std::size_t rows, const RowTiming& timing,
                  const std::uint64_t* members, const RowSignPlanes& receptors, UpdateCells& cells) {
    for (std::size_t word = 0; word < (rows + 63) / 64; ++word) receptors.minus[word] = receptors.plus[word] = 0;
    for (std::size_t row = 0; row < rows; ++row) {
        receptors.minus[row / 64] |= static_cast<std::uint64_t>(before[row] < 0.0F) << (row % 64);
        receptors.plus[row / 64] |= static_cast<std::uint64_t>(before[row] > 0.0F) << (row % 64);
    }
    for (std::size_t first = 0; first < rows; first += kRowsInSingle) {
        const std::size_t end = rows - first < kRowsInSingle ? rows : first + kRowsInSingle;
        float parts[kUpdateCells][kSingleLanes] = {};
        for (std::size_t row = first; row < end; ++row) {
            if (members != nullptr && !has_row(members, row)) continue;
            const float update = after[row] - before[row];
            const float size = update < 0.0F ? -update : update;
            const int receptor = static_cast<int>(before[row] > 0.0F) - static_cast<int>(before[row] < 0.0F);
            const int receptor_after = static_cast<int>(after[row] > 0.0F) - static_cast<int>(after[row] < 0.0F);
            const int change = static_cast<int>(update > 0.0F) - static_cast<int>(update < 0.0F);
            const int first_fired =
                static_cast<int>(has_row(timing.pre_first, row)) - static_cast<int>(has_row(timing.post_first, row));
            const auto place = static_cast<std::size_t>(((receptor + 1) * 3 + first_fired + 1) * 3 + change + 1);
            const std::size_t cell = has_row(timing.fired, row) || change == 0 ? place : kUntimedCell;
            cells.count[cell] += 1;
            cells.receptor_switches += receptor * receptor_after < 0 ? 1U : 0U;
            // NaN, whose change has no sign, comes here too and stays in the sum.
            if (receptor == 0 && cell != kUntimedCell) {
                cells.absolute_update[cell][row % kSumLanes] += static_cast<double>(size);
            } else {
                parts[cell][row % kSingleLanes] += size;
            }
        }
        for (std::size_t cell = 0; cell < kUpdateCells; ++cell) {
            for (std::size_t lane = 0; lane < kSingleLanes; ++lane) {
                cells.absolute_update[cell][lane % kSumLanes] += static_cast<double>(parts[cell][lane]);
            }
        }
    }
}

void transpose_words(const std::uint16_t* words, std::size_t rows, std::size_t first, std::size_t lanes,
                     std::uint64_t* planes, std::size_t plane_words) {
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        std::uint64_t* plane = planes + lane * plane_words;
        for (std::size_t word = 0; word < plane_words; ++word) plane[word] = 0;
        for (std::size_t row = 0; row < rows; ++row) {
            plane[row / 64] |= static_cast<std::uint64_t>(words[row] >> (first + lane) & 1U) << (row % 64);
        }
    }
}

}  // namespace
}  // namespace stdpscope::analysis::detail::STDPSCOPE_KERNEL_VARIANT
