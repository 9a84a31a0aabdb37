#include "tests/data/temporary_folder.hpp"

#include <stdlib.h>
#include <zlib.h>

#include <fstream>
#include <stdexcept>

namespace stdpscope::data::test {

TemporaryFolder::TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "stdpscope-data-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path TemporaryFolder::write(const std::string& name, const Bytes& content) const {
    const auto path = path_ / name;
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char*>(content.data()), static_cast<std::streamsize>(content.size()));
    file.close();
    if (!file) throw std::runtime_error("cannot write " + path.string());
    return path;
}

std::filesystem::path TemporaryFolder::write_gzip(const std::string& name, const Bytes& content) const {
    const auto path = path_ / name;
    gzFile file = gzopen(path.c_str(), "wb9");
    const int written = gzwrite(file, content.data(), static_cast<unsigned>(content.size()));
    if (gzclose(file) != Z_OK || written != static_cast<int>(content.size()))
        throw std::runtime_error("cannot write " + path.string());
    return path;
}

Bytes idx_bytes(std::uint32_t magic, const std::vector<std::uint32_t>& sizes, const Bytes& content) {
    Bytes bytes;
    const auto append = [&bytes](std::uint32_t number) {
        for (const unsigned shift : {24U, 16U, 8U, 0U}) bytes.push_back(static_cast<std::uint8_t>(number >> shift));
    };
    append(magic);
    for (const std::uint32_t size : sizes) append(size);
    bytes.insert(bytes.end(), content.begin(), content.end());
    return bytes;
}

Bytes counting_bytes(std::size_t count) {
    Bytes bytes(count);
    for (std::size_t index = 0; index < count; ++index) bytes[index] = static_cast<std::uint8_t>(index % 251);
    return bytes;
}

}  // namespace stdpscope::data::test
