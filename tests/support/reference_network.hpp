#pragma once

#include <armadillo>
#include <cstdint>
#include <span>
#include <vector>

#include "ann/network.hpp"

namespace stdpscope::test {

/// A network in double precision, one sample, one unit and one weight at a time: slow, written apart from ann/, forward
/// only. Gradients come from it by central difference.
class ReferenceNetwork {
public:
    /// Takes over the network's specification, weights, biases and NegLU units; where those are drawn for every pass,
    /// the ones of its last forward pass.
    explicit ReferenceNetwork(ann::Network& network);

    /// Replaces every activation function by its tangent at the net inputs of this batch, with the slope of its
    /// derivative rule. Central differences then give what backward must compute, also where the rule is not the
    /// function's true derivative.
    void freeze_slopes(const arma::mat& inputs);

    /// Sum of the losses of a batch; `inputs` are (units x samples).
    [[nodiscard]] double loss(const arma::mat& inputs, std::span<const std::uint8_t> labels) const;
    /// Outputs of the last layer, (units x samples).
    [[nodiscard]] arma::mat outputs(const arma::mat& inputs) const;

    [[nodiscard]] arma::mat& weights(arma::uword synapse_layer) { return weights_[synapse_layer]; }
    [[nodiscard]] arma::vec& biases(arma::uword synapse_layer) { return biases_[synapse_layer]; }

private:
    /// Net inputs that activations receive, by layer of the specification: (units x samples), empty elsewhere.
    using NetInputs = std::vector<arma::mat>;

    [[nodiscard]] arma::vec forward(const arma::vec& input, arma::uword sample, NetInputs* record) const;
    [[nodiscard]] arma::vec activated(arma::uword place, const arma::vec& net_input, arma::uword sample) const;

    ann::NetworkSpec spec_;
    std::vector<ann::MapShape> shapes_;  ///< input of each layer, then the output
    std::vector<arma::mat> weights_;
    std::vector<arma::vec> biases_;
    std::vector<arma::umat> neglu_;  ///< by layer: 1 where (unit, sample) is NegLU; one column: for all samples
    NetInputs frozen_;
};

}  // namespace stdpscope::test
