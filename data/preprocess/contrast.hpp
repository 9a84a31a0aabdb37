#pragma once

#include <armadillo>

namespace stdpscope::data {

/// Contrast normalisation, per image:
///
///     z = x - mean(x)                                  (over all pixels and channels of the image)
///     y = z * mean_deviation / max(std(z), 40)         (std with n - 1)
///
/// where mean_deviation is the mean of std(z) over the training images. The bound of 40 keeps nearly flat images from
/// being blown up. Source: Coates, Lee & Ng 2011, AISTATS 15:215, as in MatConvNet's examples/cifar/cnn_cifar.m. That
/// file takes the mean of the deviations over training and test images; here no number comes from the test images.
class ContrastNormalization {
public:
    static constexpr double kSmallestDeviation = 40.0;

    /// Learns mean_deviation from the training images, (units x images) with at least two units and one image.
    explicit ContrastNormalization(const arma::fmat& training);

    [[nodiscard]] double mean_deviation() const { return mean_deviation_; }

    /// Normalises images in place, (units x images).
    void apply(arma::fmat& images) const;

private:
    double mean_deviation_ = 0;
};

}  // namespace stdpscope::data
