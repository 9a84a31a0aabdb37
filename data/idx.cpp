#include "data/idx.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>
#include <string>
#include <utility>

#include "data/error.hpp"
#include "data/input_file.hpp"

namespace stdpscope::data {

namespace {

constexpr std::uint32_t kImagesMagic = 0x00000803;
constexpr std::uint32_t kLabelsMagic = 0x00000801;
constexpr std::size_t kGrowthBytes = std::size_t{1} << 20U;

std::string hexadecimal(std::uint32_t value) {
    std::array<char, 11> text{};
    std::snprintf(text.data(), text.size(), "0x%08x", value);
    return text.data();
}

/// Magic number and `sizes.size()` sizes.
void read_header(InputFile& file, std::uint32_t magic, std::span<std::uint32_t> sizes) {
    std::array<std::uint8_t, 16> bytes{};
    const std::size_t wanted = 4 + 4 * sizes.size();
    const std::size_t got = file.read(std::span(bytes).first(wanted));
    const auto number = [&bytes](std::size_t at) {
        return std::uint32_t{bytes[at]} << 24U | std::uint32_t{bytes[at + 1]} << 16U |
               std::uint32_t{bytes[at + 2]} << 8U | std::uint32_t{bytes[at + 3]};
    };
    if (got >= 4 && number(0) != magic)
        throw BadData(file.path(), "magic " + hexadecimal(number(0)) + ", want " + hexadecimal(magic) + " (byte 0)");
    if (got < wanted)
        throw BadData(file.path(), "ends at byte " + std::to_string(got) + ", the header needs " +
                                       std::to_string(wanted) + " bytes");
    for (std::size_t index = 0; index < sizes.size(); ++index) sizes[index] = number(4 + 4 * index);
}

/// What the header of a file promises: `count` items of `item_bytes` bytes after `header_bytes`.
struct Promise {
    std::uint64_t header_bytes;
    std::uint64_t count;
    std::uint64_t item_bytes;
    std::string items;  ///< for messages, such as "images of 28 x 28"

    [[nodiscard]] std::string text() const {
        return "header promises " + std::to_string(count) + " " + items + " (byte 4)";
    }
};

void check_promise(const InputFile& file, const Promise& promise) {
    if (promise.count == 0) throw BadData(file.path(), promise.text() + ", want at least 1");
    const std::uint64_t room =
        file.largest_content_bytes() - std::min(promise.header_bytes, file.largest_content_bytes());
    // By division: the product of three sizes of 32 bits may not fit in 64.
    if (promise.count > room / promise.item_bytes)
        throw BadData(file.path(), promise.text() + ", want at most " + std::to_string(room / promise.item_bytes) +
                                       " in a" + (file.compressed() ? " gzip" : "") + " file of " +
                                       std::to_string(file.bytes_on_disk()) + " bytes");
    if (!file.compressed() && promise.count * promise.item_bytes < room)
        throw BadData(file.path(), promise.text() + ", which end at byte " +
                                       std::to_string(promise.header_bytes + promise.count * promise.item_bytes) +
                                       ", but the file has " + std::to_string(file.bytes_on_disk()) + " bytes");
}

/// The promised bytes. Of a compressed file the promise may be a lie up to the largest ratio of the compression, so
/// memory grows by doubling with the bytes that have really come.
std::vector<std::uint8_t> read_promised(InputFile& file, const Promise& promise) {
    check_promise(file, promise);
    const std::uint64_t wanted = promise.count * promise.item_bytes;
    std::vector<std::uint8_t> content;
    while (content.size() < wanted) {
        const std::size_t before = content.size();
        const std::size_t step = file.compressed() ? std::max(before, kGrowthBytes) : wanted;
        content.resize(std::min<std::uint64_t>(wanted, before + step));
        const std::size_t got = file.read(std::span(content).subspan(before));
        if (before + got < content.size())
            throw BadData(file.path(), promise.text() + ", but the content ends after " +
                                           std::to_string((before + got) / promise.item_bytes) + " of them, at byte " +
                                           std::to_string(promise.header_bytes + before + got));
    }
    std::array<std::uint8_t, 1> beyond{};
    if (file.read(beyond) != 0)
        throw BadData(file.path(), promise.text() + ", which end at byte " +
                                       std::to_string(promise.header_bytes + wanted) +
                                       ", but the content goes on beyond it");
    return content;
}

}  // namespace

IdxImages read_idx_images(const std::filesystem::path& path) {
    InputFile file(path);
    std::array<std::uint32_t, 3> sizes{};
    read_header(file, kImagesMagic, sizes);
    const auto [count, rows, columns] = sizes;
    const std::string shape = std::to_string(rows) + " x " + std::to_string(columns);
    if (rows == 0 || columns == 0)
        throw BadData(file.path(), "images of " + shape + " pixels (byte 8), want at least 1 x 1");
    const std::vector<std::uint8_t> content = read_promised(file, {.header_bytes = 16,
                                                                   .count = count,
                                                                   .item_bytes = std::uint64_t{rows} * columns,
                                                                   .items = "images of " + shape});
    return {.rows = rows,
            .columns = columns,
            .pixels = arma::Mat<std::uint8_t>(content.data(), arma::uword{rows} * columns, count)};
}

std::vector<std::uint8_t> read_idx_labels(const std::filesystem::path& path, arma::uword classes) {
    InputFile file(path);
    std::array<std::uint32_t, 1> sizes{};
    read_header(file, kLabelsMagic, sizes);
    std::vector<std::uint8_t> labels =
        read_promised(file, {.header_bytes = 8, .count = sizes[0], .item_bytes = 1, .items = "labels"});
    const auto bad =
        std::find_if(labels.begin(), labels.end(), [classes](std::uint8_t label) { return label >= classes; });
    if (bad != labels.end()) {
        const auto index = bad - labels.begin();
        throw BadData(file.path(), "label " + std::to_string(*bad) + " of example " + std::to_string(index) +
                                       " (byte " + std::to_string(8 + index) + "), want 0 .. " +
                                       std::to_string(classes - 1));
    }
    return labels;
}

}  // namespace stdpscope::data
