#pragma once

#include <cstdint>
#include <vector>

#include "analysis/ledger/kernels/ledger_kernels.hpp"
#include "ann/observer.hpp"

namespace stdpscope::analysis::detail {

/// Gathers, for one column of the weight matrix (a "tap"), its presynaptic signs at every position of the output
/// map, so that counting no longer knows about kernels, strides and padding. Word [block * positions + position].
class PreTaps {
public:
    /// Output rows (or columns) [begin, end) at which an offset into the kernel meets a unit.
    struct Range {
        std::size_t begin = 0;
        std::size_t end = 0;
    };

    explicit PreTaps(const ann::SynapseGeometry& geometry);

    /// Words of a gathered tap, padded.
    [[nodiscard]] std::size_t words(std::size_t blocks) const;

    /// Gathers from a plane with word [block * units + unit]; zero where the position lies at padding.
    /// Writes blocks * positions words and leaves the padding of `out` alone.
    void gather(std::size_t tap, const std::uint16_t* plane, std::size_t blocks, const LedgerKernels& kernels,
                std::uint16_t* out) const;

    /// Taps of one group have a presynaptic unit at the same positions.
    [[nodiscard]] std::size_t groups() const { return first_tap_.size(); }
    [[nodiscard]] std::size_t group(std::size_t tap) const { return groups() == 1 ? 0 : tap % groups(); }
    /// Positions where the taps of a group have a presynaptic unit.
    [[nodiscard]] std::size_t positions(std::size_t group) const { return positions_of_group_[group]; }
    /// Output rows and columns where the taps of a convolution's group do.
    [[nodiscard]] Range post_rows(std::size_t group) const { return rows_[group / geometry_.kernel_columns]; }
    [[nodiscard]] Range post_columns(std::size_t group) const { return columns_[group % geometry_.kernel_columns]; }
    /// The taps in an order that keeps those of a group together.
    [[nodiscard]] std::size_t tap_at(std::size_t place) const {
        const std::size_t channels = geometry_.weight_columns() / groups();
        return groups() == 1 ? place : place % channels * groups() + place / channels;
    }
    /// A tap of the group.
    [[nodiscard]] std::size_t first_tap(std::size_t group) const { return first_tap_[group]; }

    /// The presynaptic unit of a tap at a position (row * columns + column), or -1 at padding.
    [[nodiscard]] std::int64_t unit_at(std::size_t tap, std::size_t position) const;

private:
    [[nodiscard]] static Range range(std::size_t offset, std::size_t pad, std::size_t stride, std::size_t inputs,
                                     std::size_t outputs);

    ann::SynapseGeometry geometry_;
    std::vector<Range> rows_;     ///< by kernel row
    std::vector<Range> columns_;  ///< by kernel column
    std::vector<std::size_t> first_tap_;
    std::vector<std::size_t> positions_of_group_;
};

}  // namespace stdpscope::analysis::detail
