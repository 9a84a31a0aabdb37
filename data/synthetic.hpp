#pragma once

#include <armadillo>
#include <cstdint>

#include "data/dataset.hpp"

namespace stdpscope::data {

struct SyntheticOptions {
    arma::uword training_images = 6000;
    arma::uword test_images = 1000;
    std::uint64_t seed = 1;
};

/// A data set drawn by a seeded generator, for tests and for machines without one: 10 classes of 28 x 28 grey images.
///
/// Each class has a pattern: a 7 x 7 grid of cells, two in three of them dark and the others between 128 and 255,
/// enlarged four times by bilinear interpolation. All classes start from one shared grid, of which each draws about
/// every third cell anew. An image is the pattern of its class, shifted by up to three pixels each way, its contrast
/// scaled by 3/4 to 5/4, with noise of standard deviation near 33 on every pixel, clipped to 0 .. 255. Classes follow
/// each other in turn: image i is of class i mod 10. The nearest class mean errs on 10 to 20 % of the test images; a
/// hidden layer of 100 ReLUs on less than 1 % after one epoch.
///
/// Integer arithmetic throughout, and std::mt19937_64, whose numbers the standard fixes: the same seed gives the same
/// bytes on every machine. Patterns, training and test images have a generator each, so that a smaller set is the
/// front of a larger one.
[[nodiscard]] Dataset make_synthetic(const SyntheticOptions& options = {});

}  // namespace stdpscope::data
