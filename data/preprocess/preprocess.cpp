#include "data/preprocess/preprocess.hpp"

#include <memory>
#include <utility>
#include <vector>

#include "data/preprocess/contrast.hpp"
#include "data/preprocess/whitening.hpp"

namespace stdpscope::data {

namespace {

/// Takes the pixels, so that bytes and floats of a set lie in memory together for the shortest time.
arma::fmat centred(arma::Mat<std::uint8_t> pixels, const arma::fvec& mean) {
    arma::fmat images = arma::conv_to<arma::fmat>::from(pixels);
    images.each_col() -= mean;
    return images;
}

}  // namespace

arma::fvec mean_image(const arma::Mat<std::uint8_t>& pixels) {
    std::vector<std::uint64_t> sums(pixels.n_rows, 0);
    for (arma::uword image = 0; image < pixels.n_cols; ++image) {
        const std::uint8_t* column = pixels.colptr(image);
        for (std::size_t unit = 0; unit < sums.size(); ++unit) sums[unit] += column[unit];
    }
    arma::fvec mean(pixels.n_rows, arma::fill::zeros);
    if (pixels.n_cols == 0) return mean;
    for (std::size_t unit = 0; unit < sums.size(); ++unit)
        mean(unit) = static_cast<float>(static_cast<double>(sums[unit]) / static_cast<double>(pixels.n_cols));
    return mean;
}

PreparedDataset prepare(Dataset dataset, const PreprocessOptions& options) {
    auto mean = std::make_shared<const arma::fvec>(options.subtract_mean
                                                       ? mean_image(dataset.training.pixels)
                                                       : arma::fvec(dataset.training.pixels.n_rows, arma::fill::zeros));
    if (!options.contrast_normalization && !options.whitening)
        return {.training = {std::move(dataset.training.pixels), mean, std::move(dataset.training.labels)},
                .test = {std::move(dataset.test.pixels), mean, std::move(dataset.test.labels)}};
    arma::fmat training = centred(std::move(dataset.training.pixels), *mean);
    arma::fmat test = centred(std::move(dataset.test.pixels), *mean);
    if (options.contrast_normalization) {
        const ContrastNormalization normalization(training);
        normalization.apply(training);
        normalization.apply(test);
    }
    if (options.whitening) {
        const Whitening whitening(training);
        whitening.apply(training);
        whitening.apply(test);
    }
    return {.training = {std::move(training), std::move(dataset.training.labels)},
            .test = {std::move(test), std::move(dataset.test.labels)}};
}

}  // namespace stdpscope::data
