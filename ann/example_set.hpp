#pragma once

#include <armadillo>
#include <cstdint>
#include <span>

#include "ann/map_shape.hpp"

namespace stdpscope::ann {

/// The examples that a network is trained or tested on. Implemented by whoever holds the data.
class ExampleSet {
public:
    virtual ~ExampleSet() = default;
    [[nodiscard]] virtual arma::uword size() const = 0;
    [[nodiscard]] virtual MapShape shape() const = 0;
    [[nodiscard]] virtual arma::uword classes() const = 0;
    /// Class of each example, 0 .. classes() - 1.
    [[nodiscard]] virtual std::span<const std::uint8_t> labels() const = 0;
    /// Writes the inputs of one example (shape().units() floats: channel, row, column). Called from several threads.
    virtual void read(arma::uword index, std::span<float> inputs) const = 0;
};

}  // namespace stdpscope::ann
