#pragma once

#include <vector>

#include "ann/example_set.hpp"

namespace stdpscope::apps {

/// Random inputs of a network's shape, with random labels: at least 60,000 examples (as many as MNIST has), a whole
/// number of batches, among which 2,000 inputs held in memory repeat. Inputs are uniform in -64 .. 64, the range of
/// grey images without their mean.
class NoiseExamples : public ann::ExampleSet {
public:
    NoiseExamples(ann::MapShape shape, arma::uword classes, arma::uword batch_size, std::uint64_t seed);

    [[nodiscard]] arma::uword size() const override { return labels_.size(); }
    [[nodiscard]] ann::MapShape shape() const override { return shape_; }
    [[nodiscard]] arma::uword classes() const override { return classes_; }
    [[nodiscard]] std::span<const std::uint8_t> labels() const override { return labels_; }
    void read(arma::uword index, std::span<float> inputs) const override;

private:
    ann::MapShape shape_;
    arma::uword classes_;
    arma::fmat inputs_;  ///< (units x inputs)
    std::vector<std::uint8_t> labels_;
};

}  // namespace stdpscope::apps
