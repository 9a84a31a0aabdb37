#pragma once

#include <algorithm>
#include <armadillo>
#include <cstdint>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "ann/example_set.hpp"
#include "ann/lane_cube.hpp"

namespace stdpscope::test {

/// Examples held in memory, one a column of `inputs` (units x examples).
class MatrixExamples final : public ann::ExampleSet {
public:
    MatrixExamples(ann::MapShape shape, arma::uword classes, arma::fmat inputs, std::vector<std::uint8_t> labels)
        : shape_(shape), classes_(classes), inputs_(std::move(inputs)), labels_(std::move(labels)) {}

    [[nodiscard]] arma::uword size() const override { return inputs_.n_cols; }
    [[nodiscard]] ann::MapShape shape() const override { return shape_; }
    [[nodiscard]] arma::uword classes() const override { return classes_; }
    [[nodiscard]] std::span<const std::uint8_t> labels() const override { return labels_; }
    void read(arma::uword index, std::span<float> inputs) const override {
        std::copy_n(inputs_.colptr(index), inputs.size(), inputs.begin());
    }

    [[nodiscard]] const arma::fmat& inputs() const { return inputs_; }

private:
    ann::MapShape shape_;
    arma::uword classes_;
    arma::fmat inputs_;
    std::vector<std::uint8_t> labels_;
};

/// Normal noise about one random centre a class; classes in turn. With a small `noise` they are separable.
inline MatrixExamples clustered_examples(ann::MapShape shape, arma::uword classes, arma::uword count, float noise,
                                         std::uint64_t seed) {
    std::mt19937_64 random(99);  // the same centres for every set
    std::normal_distribution<float> normal(0.0F, 1.0F);
    arma::fmat centres(shape.units(), classes);
    for (float& value : centres) value = normal(random);
    random.seed(seed);
    arma::fmat inputs(shape.units(), count);
    std::vector<std::uint8_t> labels(count);
    for (arma::uword n = 0; n < count; ++n) {
        labels[n] = static_cast<std::uint8_t>(n % classes);
        for (arma::uword unit = 0; unit < shape.units(); ++unit) {
            inputs(unit, n) = centres(unit, labels[n]) + noise * normal(random);
        }
    }
    return {shape, classes, std::move(inputs), std::move(labels)};
}

/// A batch in lanes from (units x samples).
inline ann::LaneCube lanes_of(const arma::fmat& inputs) {
    ann::LaneCube cube(inputs.n_rows, inputs.n_cols);
    for (arma::uword n = 0; n < inputs.n_cols; ++n) {
        for (arma::uword unit = 0; unit < inputs.n_rows; ++unit) cube.at(n, unit) = inputs(unit, n);
    }
    return cube;
}

}  // namespace stdpscope::test
