#include "data/preprocess/whitening.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <stdexcept>

namespace stdpscope::data {

namespace {

constexpr arma::uword kBlockImages = 2000;

/// Products in single within a block of images, blocks added in double.
arma::mat covariance(const arma::fmat& images) {
    arma::mat sum(images.n_rows, images.n_rows, arma::fill::zeros);
    for (arma::uword first = 0; first < images.n_cols; first += kBlockImages) {
        const arma::uword last = std::min(first + kBlockImages, images.n_cols) - 1;
        const arma::fmat block = images.cols(first, last);
        const arma::fmat product = block * block.t();
        sum += arma::conv_to<arma::mat>::from(product);
    }
    return sum / static_cast<double>(images.n_cols);
}

}  // namespace

Whitening::Whitening(const arma::fmat& training) {
    assert(training.n_rows >= 1 && training.n_cols >= 1);
    arma::mat vectors;
    if (!arma::eig_sym(eigenvalues_, vectors, covariance(training)))
        throw std::runtime_error("whitening: the eigenvalues of the training covariance (" +
                                 std::to_string(training.n_rows) + " units) did not converge");
    eigenvalues_.transform([](double value) { return std::max(value, 0.0); });
    const double norm = std::sqrt(arma::mean(eigenvalues_));
    // Half of the scale on each side: the product is then symmetric to the last bit.
    for (arma::uword index = 0; index < vectors.n_cols; ++index)
        vectors.col(index) *= std::sqrt(norm / std::max(std::sqrt(eigenvalues_(index)), kSmallestDeviation));
    const arma::mat product = vectors * vectors.t();
    transform_ = arma::conv_to<arma::fmat>::from(product);
}

void Whitening::apply(arma::fmat& images) const {
    for (arma::uword first = 0; first < images.n_cols; first += kBlockImages) {
        const arma::uword last = std::min(first + kBlockImages, images.n_cols) - 1;
        const arma::fmat block = images.cols(first, last);
        images.cols(first, last) = transform_ * block;
    }
}

}  // namespace stdpscope::data
