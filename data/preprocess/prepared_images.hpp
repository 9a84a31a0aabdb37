#pragma once

#include <armadillo>
#include <cstdint>
#include <memory>
#include <span>
#include <variant>
#include <vector>

namespace stdpscope::data {

/// Images as a network takes them: each a vector of floats in the order channel, row, column, with its label. Nothing
/// changes after construction, so every member may be called from several threads at a time.
class PreparedImages {
public:
    /// Pixels kept as bytes, (units x images); reading an image subtracts `mean` (units), which is shared between sets.
    /// Throws std::logic_error unless there is one label an image and the mean has as many units as an image.
    PreparedImages(arma::Mat<std::uint8_t> pixels, std::shared_ptr<const arma::fvec> mean,
                   std::vector<std::uint8_t> labels);
    /// Inputs kept as floats, (units x images). Throws std::logic_error unless there is one label an image.
    PreparedImages(arma::fmat inputs, std::vector<std::uint8_t> labels);

    [[nodiscard]] arma::uword size() const { return labels_.size(); }
    /// Floats an image.
    [[nodiscard]] arma::uword units() const;
    [[nodiscard]] std::span<const std::uint8_t> labels() const { return labels_; }

    /// Writes the units() inputs of one image. Throws std::out_of_range unless index < size(), and std::logic_error
    /// unless the span has units() places.
    void read(arma::uword index, std::span<float> inputs) const;

private:
    struct Centred {
        arma::Mat<std::uint8_t> pixels;
        std::shared_ptr<const arma::fvec> mean;
    };

    std::variant<Centred, arma::fmat> images_;
    std::vector<std::uint8_t> labels_;
};

}  // namespace stdpscope::data
