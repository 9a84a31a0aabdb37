#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/trace/hdf5/element.hpp"
#include "analysis/trace/hdf5/handle.hpp"

namespace stdpscope::analysis::hdf5 {

/// Where a dataset stands, what one of its rows is, and what it tells of itself.
struct DatasetSpec {
    std::string path;  ///< from the root, without a leading slash
    Element element = Element::u64;
    std::vector<std::uint64_t> row_shape;  ///< the axes after the first; empty: a row is one number
    std::string axes;                      ///< names of all axes, "record,population"
    std::string unit;
    std::string description;
    std::uint64_t chunk_rows = 1;  ///< rows of a chunk; rows are then appended in whole chunks, but for the last

    [[nodiscard]] std::uint64_t row_elements() const;
    [[nodiscard]] std::uint64_t row_bytes() const { return row_elements() * size_of(element); }
};

/// Extents of a chunk that holds (a piece of) a row, or chunk_rows of them: whole rows up to 4 MiB; of larger rows
/// pieces of at most 1 MiB, cut along the first axes of the row.
[[nodiscard]] std::vector<std::uint64_t> chunk_extents(const DatasetSpec& spec);

/// A dataset without rows to which rows are appended; checksummed (fletcher32).
[[nodiscard]] Handle create_rows(hid_t file, const DatasetSpec& spec);
/// A checksummed dataset of exactly `rows` > 0 rows, written at once.
void write_rows(hid_t file, const DatasetSpec& spec, std::uint64_t rows, const void* values);
/// Lines of text as fixed-length UTF-8 strings, checksummed. `lines` is not empty.
void write_lines(hid_t file, const DatasetSpec& spec, const std::vector<std::string>& lines);
/// One u64 that lies outside any chunk and has its place in the file from the start: overwritten in one piece.
[[nodiscard]] Handle create_word(hid_t file, const DatasetSpec& spec, std::uint64_t value);

[[nodiscard]] Handle open_dataset(hid_t file, const std::string& path);
void append_rows(hid_t dataset, const DatasetSpec& spec, std::uint64_t present_rows, std::uint64_t rows,
                 const void* values);
void read_rows(hid_t dataset, const DatasetSpec& spec, std::uint64_t first, std::uint64_t rows, void* values);
void write_word(hid_t dataset, std::uint64_t value);
/// Throws Hdf5Error unless the dataset is one u64.
[[nodiscard]] std::uint64_t read_word(hid_t dataset, const std::string& path);

/// Rows of an open dataset. Throws Hdf5Error unless type, rank and row shape are those of `spec`.
[[nodiscard]] std::uint64_t checked_rows(hid_t dataset, const DatasetSpec& spec);

/// Leading rows of at most `rows` that can be read: their chunks lie within the file's `file_bytes` bytes and have the
/// right checksums. Beyond the end of a file that was cut off the library reads zeros, which have the right one, too. 0
/// where there is no such dataset.
[[nodiscard]] std::uint64_t whole_rows(hid_t file, const DatasetSpec& spec, std::uint64_t rows,
                                       std::uint64_t file_bytes);

/// One source of a virtual dataset.
struct VirtualSource {
    std::string file_name;  ///< beside the virtual dataset's file
    std::uint64_t rows = 0;
};
/// A dataset that shows the rows of `sources` (datasets of the same path), one after the other, without copying them.
void create_virtual_rows(hid_t file, const DatasetSpec& spec, const std::vector<VirtualSource>& sources);

}  // namespace stdpscope::analysis::hdf5
