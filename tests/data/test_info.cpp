#include <catch2/catch.hpp>
#include <cmath>

#include "data/checksum.hpp"
#include "data/info.hpp"

using namespace stdpscope::data;
using Catch::Matchers::WithinRel;

namespace {

using Pixels = arma::Mat<std::uint8_t>;

Dataset small_dataset() {
    return {.name = "small",
            .channels = 1,
            .rows = 1,
            .columns = 2,
            .classes = 3,
            .class_names = {"a", "b", "c"},
            .training = {.pixels = Pixels{{'1', '3', '5'}, {'2', '4', '6'}}, .labels = {0, 2, 2}},
            .test = {.pixels = arma::Col<std::uint8_t>{'8', '9'}, .labels = {1}}};
}

}  // namespace

TEST_CASE("Info: counts, shape, class balance, and the moments of the training pixels", "[data][info]") {
    const DatasetInfo info = describe(small_dataset());
    REQUIRE(info.name == "small");
    REQUIRE(info.channels == 1);
    REQUIRE(info.rows == 1);
    REQUIRE(info.columns == 2);
    REQUIRE(info.class_names.size() == 3);
    REQUIRE(info.training_images == 3);
    REQUIRE(info.test_images == 1);
    REQUIRE(info.training_class_counts == std::vector<arma::uword>{1, 0, 2});
    REQUIRE(info.test_class_counts == std::vector<arma::uword>{0, 1, 0});
    // 49 .. 54: mean 51.5, variance (6^2 - 1) / 12
    REQUIRE_THAT(info.mean_pixel, WithinRel(51.5, 1e-14));
    REQUIRE_THAT(info.standard_deviation, WithinRel(std::sqrt(35.0 / 12.0), 1e-14));
    REQUIRE(info.checksum == checksum(small_dataset()));
}

TEST_CASE("Checksum: CRC-32 of training pixels, training labels, test pixels, test labels", "[data][checksum]") {
    // zlib.crc32(b"123456" + bytes([0, 2, 2]) + b"89" + bytes([1])) in Python
    REQUIRE(checksum_text(checksum(small_dataset())) == "f1eab9a2");
    REQUIRE(checksum_text(0x1aU) == "0000001a");
    // The check value of CRC-32: the digits 1 to 9.
    Dataset digits;
    digits.training.pixels = arma::Col<std::uint8_t>{'1', '2', '3', '4', '5', '6', '7', '8', '9'};
    REQUIRE(checksum_text(checksum(digits)) == "cbf43926");
}

TEST_CASE("Checksum: every byte counts", "[data][checksum]") {
    const std::uint32_t before = checksum(small_dataset());
    Dataset dataset = small_dataset();
    SECTION("training pixel") {
        dataset.training.pixels(1, 2) ^= 1U;
    }
    SECTION("training label") {
        dataset.training.labels[2] = 1;
    }
    SECTION("test pixel") {
        dataset.test.pixels(0, 0) ^= 1U;
    }
    SECTION("test label") {
        dataset.test.labels[0] = 2;
    }
    REQUIRE(checksum(dataset) != before);
}
