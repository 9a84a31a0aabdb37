#pragma once

#include <filesystem>
#include <memory>

namespace stdpscope::analysis::hdf5 {

/// A copy of a closed file that has lost its end, with zeros in place of what is lost, since the library opens no file
/// that is shorter than its superblock says. It lies below TMPDIR and loses its name with this object: open it before.
class PaddedCopy {
public:
    /// Null where the file is no HDF5 file, or as long as it says. Throws Hdf5Error where it cannot be copied.
    [[nodiscard]] static std::unique_ptr<PaddedCopy> of(const std::filesystem::path& path);
    ~PaddedCopy();
    PaddedCopy(const PaddedCopy&) = delete;
    PaddedCopy& operator=(const PaddedCopy&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    /// Makes an empty file.
    PaddedCopy();

    std::filesystem::path path_;
    int descriptor_ = -1;
};

}  // namespace stdpscope::analysis::hdf5
