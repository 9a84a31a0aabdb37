#pragma once

#include <filesystem>
#include <functional>

/// HDF5 files that are written once, whole, and read whole.
namespace stdpscope::analysis::hdf5 {

/// Lets `write` make a file under another name, syncs it and renames it to `path`: a reader sees all of it or nothing.
/// What a writer that died has left under the other name is removed first. Throws CannotCreate and WriteFailed.
void write_whole_file(const std::filesystem::path& path,
                      const std::function<void(const std::filesystem::path& part)>& write);

}  // namespace stdpscope::analysis::hdf5
