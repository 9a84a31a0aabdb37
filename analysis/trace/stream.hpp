#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "analysis/trace/column.hpp"
#include "analysis/trace/hdf5/dataset.hpp"

namespace stdpscope::analysis {

/// The datasets of one stream, open for appending.
template <class Row>
class StreamWriter {
public:
    /// Creates the datasets, without rows.
    StreamWriter(hid_t file, std::vector<Column<Row>> columns) : columns_(std::move(columns)) {
        for (const Column<Row>& column : columns_) datasets_.push_back(hdf5::create_rows(file, column.spec));
    }

    void append(std::span<const Row> rows) {
        if (rows.empty()) return;
        for (std::size_t place = 0; place < columns_.size(); ++place) {
            const Column<Row>& column = columns_[place];
            const std::size_t row_bytes = column.spec.row_bytes();
            buffer_.resize(rows.size() * row_bytes);
            std::byte* out = buffer_.data();
            for (const Row& row : rows) {
                column.gather(row, out);
                out += row_bytes;
            }
            hdf5::append_rows(datasets_[place].get(), column.spec, rows_, rows.size(), buffer_.data());
        }
        rows_ += rows.size();
    }

    void close() {
        for (hdf5::Handle& dataset : datasets_) dataset.close();
    }

    void forget() {
        for (hdf5::Handle& dataset : datasets_) dataset.forget();
    }

    [[nodiscard]] std::uint64_t rows() const { return rows_; }

private:
    std::vector<Column<Row>> columns_;
    std::vector<hdf5::Handle> datasets_;
    std::vector<std::byte> buffer_;
    std::uint64_t rows_ = 0;
};

/// Leading rows of at most `rows` that every column has whole; all of them where there is no column.
template <class Row>
[[nodiscard]] std::uint64_t whole_rows(hid_t file, const std::vector<Column<Row>>& columns, std::uint64_t rows,
                                       std::uint64_t file_bytes) {
    for (const Column<Row>& column : columns) rows = hdf5::whole_rows(file, column.spec, rows, file_bytes);
    return rows;
}

/// The datasets of one stream, open for reading rows [0, rows).
template <class Row>
class StreamReader {
public:
    StreamReader() = default;

    /// Throws hdf5::Hdf5Error where a dataset is missing, of another type or shape, has fewer than `rows` rows, or
    /// claims more than the `file_bytes` of the file.
    StreamReader(hid_t file, std::vector<Column<Row>> columns, std::uint64_t rows, std::uint64_t file_bytes)
        : columns_(std::move(columns)), rows_(columns_.empty() ? 0 : rows) {
        for (const Column<Row>& column : columns_) {
            datasets_.push_back(hdf5::open_dataset(file, column.spec.path));
            const std::uint64_t present = hdf5::checked_rows(datasets_.back().get(), column.spec);
            if (present < rows) {
                throw hdf5::Hdf5Error("/" + column.spec.path + " has " + std::to_string(present) +
                                      " rows, must have at least the committed " + std::to_string(rows));
            }
            row_bytes_ += column.spec.row_bytes();
        }
        if (rows > 0 && row_bytes_ > file_bytes / rows) {
            throw hdf5::Hdf5Error("committed rows " + std::to_string(rows) + " of " + std::to_string(row_bytes_) +
                                  " bytes each, must fit into the file's " + std::to_string(file_bytes) + " bytes");
        }
    }

    [[nodiscard]] std::uint64_t rows() const { return rows_; }

    /// Calls `visit` for every row in order. `row` has a place for everything that the columns scatter into. The
    /// library is locked while rows are read, not while they are visited. Throws hdf5::Hdf5Error where a dataset that
    /// restates others says something else than they do.
    template <class Visit>
    void for_each(Row row, const Visit& visit) const {
        for_each_between(0, rows_, std::move(row), visit);
    }

    /// The same for rows [first, end), which exist.
    template <class Visit>
    void for_each_between(std::uint64_t first, std::uint64_t end, Row row, const Visit& visit) const {
        std::vector<std::vector<std::byte>> buffers(columns_.size());
        while (first < end) {
            const std::uint64_t count = std::min(end - first, rows_at_a_time());
            read(first, count, buffers);
            for (std::uint64_t offset = 0; offset < count; ++offset) {
                for (std::size_t place = 0; place < columns_.size(); ++place) {
                    if (!columns_[place].scatter) continue;
                    columns_[place].scatter(buffers[place].data() + offset * columns_[place].spec.row_bytes(), row);
                }
                check_restated(buffers, first + offset, offset, row);
                visit(std::as_const(row));
            }
            first += count;
        }
    }

private:
    static constexpr std::uint64_t kReadBytes = std::uint64_t{8} << 20U;
    static constexpr std::uint64_t kReadRows = 256;

    [[nodiscard]] std::uint64_t rows_at_a_time() const {
        return std::clamp<std::uint64_t>(kReadBytes / std::max<std::uint64_t>(1, row_bytes_), 1, kReadRows);
    }

    void read(std::uint64_t first, std::uint64_t count, std::vector<std::vector<std::byte>>& buffers) const {
        const std::lock_guard lock(hdf5::library_mutex());
        for (std::size_t place = 0; place < columns_.size(); ++place) {
            const hdf5::DatasetSpec& spec = columns_[place].spec;
            buffers[place].resize(count * spec.row_bytes());
            hdf5::read_rows(datasets_[place].get(), spec, first, count, buffers[place].data());
        }
    }

    void check_restated(const std::vector<std::vector<std::byte>>& buffers, std::uint64_t number, std::uint64_t offset,
                        const Row& row) const {
        std::vector<std::byte> wanted;
        for (std::size_t place = 0; place < columns_.size(); ++place) {
            if (columns_[place].scatter) continue;
            const hdf5::DatasetSpec& spec = columns_[place].spec;
            wanted.resize(spec.row_bytes());
            columns_[place].gather(row, wanted.data());
            const std::byte* const read = buffers[place].data() + offset * wanted.size();
            if (std::equal(wanted.begin(), wanted.end(), read)) continue;
            throw hdf5::Hdf5Error("/" + spec.path + " row " + std::to_string(number) +
                                  " must restate the histogram, and counts otherwise");
        }
    }

    std::vector<Column<Row>> columns_;
    std::vector<hdf5::Handle> datasets_;
    std::uint64_t rows_ = 0;
    std::uint64_t row_bytes_ = 0;
};

}  // namespace stdpscope::analysis
