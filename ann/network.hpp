#pragma once

#include <armadillo>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "ann/layer/layer.hpp"
#include "ann/loss/loss.hpp"
#include "ann/network_spec.hpp"
#include "ann/observer.hpp"

namespace stdpscope::ann {

class ActivationLayer;

/// A feed-forward network: a chain of layers and a loss. Weights are drawn at construction.
///
/// A layer without a name is named by its type (conv, dense, pool, activation) and the number of the last layer of
/// synapses up to it, counted from 1: conv1, pool1, conv2, dense3, activation3. Where that is taken, "_2", "_3", ...
/// follows.
class Network {
public:
    /// Throws InvalidParameter where shapes do not fit, a value is out of range, a name is used twice or the
    /// network could not be trained (Heaviside units).
    Network(const NetworkSpec& spec, std::uint64_t seed);

    [[nodiscard]] const NetworkSpec& spec() const { return spec_; }
    [[nodiscard]] MapShape input_shape() const { return spec_.input; }
    [[nodiscard]] MapShape output_shape() const;
    [[nodiscard]] arma::uword layer_count() const { return layers_.size(); }
    [[nodiscard]] Layer& layer(arma::uword index) { return *layers_[index]; }

    /// The trained layers in order, as observers are told of them.
    [[nodiscard]] const std::vector<SynapseLayer>& synapse_layers() const { return synapse_layers_; }
    /// Where the weights and biases of synapse_layers() are.
    [[nodiscard]] std::vector<LayerParameters> parameters() const;
    /// The layer object behind synapse_layers()[index].
    [[nodiscard]] SynapticLayer& synaptic(arma::uword index);

    /// Output of the last layer (before the loss); valid until the next pass. `input` must outlive backward.
    const LaneCube& forward(const Pass& pass, const LaneCube& input);

    /// Loss and errors of the outputs of the last forward; labels has one class a sample.
    [[nodiscard]] LossValue score(std::span<const std::uint8_t> labels) const;

    /// After forward: all weight and bias gradients (sums over the batch); returns the same as score.
    LossValue backward(const Pass& pass, std::span<const std::uint8_t> labels);

    /// After backward: what observers see of synapse_layers()[index], given the weights before and after the update.
    [[nodiscard]] LayerStep layer_step(arma::uword index, const arma::fmat& weights_before,
                                       const arma::fmat& weights_after, const arma::fvec& biases_after) const;

private:
    void add_layers(std::uint64_t seed);
    void describe_synapses();

    NetworkSpec spec_;
    std::vector<std::unique_ptr<Layer>> layers_;
    std::vector<SynapseLayer> synapse_layers_;
    std::vector<arma::uword> synaptic_places_;  ///< index into layers_ of each of synapse_layers_
    /// The activation layer that directly follows each of synapse_layers_, or null.
    std::vector<const ActivationLayer*> following_activations_;
    const LaneCube* input_ = nullptr;
    std::vector<LaneCube> outputs_;    ///< of each layer
    std::vector<LaneCube> gradients_;  ///< dLoss/doutput of each layer
};

}  // namespace stdpscope::ann
