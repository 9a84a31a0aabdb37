#pragma once

#include <armadillo>
#include <cstdint>

#include "data/dataset.hpp"
#include "data/preprocess/prepared_images.hpp"

namespace stdpscope::data {

/// What is done to the raw pixels, 0 .. 255, in this order. MatConvNet's MNIST example does the first, its CIFAR-10
/// example all three.
struct PreprocessOptions {
    bool subtract_mean = true;            ///< the mean image of the training set
    bool contrast_normalization = false;  ///< per image; see contrast.hpp
    bool whitening = false;               ///< see whitening.hpp
};

struct PreparedDataset {
    PreparedImages training;
    PreparedImages test;
};

/// Mean of each pixel over the images: (units), from exact sums, rounded once to single. Zeros when there are no
/// images.
[[nodiscard]] arma::fvec mean_image(const arma::Mat<std::uint8_t>& pixels);

/// Both sets, transformed alike: every number that the transforms need comes from the training images. With the mean
/// alone the pixels stay bytes (a quarter of the memory); otherwise they become floats. Moves the pixels out of
/// `dataset`, so pass std::move(dataset) when it is not needed any more.
[[nodiscard]] PreparedDataset prepare(Dataset dataset, const PreprocessOptions& options);

}  // namespace stdpscope::data
