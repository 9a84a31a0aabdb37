#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "analysis/trace/hdf5/dataset.hpp"
#include "analysis/trace/hdf5/handle.hpp"
#include "analysis/trace/trace_options.hpp"

/// Everything in a trace file but its rows: groups, attributes, tables and the text that explains the file.
namespace stdpscope::analysis {

/// Rows of each stream: in a file, or before it in the run.
struct StreamRows {
    std::uint64_t records = 0;
    std::uint64_t sampled_steps = 0;
    std::uint64_t planes_steps = 0;
    std::uint64_t updates_steps = 0;
    friend bool operator==(const StreamRows&, const StreamRows&) = default;
};
[[nodiscard]] StreamRows operator+(const StreamRows& left, const StreamRows& right);
[[nodiscard]] StreamRows operator-(const StreamRows& left, const StreamRows& right);

inline constexpr std::uint64_t kSchemaVersion = 1;

/// Writes what is known before the first row; `before` are the rows of the run's earlier segments. The datasets of
/// rows must exist already: plots link to them.
void write_structure(hid_t file, const TraceHeader& header, const StreamRows& before);

/// The words that say what is committed; `commit_bytes` is the size that the file has at least.
[[nodiscard]] hdf5::DatasetSpec commit_spec();
[[nodiscard]] hdf5::DatasetSpec commit_bytes_spec();

struct FileHeader {
    TraceHeader header;
    StreamRows before;
};
/// Throws hdf5::Hdf5Error where something is missing or implausible: a trace whose layers pass can be read without
/// an overflow.
[[nodiscard]] FileHeader read_structure(hid_t file);

}  // namespace stdpscope::analysis
