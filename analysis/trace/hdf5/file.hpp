#pragma once

#include <cstdint>
#include <filesystem>

#include "analysis/trace/hdf5/handle.hpp"

namespace stdpscope::analysis::hdf5 {

enum class ReadMode {
    plain,  ///< a file that was closed
    swmr,   ///< a file that is being written or whose writer died: its "open for writing" mark is passed over
};

/// A new file of the latest format. Fails where `path` exists.
[[nodiscard]] Handle create_file(const std::filesystem::path& path);
[[nodiscard]] Handle open_file(const std::filesystem::path& path, ReadMode mode);

/// From here on readers may follow and a crash leaves the file readable; nothing can be added but rows.
void start_swmr_write(hid_t file);
/// Hands everything over to the operating system.
void flush(hid_t file);
/// Makes what was flushed durable: the library itself never calls fsync. Throws Hdf5Error.
void synchronize(hid_t file);
/// Takes the file away from under the library: what it still holds back is never written, the file stays as it is.
/// After a failed write the library would otherwise, at close, declare the file whole and as long as it had planned,
/// and make it unreadable. Its identifiers are to be forgotten, not closed. Throws Hdf5Error.
void cut_off(hid_t file);
/// Bytes that the file takes up or has set aside.
[[nodiscard]] std::uint64_t file_bytes(hid_t file);

/// Parents are made as needed.
[[nodiscard]] Handle create_group(hid_t parent, const std::string& path);
[[nodiscard]] Handle open_group(hid_t parent, const std::string& path);
/// A second name for an object.
void link_object(hid_t file, const std::string& existing, const std::string& name);

}  // namespace stdpscope::analysis::hdf5
