#include "analysis/trace/hdf5/padded_copy.hpp"

#include <stdlib.h>  // mkstemp
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>

#include "analysis/trace/hdf5/handle.hpp"

namespace stdpscope::analysis::hdf5 {

namespace {

/// The length that the superblock (version 2 or 3, with offsets of 8 bytes) tells of; 0 where there is none.
/// Source: HDF5 File Format Specification 3.0, II.A.
std::uint64_t told_bytes(std::ifstream& file) {
    constexpr std::array<unsigned char, 8> kSignature{0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
    constexpr std::size_t kEndPlace = 28;
    std::array<unsigned char, 36> block{};
    file.read(reinterpret_cast<char*>(block.data()), block.size());
    const bool is_known = file.good() && std::memcmp(block.data(), kSignature.data(), kSignature.size()) == 0 &&
                          (block[8] == 2 || block[8] == 3) && block[9] == 8;
    if (!is_known) return 0;
    std::uint64_t bytes = 0;
    for (std::size_t k = 0; k < 8; ++k) bytes |= std::uint64_t{block[kEndPlace + k]} << (8 * k);
    return bytes;
}

[[noreturn]] void fail(const char* call) {
    throw Hdf5Error(std::string("copying what is left of the file: ") + call + ": " + std::strerror(errno));
}

void write_all(int descriptor, const char* bytes, std::size_t count) {
    for (std::size_t done = 0; done < count;) {
        const ssize_t written = ::write(descriptor, bytes + done, count - done);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail("write");
        done += static_cast<std::size_t>(written);
    }
}

}  // namespace

std::unique_ptr<PaddedCopy> PaddedCopy::of(const std::filesystem::path& path) {
    constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 42U;
    std::ifstream file(path, std::ios::binary);
    const std::uint64_t wanted = told_bytes(file);
    if (wanted <= std::filesystem::file_size(path) || wanted > kMostBytes) return nullptr;
    std::unique_ptr<PaddedCopy> copy(new PaddedCopy);
    file.seekg(0);
    std::array<char, 1U << 16U> buffer{};
    while (file.read(buffer.data(), buffer.size()), file.gcount() > 0) {
        write_all(copy->descriptor_, buffer.data(), static_cast<std::size_t>(file.gcount()));
    }
    if (::ftruncate(copy->descriptor_, static_cast<off_t>(wanted)) != 0) fail("ftruncate");
    return copy;
}

PaddedCopy::PaddedCopy() {
    std::string name = (std::filesystem::temp_directory_path() / "stdpscope-XXXXXX").string();
    descriptor_ = ::mkstemp(name.data());
    if (descriptor_ < 0) fail("mkstemp");
    path_ = name;
}

PaddedCopy::~PaddedCopy() {
    ::unlink(path_.c_str());
    ::close(descriptor_);
}

}  // namespace stdpscope::analysis::hdf5
