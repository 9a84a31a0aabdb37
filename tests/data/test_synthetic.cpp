#include <catch2/catch.hpp>

#include "data/checksum.hpp"
#include "data/synthetic.hpp"

using namespace stdpscope::data;

namespace {

/// Share of the test images that are nearer to the mean of another class than to that of their own.
double nearest_mean_error(const Dataset& dataset) {
    arma::mat means(dataset.training.pixels.n_rows, dataset.classes, arma::fill::zeros);
    arma::vec counts(dataset.classes, arma::fill::zeros);
    for (arma::uword image = 0; image < dataset.training.pixels.n_cols; ++image) {
        means.col(dataset.training.labels[image]) += arma::conv_to<arma::vec>::from(dataset.training.pixels.col(image));
        ++counts(dataset.training.labels[image]);
    }
    means.each_row() /= counts.t();
    arma::uword errors = 0;
    for (arma::uword image = 0; image < dataset.test.pixels.n_cols; ++image) {
        const arma::vec pixels = arma::conv_to<arma::vec>::from(dataset.test.pixels.col(image));
        const arma::rowvec distances = arma::sum(arma::square(means.each_col() - pixels), 0);
        if (distances.index_min() != dataset.test.labels[image]) ++errors;
    }
    return static_cast<double>(errors) / static_cast<double>(dataset.test.pixels.n_cols);
}

}  // namespace

TEST_CASE("Synthetic: shape, counts and balanced classes as promised", "[data][synthetic]") {
    const Dataset dataset = make_synthetic();
    REQUIRE(dataset.channels == 1);
    REQUIRE(dataset.rows == 28);
    REQUIRE(dataset.columns == 28);
    REQUIRE(dataset.classes == 10);
    REQUIRE(dataset.class_names.size() == 10);
    REQUIRE(dataset.training.pixels.n_rows == 784);
    REQUIRE(dataset.training.pixels.n_cols == 6000);
    REQUIRE(dataset.training.labels.size() == 6000);
    REQUIRE(dataset.test.pixels.n_cols == 1000);
    REQUIRE(dataset.test.labels.size() == 1000);
    for (std::size_t index = 0; index < 6000; ++index) REQUIRE(dataset.training.labels[index] == index % 10);
}

TEST_CASE("Synthetic: the same seed gives the same bytes on every machine", "[data][synthetic]") {
    const Dataset dataset = make_synthetic({.training_images = 200, .test_images = 100, .seed = 1});
    REQUIRE(checksum_text(checksum(dataset)) == "11fdcea6");
    REQUIRE(checksum(make_synthetic({.training_images = 200, .test_images = 100, .seed = 2})) != checksum(dataset));
}

TEST_CASE("Synthetic: a smaller set is the front of a larger one", "[data][synthetic]") {
    const Dataset small = make_synthetic({.training_images = 30, .test_images = 20});
    const Dataset large = make_synthetic({.training_images = 60, .test_images = 40});
    REQUIRE(arma::approx_equal(small.training.pixels, large.training.pixels.head_cols(30), "absdiff", 0));
    REQUIRE(arma::approx_equal(small.test.pixels, large.test.pixels.head_cols(20), "absdiff", 0));
    REQUIRE_FALSE(arma::approx_equal(small.test.pixels, small.training.pixels.head_cols(20), "absdiff", 0));
}

TEST_CASE("Synthetic: the classes can be told apart, but not by their means alone", "[data][synthetic]") {
    const double error = nearest_mean_error(make_synthetic());
    REQUIRE(error < 0.30);
    REQUIRE(error > 0.05);
}
