#include <array>
#include <catch2/catch.hpp>
#include <cmath>

#include "data/preprocess/whitening.hpp"

using namespace stdpscope::data;
using Catch::Matchers::WithinAbs;

namespace {

constexpr arma::uword kUnits = 8;
constexpr double kSingle = 2e-6;  // a few roundings in single, relative to the largest

/// Deviations along the eigenvectors: some above the bound of 10, some below, one at it and one zero.
constexpr std::array<double, kUnits> kDeviations{0, 1, 5, 10, 20, 40, 80, 100};

/// +1 or -1: row and column of the Hadamard matrix of any size that is a power of two. Rows are orthogonal.
double hadamard(arma::uword row, arma::uword column) {
    return __builtin_popcountll(row & column) % 2 == 0 ? 1.0 : -1.0;
}

/// Images whose covariance is V diag(deviations^2) V' exactly, V a Hadamard matrix over sqrt(8):
/// image m = sum over k of deviation_k * V(:, k) * H(k, m).
arma::fmat images_with(const std::array<double, kUnits>& deviations, arma::uword count) {
    arma::fmat images(kUnits, count);
    for (arma::uword image = 0; image < count; ++image)
        for (arma::uword unit = 0; unit < kUnits; ++unit) {
            double sum = 0;
            for (arma::uword k = 0; k < kUnits; ++k)
                sum += deviations[k] * hadamard(unit, k) / std::sqrt(8.0) * hadamard(k, image);
            images(unit, image) = static_cast<float>(sum);
        }
    return images;
}

double mean_variance() {
    double sum = 0;
    for (const double deviation : kDeviations) sum += deviation * deviation;
    return sum / kUnits;
}

std::array<double, kUnits> whitened_deviations() {
    std::array<double, kUnits> whitened{};
    for (std::size_t k = 0; k < kUnits; ++k)
        whitened[k] = kDeviations[k] * std::sqrt(mean_variance()) / std::max(kDeviations[k], 10.0);
    return whitened;
}

void require_same(const arma::fmat& found, const arma::fmat& wanted) {
    REQUIRE(arma::size(found) == arma::size(wanted));
    const double scale = arma::abs(wanted).max();
    for (arma::uword index = 0; index < wanted.n_elem; ++index)
        REQUIRE_THAT(static_cast<double>(found(index)), WithinAbs(static_cast<double>(wanted(index)), kSingle * scale));
}

}  // namespace

TEST_CASE("Whitening: the eigenvalues are the variances that the images were made with", "[data][preprocess]") {
    const arma::uword count = GENERATE(8U, 16U, 4096U);  // the last takes more than one block
    const Whitening whitening(images_with(kDeviations, count));
    REQUIRE(whitening.eigenvalues().n_elem == kUnits);
    for (arma::uword k = 0; k < kUnits; ++k)
        REQUIRE_THAT(whitening.eigenvalues()(k), WithinAbs(kDeviations[k] * kDeviations[k], 10000 * kSingle));
    REQUIRE(whitening.eigenvalues().min() >= 0.0);
}

TEST_CASE("Whitening: each direction is scaled by sqrt(mean(d)) / max(sqrt(d), 10)", "[data][preprocess]") {
    const arma::uword count = GENERATE(8U, 4096U);
    arma::fmat images = images_with(kDeviations, count);
    Whitening(images).apply(images);
    require_same(images, images_with(whitened_deviations(), count));
}

TEST_CASE("Whitening: the covariance afterwards has eigenvalues d * mean(d) / max(sqrt(d), 10)^2",
          "[data][preprocess]") {
    arma::fmat images = images_with(kDeviations, 64);
    Whitening(images).apply(images);
    arma::mat covariance(kUnits, kUnits, arma::fill::zeros);
    for (arma::uword image = 0; image < 64; ++image)
        for (arma::uword row = 0; row < kUnits; ++row)
            for (arma::uword column = 0; column < kUnits; ++column)
                covariance(row, column) +=
                    static_cast<double>(images(row, image)) * static_cast<double>(images(column, image)) / 64.0;
    const arma::vec eigenvalues = arma::eig_sym(covariance);
    const std::array<double, kUnits> whitened = whitened_deviations();
    for (arma::uword k = 0; k < kUnits; ++k)
        REQUIRE_THAT(eigenvalues(k), WithinAbs(whitened[k] * whitened[k], 2 * kSingle * mean_variance()));
}

TEST_CASE("Whitening: the transform is symmetric and serves images it has not seen", "[data][preprocess]") {
    const Whitening whitening(images_with(kDeviations, 16));
    const arma::fmat& transform = whitening.transform();
    REQUIRE(arma::approx_equal(transform, transform.t(), "absdiff", 0.0F));
    // An image along one eigenvector is only scaled.
    arma::fmat image(kUnits, 1);
    for (arma::uword unit = 0; unit < kUnits; ++unit) image(unit, 0) = static_cast<float>(hadamard(unit, 6));
    const arma::fmat scaled = image * static_cast<float>(std::sqrt(mean_variance()) / 80.0);
    whitening.apply(image);
    require_same(image, scaled);
}
