#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace stdpscope::data::test {

using Bytes = std::vector<std::uint8_t>;

/// An empty folder of one's own, removed with all it holds at the end of the scope.
class TemporaryFolder {
public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

    /// Writes a file in the folder and returns its path.
    std::filesystem::path write(const std::string& name, const Bytes& content) const;
    /// The same, compressed by zlib.
    std::filesystem::path write_gzip(const std::string& name, const Bytes& content) const;

private:
    std::filesystem::path path_;
};

/// The bytes of an IDX file: the magic number and the sizes big-endian, then the content.
Bytes idx_bytes(std::uint32_t magic, const std::vector<std::uint32_t>& sizes, const Bytes& content);

/// 0, 1, 2, ... modulo 251, so that no row or image of the shapes in use repeats another.
Bytes counting_bytes(std::size_t count);

/// What a call throws: its type is E, and the message is returned; "nothing thrown" when it does not throw.
template <typename E, typename Call>
std::string message_of(Call&& call) {
    try {
        call();
    } catch (const E& error) {
        return error.what();
    }
    return "nothing thrown";
}

}  // namespace stdpscope::data::test
