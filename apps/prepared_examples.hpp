#pragma once

#include "ann/example_set.hpp"
#include "data/preprocess/prepared_images.hpp"

namespace stdpscope::apps {

/// Prepared images as a network is trained on them.
class PreparedExamples : public ann::ExampleSet {
public:
    PreparedExamples(data::PreparedImages images, ann::MapShape shape, arma::uword classes)
        : images_(std::move(images)), shape_(shape), classes_(classes) {}

    [[nodiscard]] arma::uword size() const override { return images_.size(); }
    [[nodiscard]] ann::MapShape shape() const override { return shape_; }
    [[nodiscard]] arma::uword classes() const override { return classes_; }
    [[nodiscard]] std::span<const std::uint8_t> labels() const override { return images_.labels(); }
    void read(arma::uword index, std::span<float> inputs) const override { images_.read(index, inputs); }

private:
    data::PreparedImages images_;
    ann::MapShape shape_;
    arma::uword classes_;
};

}  // namespace stdpscope::apps
