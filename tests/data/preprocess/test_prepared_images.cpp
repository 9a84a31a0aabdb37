#include <array>
#include <catch2/catch.hpp>
#include <stdexcept>

#include "data/preprocess/prepared_images.hpp"

using namespace stdpscope::data;

namespace {

PreparedImages bytes_less_mean() {
    return {arma::Mat<std::uint8_t>{{0, 255}, {10, 20}, {7, 8}},
            std::make_shared<const arma::fvec>(arma::fvec{0.5F, 15.0F, 8.0F}),
            {3, 1}};
}

}  // namespace

TEST_CASE("PreparedImages: bytes less the mean", "[data][preprocess]") {
    const PreparedImages images = bytes_less_mean();
    REQUIRE(images.size() == 2);
    REQUIRE(images.units() == 3);
    REQUIRE(images.labels()[0] == 3);
    REQUIRE(images.labels()[1] == 1);
    std::array<float, 3> inputs{};
    images.read(0, inputs);
    REQUIRE(inputs == std::array<float, 3>{-0.5F, -5.0F, -1.0F});
    images.read(1, inputs);
    REQUIRE(inputs == std::array<float, 3>{254.5F, 5.0F, 0.0F});
}

TEST_CASE("PreparedImages: floats as they are", "[data][preprocess]") {
    const PreparedImages images(arma::fmat{{1.5F, -2.0F}, {0.0F, 4.0F}}, {0, 9});
    REQUIRE(images.size() == 2);
    REQUIRE(images.units() == 2);
    std::array<float, 2> inputs{};
    images.read(1, inputs);
    REQUIRE(inputs == std::array<float, 2>{-2.0F, 4.0F});
}

TEST_CASE("PreparedImages: an index, a span or labels that do not fit are refused", "[data][preprocess][errors]") {
    const PreparedImages images = bytes_less_mean();
    std::array<float, 3> inputs{};
    std::array<float, 2> too_few{};
    REQUIRE_THROWS_AS(images.read(2, inputs), std::out_of_range);
    REQUIRE_THROWS_AS(images.read(0, too_few), std::logic_error);
    REQUIRE_THROWS_AS(PreparedImages(arma::fmat(2, 3, arma::fill::zeros), {1, 2}), std::logic_error);
    const arma::Mat<std::uint8_t> pixels(2, 1, arma::fill::zeros);
    REQUIRE_THROWS_AS(PreparedImages(pixels, std::make_shared<const arma::fvec>(3), {1}), std::logic_error);
    REQUIRE_THROWS_AS(PreparedImages(pixels, nullptr, {1}), std::logic_error);
}
