#pragma once

#include <armadillo>
#include <random>

#include "ann/layer/layer.hpp"

namespace stdpscope::test {

/// What one forward and backward pass of a layer gave.
struct LayerRun {
    ann::LaneCube output;
    ann::LaneCube input_gradient;
    arma::fmat weight_gradient;  ///< empty for layers without weights
    arma::fvec bias_gradient;
};

/// The functions named check_... are Catch2 assertions.

/// Passes as a network makes them: unused lanes of the output are cleared between forward and backward. The input
/// gradient starts as NaN everywhere, so that whatever backward leaves out shows.
[[nodiscard]] LayerRun run_layer(ann::Layer& layer, const ann::LaneCube& input, const ann::LaneCube& output_gradient,
                                 int threads);

/// Standard normal weights and biases.
void draw_weights(ann::SynapticLayer& layer, std::mt19937_64& random);

/// Compares a layer of synapses with the double-precision reference, with random weights and activations.
void check_against_reference(ann::SynapticLayer& layer, arma::uword samples, std::mt19937_64& random);

/// Compares a layer's results for 1 to 4 threads, bit for bit.
void check_threads(ann::Layer& layer, arma::uword samples, std::mt19937_64& random);

/// Compares outputs and input gradients of some samples alone with those of the same samples in whole blocks, bit for
/// bit; but input gradients of the last `in_other_order` samples only within kFloatSums.
void check_first_samples(ann::SynapticLayer& layer, arma::uword samples, std::mt19937_64& random,
                         arma::uword in_other_order = 0);

[[nodiscard]] bool same_bits(const LayerRun& a, const LayerRun& b);

/// Compares a layer's gradients with central differences of the double-precision reference, in every input, weight and
/// bias.
void check_central_differences(ann::SynapticLayer& layer, arma::uword samples, std::mt19937_64& random);

}  // namespace stdpscope::test
