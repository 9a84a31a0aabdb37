#include "data/preprocess/contrast.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace stdpscope::data {

namespace {

struct Moments {
    double mean = 0;
    double deviation = 0;  ///< with n - 1
};

/// Sums in double: 3072 terms in single would lose three digits.
Moments moments_of(const float* values, arma::uword count) {
    double sum = 0;
    for (arma::uword index = 0; index < count; ++index) sum += static_cast<double>(values[index]);
    const double mean = sum / static_cast<double>(count);
    double squares = 0;
    for (arma::uword index = 0; index < count; ++index) {
        const double difference = static_cast<double>(values[index]) - mean;
        squares += difference * difference;
    }
    return {.mean = mean, .deviation = std::sqrt(squares / static_cast<double>(count - 1))};
}

}  // namespace

ContrastNormalization::ContrastNormalization(const arma::fmat& training) {
    assert(training.n_rows >= 2 && training.n_cols >= 1);
    for (arma::uword image = 0; image < training.n_cols; ++image)
        mean_deviation_ += moments_of(training.colptr(image), training.n_rows).deviation;
    mean_deviation_ /= static_cast<double>(training.n_cols);
}

void ContrastNormalization::apply(arma::fmat& images) const {
    for (arma::uword image = 0; image < images.n_cols; ++image) {
        const auto [mean, deviation] = moments_of(images.colptr(image), images.n_rows);
        const double scale = mean_deviation_ / std::max(deviation, kSmallestDeviation);
        float* values = images.colptr(image);
        for (arma::uword unit = 0; unit < images.n_rows; ++unit)
            values[unit] = static_cast<float>((static_cast<double>(values[unit]) - mean) * scale);
    }
}

}  // namespace stdpscope::data
