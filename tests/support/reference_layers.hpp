#pragma once

#include <armadillo>

#include "ann/map_shape.hpp"
#include "ann/network_spec.hpp"
#include "ann/observer.hpp"

/// Layers in double precision, as plain loops over samples, positions and synapses. Activations and their gradients are
/// (units x samples), weights (post x pre) as SynapseGeometry orders them.
namespace stdpscope::test {

struct ReferenceGradients {
    arma::mat input;    ///< (pre units x samples)
    arma::mat weights;  ///< (post x pre), summed over samples
    arma::vec biases;   ///< (post), summed over samples
};

/// Dense and convolution alike.
[[nodiscard]] arma::mat reference_forward(const ann::SynapseGeometry& geometry, const arma::mat& weights,
                                          const arma::vec& biases, const arma::mat& input);
[[nodiscard]] ReferenceGradients reference_backward(const ann::SynapseGeometry& geometry, const arma::mat& weights,
                                                    const arma::mat& input, const arma::mat& output_gradient);

/// Max or average pooling by spec.kind; windows are cut at the map's edges.
[[nodiscard]] arma::mat reference_pool(ann::MapShape map, const ann::Pool2dSpec& spec, const arma::mat& input);
[[nodiscard]] arma::mat reference_pool_gradient(ann::MapShape map, const ann::Pool2dSpec& spec, const arma::mat& input,
                                                const arma::mat& output_gradient);

}  // namespace stdpscope::test
