#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "data/preprocess/preprocess.hpp"

using namespace stdpscope::data;
using Catch::Matchers::WithinAbs;

namespace {

constexpr double kSingle = 2e-6;    // a few roundings in single, relative to the largest value
constexpr double kWhitened = 2e-5;  // sums of 24 products in single, relative to the largest value

/// Images of 2 x 3 x 4 with contrasts on both sides of the bound of 40; the first training image is flat.
ImageSet random_images(arma::uword count, std::uint64_t seed) {
    std::mt19937_64 generator(seed);
    ImageSet images{.pixels = arma::Mat<std::uint8_t>(24, count), .labels = std::vector<std::uint8_t>(count)};
    for (arma::uword image = 0; image < count; ++image) {
        const auto range = 1 + generator() % 256;
        const auto lowest = generator() % (257 - range);
        images.labels[image] = static_cast<std::uint8_t>(generator() % 10);
        for (arma::uword unit = 0; unit < 24; ++unit)
            images.pixels(unit, image) = static_cast<std::uint8_t>(lowest + generator() % range);
    }
    images.pixels.col(0).fill(100);
    return images;
}

Dataset random_dataset(std::uint64_t test_seed = 2) {
    return {.name = "random",
            .channels = 2,
            .rows = 3,
            .columns = 4,
            .classes = 10,
            .class_names = {},
            .training = random_images(200, 1),
            .test = random_images(50, test_seed)};
}

arma::mat all_of(const PreparedImages& images) {
    arma::fmat inputs(images.units(), images.size());
    for (arma::uword index = 0; index < images.size(); ++index)
        images.read(index, std::span<float>(inputs.colptr(index), inputs.n_rows));
    return arma::conv_to<arma::mat>::from(inputs);
}

/// The steps in double, each sum written out.
struct Reference {
    arma::mat training;
    arma::mat test;

    explicit Reference(const Dataset& dataset)
        : training(arma::conv_to<arma::mat>::from(dataset.training.pixels)),
          test(arma::conv_to<arma::mat>::from(dataset.test.pixels)) {}

    void subtract_mean() {
        for (arma::uword unit = 0; unit < training.n_rows; ++unit) {
            double sum = 0;
            for (arma::uword image = 0; image < training.n_cols; ++image) sum += training(unit, image);
            const double mean = sum / static_cast<double>(training.n_cols);
            for (arma::uword image = 0; image < training.n_cols; ++image) training(unit, image) -= mean;
            for (arma::uword image = 0; image < test.n_cols; ++image) test(unit, image) -= mean;
        }
    }

    static double deviation_of(const arma::mat& images, arma::uword image) {
        double squares = 0;
        for (arma::uword unit = 0; unit < images.n_rows; ++unit) squares += images(unit, image) * images(unit, image);
        return std::sqrt(squares / static_cast<double>(images.n_rows - 1));
    }

    void normalize_contrast() {
        double mean_deviation = 0;
        for (arma::mat* images : {&training, &test})
            for (arma::uword image = 0; image < images->n_cols; ++image) {
                double sum = 0;
                for (arma::uword unit = 0; unit < images->n_rows; ++unit) sum += (*images)(unit, image);
                for (arma::uword unit = 0; unit < images->n_rows; ++unit)
                    (*images)(unit, image) -= sum / static_cast<double>(images->n_rows);
            }
        for (arma::uword image = 0; image < training.n_cols; ++image)
            mean_deviation += deviation_of(training, image) / static_cast<double>(training.n_cols);
        for (arma::mat* images : {&training, &test})
            for (arma::uword image = 0; image < images->n_cols; ++image) {
                const double scale = mean_deviation / std::max(deviation_of(*images, image), 40.0);
                for (arma::uword unit = 0; unit < images->n_rows; ++unit) (*images)(unit, image) *= scale;
            }
    }

    void whiten() {
        arma::mat covariance(training.n_rows, training.n_rows, arma::fill::zeros);
        for (arma::uword image = 0; image < training.n_cols; ++image)
            for (arma::uword row = 0; row < training.n_rows; ++row)
                for (arma::uword column = 0; column < training.n_rows; ++column)
                    covariance(row, column) +=
                        training(row, image) * training(column, image) / static_cast<double>(training.n_cols);
        arma::vec d;
        arma::mat v;
        arma::eig_sym(d, v, covariance);
        const double norm = std::sqrt(arma::accu(d) / static_cast<double>(d.n_elem));
        arma::vec scale(d.n_elem);
        for (arma::uword k = 0; k < d.n_elem; ++k) scale(k) = norm / std::max(std::sqrt(std::max(d(k), 0.0)), 10.0);
        training = v * arma::diagmat(scale) * v.t() * training;
        test = v * arma::diagmat(scale) * v.t() * test;
    }
};

void require_same(const arma::mat& found, const arma::mat& wanted, double relative) {
    REQUIRE(arma::size(found) == arma::size(wanted));
    REQUIRE_THAT(arma::abs(found - wanted).max(), WithinAbs(0.0, relative * arma::abs(wanted).max()));
}

}  // namespace

TEST_CASE("Preprocess: the mean image is the mean of each pixel over the images", "[data][preprocess]") {
    const arma::fvec mean = mean_image(arma::Mat<std::uint8_t>{{0, 255, 0}, {1, 2, 4}});
    REQUIRE(mean.n_elem == 2);
    REQUIRE(mean(0) == 85.0F);
    REQUIRE(mean(1) == static_cast<float>(7.0 / 3.0));
    REQUIRE(mean_image(arma::Mat<std::uint8_t>(3, 0)).is_zero());
}

TEST_CASE("Preprocess: by default the training mean is subtracted from both sets, and nothing else",
          "[data][preprocess]") {
    Reference reference(random_dataset());
    reference.subtract_mean();
    const PreparedDataset prepared = prepare(random_dataset(), {});
    require_same(all_of(prepared.training), reference.training, kSingle);
    require_same(all_of(prepared.test), reference.test, kSingle);
    REQUIRE_THAT(arma::abs(arma::mean(all_of(prepared.training), 1)).max(), WithinAbs(0.0, 255 * kSingle));
    // Of the test images the mean is another: it was not taken from them.
    REQUIRE(arma::abs(arma::mean(all_of(prepared.test), 1)).max() > 1.0);
}

TEST_CASE("Preprocess: with every step off the pixels come as they are", "[data][preprocess]") {
    const PreparedDataset prepared = prepare(random_dataset(), {.subtract_mean = false});
    require_same(all_of(prepared.training), Reference(random_dataset()).training, 0.0);
    require_same(all_of(prepared.test), Reference(random_dataset()).test, 0.0);
}

TEST_CASE("Preprocess: labels go with their images", "[data][preprocess]") {
    const PreparedDataset prepared = prepare(random_dataset(), {.contrast_normalization = GENERATE(false, true)});
    const Dataset dataset = random_dataset();
    REQUIRE(std::equal(prepared.training.labels().begin(), prepared.training.labels().end(),
                       dataset.training.labels.begin(), dataset.training.labels.end()));
    REQUIRE(std::equal(prepared.test.labels().begin(), prepared.test.labels().end(), dataset.test.labels.begin(),
                       dataset.test.labels.end()));
}

TEST_CASE("Preprocess: contrast normalisation equals its reference in plain loops", "[data][preprocess]") {
    Reference reference(random_dataset());
    const bool subtract_mean = GENERATE(true, false);
    if (subtract_mean) reference.subtract_mean();
    reference.normalize_contrast();
    const PreparedDataset prepared =
        prepare(random_dataset(), {.subtract_mean = subtract_mean, .contrast_normalization = true});
    require_same(all_of(prepared.training), reference.training, kSingle);
    require_same(all_of(prepared.test), reference.test, kSingle);
}

TEST_CASE("Preprocess: all three steps equal their reference in plain loops", "[data][preprocess]") {
    Reference reference(random_dataset());
    reference.subtract_mean();
    const bool contrast_normalization = GENERATE(true, false);
    if (contrast_normalization) reference.normalize_contrast();
    reference.whiten();
    const PreparedDataset prepared =
        prepare(random_dataset(), {.contrast_normalization = contrast_normalization, .whitening = true});
    require_same(all_of(prepared.training), reference.training, kWhitened);
    require_same(all_of(prepared.test), reference.test, kWhitened);
}

TEST_CASE("Preprocess: the training images do not depend on the test images", "[data][preprocess]") {
    const PreprocessOptions options{.contrast_normalization = true, .whitening = true};
    const PreparedDataset one = prepare(random_dataset(2), options);
    const PreparedDataset other = prepare(random_dataset(3), options);
    require_same(all_of(one.training), all_of(other.training), 0.0);
    REQUIRE(arma::abs(all_of(one.test) - all_of(other.test)).max() > 1.0);
}
