#include "data/input_file.hpp"

#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <system_error>

#include "data/error.hpp"

namespace stdpscope::data {

namespace {

constexpr std::uint64_t kLargestDeflateRatio = 1032;
constexpr unsigned kBufferBytes = 1U << 17U;
constexpr std::size_t kLargestPiece = std::size_t{1} << 30U;  // gzread counts in int

}  // namespace

std::uint64_t size_on_disk(const std::filesystem::path& path) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (status.type() == std::filesystem::file_type::not_found) throw MissingInput(path.string(), "no such file");
    if (status.type() == std::filesystem::file_type::none) throw MissingInput(path.string(), error.message());
    if (!std::filesystem::is_regular_file(status)) throw MissingInput(path.string(), "not a regular file");
    const std::uintmax_t bytes = std::filesystem::file_size(path, error);
    if (error) throw MissingInput(path.string(), error.message());
    return bytes;
}

void InputFile::Closer::operator()(gzFile_s* file) const {
    gzclose_r(file);
}

InputFile::InputFile(const std::filesystem::path& path) : path_(path.string()), bytes_on_disk_(size_on_disk(path)) {
    errno = 0;
    file_.reset(gzopen(path_.c_str(), "rb"));
    if (!file_) throw MissingInput(path_, std::string("cannot be opened: ") + std::strerror(errno));
    gzbuffer(file_.get(), kBufferBytes);
    compressed_ = gzdirect(file_.get()) == 0;
}

std::uint64_t InputFile::largest_content_bytes() const {
    if (!compressed_) return bytes_on_disk_;
    const auto largest = std::numeric_limits<std::uint64_t>::max();
    return bytes_on_disk_ > largest / kLargestDeflateRatio ? largest : bytes_on_disk_ * kLargestDeflateRatio;
}

std::size_t InputFile::read(std::span<std::uint8_t> bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const std::size_t wanted = std::min(bytes.size() - done, kLargestPiece);
        const int got = gzread(file_.get(), bytes.data() + done, static_cast<unsigned>(wanted));
        if (got > 0) done += static_cast<std::size_t>(got);
        if (got < 0 || static_cast<std::size_t>(got) < wanted) {
            check_stream();
            break;
        }
    }
    return done;
}

/// zlib reports a stream that is cut off only here: gzread just returns fewer bytes.
void InputFile::check_stream() const {
    int code = Z_OK;
    const char* text = gzerror(file_.get(), &code);
    if (code == Z_OK || code == Z_STREAM_END) return;
    if (code == Z_ERRNO) throw BadData(path_, std::string("cannot be read: ") + std::strerror(errno));
    // zlib puts the path in front of its text
    std::string why = text;
    if (why.starts_with(path_ + ": ")) why.erase(0, path_.size() + 2);
    throw BadData(path_, "damaged gzip data at or before byte " + std::to_string(gzoffset(file_.get())) + " of " +
                             std::to_string(bytes_on_disk_) + " (" + why + ")");
}

}  // namespace stdpscope::data
