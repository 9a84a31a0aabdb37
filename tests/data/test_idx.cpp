#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "data/error.hpp"
#include "data/idx.hpp"
#include "tests/data/temporary_folder.hpp"

using namespace stdpscope::data;
using namespace stdpscope::data::test;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::Equals;

namespace {

constexpr std::uint32_t kImages = 0x803;
constexpr std::uint32_t kLabels = 0x801;

/// Three images of 2 rows and 4 columns.
Bytes three_images() {
    return idx_bytes(kImages, {3, 2, 4}, counting_bytes(24));
}

Bytes without_last(Bytes bytes, std::size_t count) {
    bytes.resize(bytes.size() - count);
    return bytes;
}

Bytes with_more(Bytes bytes, std::size_t count) {
    bytes.resize(bytes.size() + count, 7);
    return bytes;
}

/// What is wrong with a file of images, without its path.
std::string complaint(const std::filesystem::path& path) {
    const std::string message = message_of<BadData>([&] { (void)read_idx_images(path); });
    REQUIRE(message.starts_with(path.string() + ": "));
    return message.substr(path.string().size() + 2);
}

}  // namespace

TEST_CASE("IDX images: pixels row by row, one image a column, raw and gzip'ed alike", "[data][idx]") {
    const TemporaryFolder folder;
    const bool compressed = GENERATE(false, true);
    const auto path = compressed ? folder.write_gzip("i.gz", three_images()) : folder.write("i", three_images());
    const IdxImages images = read_idx_images(path);
    REQUIRE(images.rows == 2);
    REQUIRE(images.columns == 4);
    REQUIRE(images.pixels.n_rows == 8);
    REQUIRE(images.pixels.n_cols == 3);
    for (arma::uword image = 0; image < 3; ++image)
        for (arma::uword pixel = 0; pixel < 8; ++pixel) REQUIRE(images.pixels(pixel, image) == 8 * image + pixel);
}

TEST_CASE("IDX images: a gzip'ed file longer than a step of memory comes out whole", "[data][idx]") {
    const TemporaryFolder folder;
    const Bytes content = counting_bytes(3000 * 1000);
    const auto path = folder.write_gzip("i.gz", idx_bytes(kImages, {3000, 25, 40}, content));
    const IdxImages images = read_idx_images(path);
    REQUIRE(images.pixels.n_elem == content.size());
    REQUIRE(std::equal(content.begin(), content.end(), images.pixels.begin()));
}

TEST_CASE("IDX labels: one a byte, raw and gzip'ed alike", "[data][idx]") {
    const TemporaryFolder folder;
    const Bytes labels{0, 9, 3, 3};
    const bool compressed = GENERATE(false, true);
    const Bytes bytes = idx_bytes(kLabels, {4}, labels);
    REQUIRE(read_idx_labels(compressed ? folder.write_gzip("l.gz", bytes) : folder.write("l", bytes), 10) == labels);
}

TEST_CASE("IDX: a missing file, or a folder in its place, is a missing input that names the path",
          "[data][idx][errors]") {
    const TemporaryFolder folder;
    const auto missing = folder.path() / "nowhere";
    REQUIRE_THAT(message_of<MissingInput>([&] { (void)read_idx_images(missing); }),
                 Equals(missing.string() + ": no such file"));
    REQUIRE_THAT(message_of<MissingInput>([&] { (void)read_idx_labels(folder.path(), 10); }),
                 Equals(folder.path().string() + ": not a regular file"));
}

TEST_CASE("IDX: a wrong magic number is shown beside the wanted one", "[data][idx][errors]") {
    const TemporaryFolder folder;
    const auto labels = folder.write("l", idx_bytes(kLabels, {3}, {1, 2, 3}));
    REQUIRE_THAT(complaint(labels), Equals("magic 0x00000801, want 0x00000803 (byte 0)"));
    const auto images = folder.write("i", three_images());
    REQUIRE_THAT(message_of<BadData>([&] { (void)read_idx_labels(images, 10); }),
                 Equals(images.string() + ": magic 0x00000803, want 0x00000801 (byte 0)"));
}

TEST_CASE("IDX: a file cut off within its header says where it ends", "[data][idx][errors]") {
    const TemporaryFolder folder;
    REQUIRE_THAT(complaint(folder.write("i", without_last(three_images(), 25))),
                 Equals("ends at byte 15, the header needs 16 bytes"));
    REQUIRE_THAT(complaint(folder.write("empty", {})), Equals("ends at byte 0, the header needs 16 bytes"));
}

TEST_CASE("IDX images: a file one byte short, or one byte long, is refused by its size", "[data][idx][errors]") {
    const TemporaryFolder folder;
    REQUIRE_THAT(complaint(folder.write("short", without_last(three_images(), 1))),
                 Equals("header promises 3 images of 2 x 4 (byte 4), want at most 2 in a file of 39 bytes"));
    REQUIRE_THAT(complaint(folder.write("long", with_more(three_images(), 1))),
                 Equals("header promises 3 images of 2 x 4 (byte 4), which end at byte 40, but the file has 41 bytes"));
}

TEST_CASE("IDX images: gzip'ed content one byte short, or one byte long, is refused", "[data][idx][errors]") {
    const TemporaryFolder folder;
    REQUIRE_THAT(
        complaint(folder.write_gzip("short.gz", without_last(three_images(), 1))),
        Equals("header promises 3 images of 2 x 4 (byte 4), but the content ends after 2 of them, at byte 39"));
    REQUIRE_THAT(complaint(folder.write_gzip("long.gz", with_more(three_images(), 1))),
                 Equals("header promises 3 images of 2 x 4 (byte 4), which end at byte 40, but the content goes on "
                        "beyond it"));
}

TEST_CASE("IDX images: a header that promises more than any memory holds is refused at once", "[data][idx][errors]") {
    const TemporaryFolder folder;
    // The product of the sizes is 2^96 - ..., more than 64 bits can hold.
    const Bytes lie = idx_bytes(kImages, {0xffffffffU, 0xffffffffU, 0xffffffffU}, counting_bytes(24));
    REQUIRE_THAT(complaint(folder.write("i", lie)), EndsWith("want at most 0 in a file of 40 bytes"));
    REQUIRE_THAT(complaint(folder.write_gzip("i.gz", lie)), Contains("want at most 0 in a gzip file of "));
    // 2^32 x 2^32 x 1 is 0 modulo 2^64.
    const Bytes wrapping = idx_bytes(kImages, {0x80000000U, 0x80000000U, 4}, {});
    REQUIRE_THAT(complaint(folder.write("w", wrapping)), EndsWith("want at most 0 in a file of 16 bytes"));
}

TEST_CASE("IDX images: no images, or images without pixels, are refused", "[data][idx][errors]") {
    const TemporaryFolder folder;
    REQUIRE_THAT(complaint(folder.write("none", idx_bytes(kImages, {0, 2, 4}, {}))),
                 Equals("header promises 0 images of 2 x 4 (byte 4), want at least 1"));
    REQUIRE_THAT(complaint(folder.write("flat", idx_bytes(kImages, {3, 0, 4}, {}))),
                 Equals("images of 0 x 4 pixels (byte 8), want at least 1 x 1"));
}

TEST_CASE("IDX labels: the first label out of range is named with its place", "[data][idx][errors]") {
    const TemporaryFolder folder;
    const auto path = folder.write("l", idx_bytes(kLabels, {4}, {9, 0, 10, 255}));
    REQUIRE_THAT(message_of<BadData>([&] { (void)read_idx_labels(path, 10); }),
                 Equals(path.string() + ": label 10 of example 2 (byte 10), want 0 .. 9"));
    REQUIRE(read_idx_labels(folder.write("m", idx_bytes(kLabels, {1}, {10})), 11) == Bytes{10});
}

TEST_CASE("IDX: a gzip file that is cut off or damaged is bad data", "[data][idx][errors]") {
    const TemporaryFolder folder;
    Bytes noise(20000);
    std::uint32_t state = 1;  // a linear congruence: bytes that do not compress
    for (auto& byte : noise) byte = static_cast<std::uint8_t>((state = state * 1664525U + 1013904223U) >> 24U);
    const auto path = folder.write_gzip("i.gz", idx_bytes(kImages, {20, 25, 40}, noise));
    std::ifstream file(path, std::ios::binary);
    Bytes compressed{std::istreambuf_iterator<char>(file), {}};

    SECTION("cut off") {
        compressed.resize(compressed.size() / 2);
        REQUIRE_THAT(complaint(folder.write("cut.gz", compressed)), Contains("damaged gzip data"));
    }
    SECTION("the last four bytes, its length, missing") {
        compressed.resize(compressed.size() - 4);
        REQUIRE_THAT(complaint(folder.write("cut.gz", compressed)), Contains("damaged gzip data"));
    }
    SECTION("one bit turned in the middle") {
        compressed[compressed.size() / 2] ^= 1U;
        REQUIRE_THAT(complaint(folder.write("bit.gz", compressed)), Contains("damaged gzip data"));
    }
}
