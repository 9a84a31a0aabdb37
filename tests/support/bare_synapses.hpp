#pragma once

#include <stdexcept>

#include "ann/layer/layer.hpp"

namespace stdpscope::test {

/// Weights, biases and their gradients without any computation, for whatever only touches those.
class BareSynapses final : public ann::SynapticLayer {
public:
    BareSynapses(arma::uword pre, arma::uword post, const ann::SynapseTraining& training)
        : SynapticLayer("bare", {.pre_shape = {pre, 1, 1}, .post_shape = {post, 1, 1}}, training) {}

    void forward(const ann::Pass& /*pass*/, const ann::LaneCube& /*input*/, ann::LaneCube& /*output*/) override {
        throw std::logic_error("BareSynapses computes nothing");
    }
    void backward(const ann::Pass& /*pass*/, const ann::LaneCube& /*input*/, const ann::LaneCube& /*output*/,
                  const ann::LaneCube& /*output_gradient*/, ann::LaneCube* /*input_gradient*/) override {
        throw std::logic_error("BareSynapses computes nothing");
    }
};

}  // namespace stdpscope::test
