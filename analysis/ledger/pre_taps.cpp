#include "analysis/ledger/pre_taps.hpp"

#include <algorithm>

namespace stdpscope::analysis::detail {

PreTaps::PreTaps(const ann::SynapseGeometry& geometry) : geometry_(geometry) {
    if (geometry.kind == ann::SynapseKind::dense) {
        first_tap_ = {0};
        positions_of_group_ = {1};
        return;
    }
    for (std::size_t row = 0; row < geometry.kernel_rows; ++row) {
        rows_.push_back(
            range(row, geometry.pad_top, geometry.stride_rows, geometry.pre_shape.rows, geometry.post_shape.rows));
    }
    for (std::size_t column = 0; column < geometry.kernel_columns; ++column) {
        columns_.push_back(range(column, geometry.pad_left, geometry.stride_columns, geometry.pre_shape.columns,
                                 geometry.post_shape.columns));
    }
    for (const Range& row : rows_) {
        for (const Range& column : columns_) {
            first_tap_.push_back(first_tap_.size());
            positions_of_group_.push_back((row.end - row.begin) * (column.end - column.begin));
        }
    }
    const bool padded_nowhere = std::all_of(positions_of_group_.begin(), positions_of_group_.end(),
                                            [&](std::size_t count) { return count == geometry.positions(); });
    if (padded_nowhere) {
        first_tap_ = {0};
        positions_of_group_ = {geometry.positions()};
    }
}

PreTaps::Range PreTaps::range(std::size_t offset, std::size_t pad, std::size_t stride, std::size_t inputs,
                              std::size_t outputs) {
    // Output o meets input o * stride + offset - pad; wanted: 0 <= input < inputs.
    const std::size_t begin = offset >= pad ? 0 : (pad - offset + stride - 1) / stride;
    const std::size_t limit = inputs + pad;
    const std::size_t end = offset >= limit ? 0 : std::min(outputs, (limit - offset + stride - 1) / stride);
    return begin < end ? Range{begin, end} : Range{};
}

std::size_t PreTaps::words(std::size_t blocks) const {
    return padded(blocks * geometry_.positions());
}

void PreTaps::gather(std::size_t tap, const std::uint16_t* plane, std::size_t blocks, const LedgerKernels& kernels,
                     std::uint16_t* out) const {
    const std::size_t units = geometry_.pre_shape.units();
    if (geometry_.kind == ann::SynapseKind::dense) {
        for (std::size_t block = 0; block < blocks; ++block) out[block] = plane[block * units + tap];
        return;
    }
    const std::size_t kernel_column = tap % geometry_.kernel_columns;
    const std::size_t kernel_row = tap / geometry_.kernel_columns % geometry_.kernel_rows;
    const std::size_t channel = tap / geometry_.kernel_columns / geometry_.kernel_rows;
    const Range rows = rows_[kernel_row];
    const Range columns = columns_[kernel_column];
    const std::size_t post_columns = geometry_.post_shape.columns;
    const std::size_t positions = geometry_.positions();
    const std::size_t stride = geometry_.stride_columns;
    const bool whole = positions == (rows.end - rows.begin) * (columns.end - columns.begin);
    if (!whole) std::fill_n(out, blocks * positions, std::uint16_t{0});
    if (rows.begin == rows.end || columns.begin == columns.end) return;
    const std::size_t width = columns.end - columns.begin;
    const std::size_t pre_columns = geometry_.pre_shape.columns;
    const std::size_t first_row = rows.begin * geometry_.stride_rows + kernel_row - geometry_.pad_top;
    const std::size_t first_column = columns.begin * stride + kernel_column - geometry_.pad_left;
    const std::size_t from_stride = geometry_.stride_rows * pre_columns;
    for (std::size_t block = 0; block < blocks; ++block) {
        const std::uint16_t* from =
            plane + block * units + (channel * geometry_.pre_shape.rows + first_row) * pre_columns + first_column;
        std::uint16_t* to = out + block * positions + rows.begin * post_columns + columns.begin;
        if (stride == 1) {
            kernels.copy_rows(from, from_stride, rows.end - rows.begin, width, to, post_columns);
            continue;
        }
        for (std::size_t row = 0; row < rows.end - rows.begin; ++row) {
            for (std::size_t column = 0; column < width; ++column) {
                to[row * post_columns + column] = from[row * from_stride + column * stride];
            }
        }
    }
}

std::int64_t PreTaps::unit_at(std::size_t tap, std::size_t position) const {
    if (geometry_.kind == ann::SynapseKind::dense) return static_cast<std::int64_t>(tap);
    const std::size_t kernel_column = tap % geometry_.kernel_columns;
    const std::size_t kernel_row = tap / geometry_.kernel_columns % geometry_.kernel_rows;
    const std::size_t channel = tap / geometry_.kernel_columns / geometry_.kernel_rows;
    const std::size_t row = position / geometry_.post_shape.columns;
    const std::size_t column = position % geometry_.post_shape.columns;
    const Range rows = rows_[kernel_row];
    const Range columns = columns_[kernel_column];
    if (row < rows.begin || row >= rows.end || column < columns.begin || column >= columns.end) return -1;
    const std::size_t pre_row = row * geometry_.stride_rows + kernel_row - geometry_.pad_top;
    const std::size_t pre_column = column * geometry_.stride_columns + kernel_column - geometry_.pad_left;
    return static_cast<std::int64_t>((channel * geometry_.pre_shape.rows + pre_row) * geometry_.pre_shape.columns +
                                     pre_column);
}

}  // namespace stdpscope::analysis::detail
