#pragma once

#include <armadillo>
#include <cstdint>
#include <memory>
#include <string>

#include "ann/lane_cube.hpp"
#include "ann/layer/pieces.hpp"
#include "ann/map_shape.hpp"
#include "ann/network_spec.hpp"
#include "ann/observer.hpp"

namespace stdpscope::ann {

namespace kernel {
struct SgdUpdate;
}

/// One forward (and perhaps backward) pass of a batch. `number` counts the forward passes of the run, training and
/// test alike, so that what is drawn for every pass (element masks) is drawn anew and reproducibly.
struct Pass {
    std::uint64_t number = 0;
    int threads = 1;
};

class SynapticLayer;

/// A layer knows its shapes, forward and backward. It keeps what backward needs beyond its own input and output;
/// the network keeps those.
class Layer {
public:
    Layer(std::string name, MapShape input_shape, MapShape output_shape)
        : name_(std::move(name)), input_shape_(input_shape), output_shape_(output_shape) {}
    virtual ~Layer() = default;
    Layer(const Layer&) = delete;
    Layer& operator=(const Layer&) = delete;

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const MapShape& input_shape() const { return input_shape_; }
    [[nodiscard]] const MapShape& output_shape() const { return output_shape_; }

    /// Computes output (lanes x output units x blocks) from input (lanes x input units x blocks; unused lanes zero).
    /// `output` is already sized; its unused lanes are zero and stay so.
    virtual void forward(const Pass& pass, const LaneCube& input, LaneCube& output) = 0;

    /// From input and output as they were at forward and output_gradient = dLoss_n/doutput (unused lanes zero),
    /// computes the layer's own weight gradients and, unless input_gradient is null, dLoss_n/dinput (sized already,
    /// every sample's value is overwritten; unused lanes are zero and stay so).
    virtual void backward(const Pass& pass, const LaneCube& input, const LaneCube& output,
                          const LaneCube& output_gradient, LaneCube* input_gradient) = 0;

    /// Non-null for layers with weights.
    [[nodiscard]] virtual SynapticLayer* synaptic() { return nullptr; }

private:
    std::string name_;
    MapShape input_shape_;
    MapShape output_shape_;
};

/// A layer with weights. Gradients are sums over the samples of the batch (not means).
class SynapticLayer : public Layer {
public:
    SynapticLayer(std::string name, const SynapseGeometry& geometry, const SynapseTraining& training)
        : Layer(std::move(name), geometry.pre_shape, geometry.post_shape), geometry_(geometry), training_(training) {
        const arma::uword rows = geometry.weight_rows();
        const arma::uword columns = geometry.weight_columns();
        const arma::uword vectors = pieces(rows * columns, kLanes);
        weight_memory_.resize(2 * vectors, kLanes);
        weights = arma::fmat(weight_memory_.lanes(0, 0), rows, columns, false);
        next_weights = arma::fmat(weight_memory_.lanes(vectors, 0), rows, columns, false);
        weight_gradient.zeros(arma::size(weights));
        biases.zeros(geometry.weight_rows());
        bias_gradient.zeros(geometry.weight_rows());
    }

    [[nodiscard]] const SynapseGeometry& geometry() const { return geometry_; }
    [[nodiscard]] const SynapseTraining& training() const { return training_; }
    [[nodiscard]] SynapticLayer* synaptic() override { return this; }

    /// Asks the next backward pass to do this update of all weights as soon as gradients are known; weight_gradient
    /// then stays as it was. False where the layer does not do so: the update is then left to the caller.
    [[nodiscard]] virtual bool update_in_backward(const kernel::SgdUpdate& /*update*/) { return false; }

    // Weights begin on a cache line, where Armadillo's own memory would not: a vector then lies in one.
    arma::fmat weights;          ///< (post x pre), see SynapseGeometry
    arma::fmat next_weights;     ///< as `weights`: for an optimiser to fill, then to exchange for them
    arma::fmat weight_gradient;  ///< sum over the batch of dLoss_n/dweight, as `weights`
    arma::fvec biases;           ///< (post), one a channel in a convolution
    arma::fvec bias_gradient;    ///< sum over the batch, as `biases`

private:
    SynapseGeometry geometry_;
    SynapseTraining training_;
    LaneCube weight_memory_;  ///< of weights and next_weights
};

}  // namespace stdpscope::ann
