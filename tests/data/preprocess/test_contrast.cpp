#include <catch2/catch.hpp>
#include <cmath>

#include "data/preprocess/contrast.hpp"

using namespace stdpscope::data;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

namespace {

constexpr double kSingle = 1e-6;  // a few roundings in single, relative

/// Half the units at centre + swing, half at centre - swing: standard deviation swing * sqrt(n / (n - 1)).
arma::fvec two_levels(double centre, double swing) {
    arma::fvec image(8);
    for (arma::uword unit = 0; unit < 8; ++unit)
        image(unit) = static_cast<float>(unit % 2 == 0 ? centre + swing : centre - swing);
    return image;
}

const double kSampleFactor = std::sqrt(8.0 / 7.0);

}  // namespace

TEST_CASE("Contrast: the mean deviation is that of the training images, with n - 1", "[data][preprocess]") {
    const arma::fmat training = arma::join_rows(two_levels(10, 20), two_levels(-3, 70));
    REQUIRE_THAT(ContrastNormalization(training).mean_deviation(), WithinRel(45.0 * kSampleFactor, kSingle));
}

TEST_CASE("Contrast: above 40 an image gets the mean deviation, below it is scaled by mean / 40",
          "[data][preprocess]") {
    const ContrastNormalization normalization(arma::join_rows(two_levels(0, 60), two_levels(0, 80)));
    const double mean_deviation = 70.0 * kSampleFactor;
    arma::fmat images = arma::join_rows(two_levels(25, 100), two_levels(-8, 10));
    normalization.apply(images);
    for (arma::uword unit = 0; unit < 8; ++unit) {
        const double side = unit % 2 == 0 ? 1.0 : -1.0;
        REQUIRE_THAT(images(unit, 0), WithinRel(static_cast<float>(side * 70.0), 1e-6F));
        REQUIRE_THAT(images(unit, 1), WithinRel(static_cast<float>(side * 10.0 * mean_deviation / 40.0), 1e-6F));
    }
}

TEST_CASE("Contrast: a deviation of 40 is the same from both sides of the bound", "[data][preprocess]") {
    const ContrastNormalization normalization(arma::join_rows(two_levels(0, 60), two_levels(0, 80)));
    const double at_bound = 40.0 / kSampleFactor;
    arma::fmat images = arma::join_rows(two_levels(0, at_bound * 0.9999), two_levels(0, at_bound * 1.0001));
    normalization.apply(images);
    REQUIRE_THAT(images(0, 1), WithinRel(70.0F, 1e-6F));
    REQUIRE_THAT(images(0, 0), WithinRel(70.0F * 0.9999F, 1e-6F));
}

TEST_CASE("Contrast: a flat image becomes zeros, not NaNs", "[data][preprocess]") {
    const ContrastNormalization normalization(arma::fmat(two_levels(0, 60)));
    arma::fmat images(8, 1, arma::fill::value(123.25F));
    normalization.apply(images);
    for (const float value : images) REQUIRE_THAT(value, WithinAbs(0.0, 0.0));
}
