#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

struct gzFile_s;  // zlib's handle

namespace stdpscope::data {

/// Size of a file in bytes. Throws MissingInput unless the path names a regular file (or a link to one).
[[nodiscard]] std::uint64_t size_on_disk(const std::filesystem::path& path);

/// A file read from front to back, decompressed on the way when it is a gzip file (told by its first bytes, not by
/// its name).
class InputFile {
public:
    /// Throws MissingInput unless the path names a regular file that can be opened.
    explicit InputFile(const std::filesystem::path& path);

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] bool compressed() const { return compressed_; }
    /// Size on disk.
    [[nodiscard]] std::uint64_t bytes_on_disk() const { return bytes_on_disk_; }
    /// No more than this many bytes can come out of the file: its size, or 1032 times its size when it is compressed
    /// (deflate codes at most 258 bytes in 2 bits).
    [[nodiscard]] std::uint64_t largest_content_bytes() const;

    /// Fills the span from the front and returns how many bytes there were: fewer than asked for at the end of the
    /// file only. Throws BadData when compressed data are damaged or cut off.
    [[nodiscard]] std::size_t read(std::span<std::uint8_t> bytes);

private:
    struct Closer {
        void operator()(gzFile_s* file) const;
    };

    void check_stream() const;

    std::string path_;
    std::uint64_t bytes_on_disk_ = 0;
    std::unique_ptr<gzFile_s, Closer> file_;
    bool compressed_ = false;
};

}  // namespace stdpscope::data
