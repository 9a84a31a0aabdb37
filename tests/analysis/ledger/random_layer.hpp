#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "analysis/ledger/records.hpp"
#include "ann/observer.hpp"

namespace stdpscope::tests {

/// How often a random value is negative, an exact zero (0.0 or -0.0) or NaN; else it is positive.
struct SignShares {
    double negative = 0.4;
    double zero = 0.2;
    double nan = 0.0;
};

/// What a random layer of synapses is like; `response` is left out where identity.
struct RandomLayerOptions {
    ann::SynapseGeometry geometry;
    ann::PopulationRule rule = ann::PopulationRule::layer;
    arma::uword samples = 1;
    SignShares activation{};
    SignShares loss{};
    SignShares response{};
    SignShares weight{.negative = 0.5, .zero = 0.05};
    SignShares update{.negative = 0.4, .zero = 0.2};
    bool identity = false;
};

/// One layer at one step with random values, for observers to look at.
class RandomLayer {
public:
    RandomLayer(const RandomLayerOptions& options, std::mt19937_64& random);

    [[nodiscard]] const ann::SynapseLayer& layer() const { return layer_; }
    [[nodiscard]] ann::LayerStep views() const;

    ann::LaneCube pre_activation;
    ann::LaneCube loss_derivative;
    ann::LaneCube activation_derivative;
    arma::fmat weights_before;
    arma::fmat weights_after;
    arma::fvec biases_after;

private:
    ann::SynapseLayer layer_;
    bool identity_;
    std::vector<std::uint16_t> population_bits_;
};

/// Dense and convolution geometries of every kind: strides, asymmetric padding, kernels larger than the map.
[[nodiscard]] std::vector<ann::SynapseGeometry> test_geometries();

/// A plan of one layer.
[[nodiscard]] ann::TrainingPlan plan_of(const RandomLayer& layer, arma::uword samples, int threads);

}  // namespace stdpscope::tests
