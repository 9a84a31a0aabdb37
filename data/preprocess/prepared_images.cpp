#include "data/preprocess/prepared_images.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

namespace stdpscope::data {

namespace {

void check_labels(arma::uword images, arma::uword labels) {
    if (images != labels)
        throw std::logic_error(std::to_string(labels) + " labels for " + std::to_string(images) + " images");
}

}  // namespace

PreparedImages::PreparedImages(arma::Mat<std::uint8_t> pixels, std::shared_ptr<const arma::fvec> mean,
                               std::vector<std::uint8_t> labels)
    : images_(Centred{.pixels = std::move(pixels), .mean = std::move(mean)}), labels_(std::move(labels)) {
    const auto& centred = std::get<Centred>(images_);
    check_labels(centred.pixels.n_cols, labels_.size());
    if (!centred.mean || centred.mean->n_elem != centred.pixels.n_rows)
        throw std::logic_error("the mean must have " + std::to_string(centred.pixels.n_rows) + " units, as an image");
}

PreparedImages::PreparedImages(arma::fmat inputs, std::vector<std::uint8_t> labels)
    : images_(std::move(inputs)), labels_(std::move(labels)) {
    check_labels(std::get<arma::fmat>(images_).n_cols, labels_.size());
}

arma::uword PreparedImages::units() const {
    const auto* centred = std::get_if<Centred>(&images_);
    return centred != nullptr ? centred->pixels.n_rows : std::get<arma::fmat>(images_).n_rows;
}

void PreparedImages::read(arma::uword index, std::span<float> inputs) const {
    if (index >= size()) throw std::out_of_range("image " + std::to_string(index) + " of " + std::to_string(size()));
    if (inputs.size() != units())
        throw std::logic_error(std::to_string(inputs.size()) + " places for " + std::to_string(units()) + " inputs");
    if (const auto* centred = std::get_if<Centred>(&images_)) {
        const std::uint8_t* pixels = centred->pixels.colptr(index);
        std::transform(pixels, pixels + inputs.size(), centred->mean->memptr(), inputs.begin(),
                       [](std::uint8_t pixel, float mean) { return static_cast<float>(pixel) - mean; });
    } else {
        const float* values = std::get<arma::fmat>(images_).colptr(index);
        std::copy(values, values + inputs.size(), inputs.begin());
    }
}

}  // namespace stdpscope::data
