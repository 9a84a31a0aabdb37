#pragma once

#include <armadillo>

namespace stdpscope::data {

/// Whitening that turns back to the pixels (ZCA) and roughly keeps the norm of an image:
///
///     C = Z Z' / n                                      (Z: training images as they come in, (units x n))
///     C = V diag(d) V'
///     y = V diag(sqrt(mean(d)) / max(sqrt(d), 10)) V' z
///
/// The bound of 10 keeps directions that hardly vary from being blown up. The mean of the images is not subtracted
/// again: they come in with a mean near zero, from the steps before. Source: MatConvNet's examples/cifar/cnn_cifar.m.
/// That file sums over the 50 000 training images and divides by 60 000; here C is the covariance of the training
/// images, divided by their number. Its eigenvalues are thus larger by 6/5, and with them the scale of the directions
/// at the bound, by sqrt(6/5); the others are the same.
class Whitening {
public:
    static constexpr double kSmallestDeviation = 10.0;

    /// Learns the transform from the training images, (units x images), of which there must be at least one.
    /// The last bits depend on the number of threads that BLAS uses, as its sums are then taken in another order.
    /// Takes memory for four (units x units) matrices of doubles.
    explicit Whitening(const arma::fmat& training);

    /// Variances d of the training images along the eigenvectors, rising; those below zero by rounding are set to 0.
    [[nodiscard]] const arma::vec& eigenvalues() const { return eigenvalues_; }
    /// V diag(...) V', (units x units), symmetric.
    [[nodiscard]] const arma::fmat& transform() const { return transform_; }

    /// Whitens images in place, (units x images).
    void apply(arma::fmat& images) const;

private:
    arma::vec eigenvalues_;
    arma::fmat transform_;
};

}  // namespace stdpscope::data
