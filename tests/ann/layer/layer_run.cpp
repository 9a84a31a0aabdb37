#include "tests/ann/layer/layer_run.hpp"

#include <catch2/catch.hpp>
#include <functional>
#include <limits>

#include "tests/support/lane_values.hpp"
#include "tests/support/reference_layers.hpp"
#include "tests/support/tolerances.hpp"

namespace stdpscope::test {

using ann::LaneCube;
using arma::uword;

namespace {

template <typename Matrix>
arma::mat in_double(const Matrix& matrix) {
    return arma::conv_to<arma::mat>::from(matrix);
}

/// Central differences of sum(output_gradient % output) in every element of `parameters`.
arma::mat differences(arma::mat& parameters, const std::function<double()>& loss) {
    constexpr double kStep = 1.0 / 64.0;  // the loss is linear in each parameter: any step serves
    arma::mat slopes(arma::size(parameters));
    for (uword k = 0; k < parameters.n_elem; ++k) {
        const double value = parameters(k);
        parameters(k) = value + kStep;
        const double above = loss();
        parameters(k) = value - kStep;
        const double below = loss();
        parameters(k) = value;
        slopes(k) = (above - below) / (2.0 * kStep);
    }
    return slopes;
}

}  // namespace

LayerRun run_layer(ann::Layer& layer, const LaneCube& input, const LaneCube& output_gradient, int threads) {
    const ann::Pass pass{.number = 0, .threads = threads};
    LayerRun run{.output = LaneCube(layer.output_shape().units(), input.samples()),
                 .input_gradient = LaneCube(layer.input_shape().units(), input.samples()),
                 .weight_gradient = {},
                 .bias_gradient = {}};
    layer.forward(pass, input, run.output);
    // What the samples held before must not matter; unused lanes are zero before and after.
    run.input_gradient.cube().fill(std::numeric_limits<float>::quiet_NaN());
    run.input_gradient.clear_unused_lanes(input.blocks() - 1, 0, run.input_gradient.units());
    layer.backward(pass, input, run.output, output_gradient, &run.input_gradient);
    if (const ann::SynapticLayer* synaptic = layer.synaptic()) {
        run.weight_gradient = synaptic->weight_gradient;
        run.bias_gradient = synaptic->bias_gradient;
    }
    return run;
}

void draw_weights(ann::SynapticLayer& layer, std::mt19937_64& random) {
    std::normal_distribution<float> normal;
    layer.weights.imbue([&] { return normal(random); });
    layer.biases.imbue([&] { return normal(random); });
}

void check_first_samples(ann::SynapticLayer& layer, uword samples, std::mt19937_64& random, uword in_other_order) {
    draw_weights(layer, random);
    const auto first_of = [](const LaneCube& all, uword count) {
        LaneCube some(all.units(), count);
        for (uword sample = 0; sample < count; ++sample) {
            for (uword unit = 0; unit < all.units(); ++unit) some.at(sample, unit) = all.at(sample, unit);
        }
        return some;
    };
    const auto first = [&](const LaneCube& all) { return first_of(all, samples); };
    const uword whole = (samples + ann::kLanes - 1) / ann::kLanes * ann::kLanes;
    const LaneCube input = normal_lanes(layer.input_shape().units(), whole, random);
    const LaneCube output_gradient = normal_lanes(layer.output_shape().units(), whole, random);
    const LayerRun of_all = run_layer(layer, input, output_gradient, 1);
    const LayerRun of_first = run_layer(layer, first(input), first(output_gradient), 2);
    CHECK(same_bits(of_first.output, first(of_all.output)));
    CHECK(relative_difference(samples_of(of_first.input_gradient), samples_of(first(of_all.input_gradient))) <
          kFloatSums);
    if (in_other_order == samples) return;
    const uword same_order = samples - in_other_order;
    CHECK(same_bits(first_of(of_first.input_gradient, same_order), first_of(of_all.input_gradient, same_order)));
}

bool same_bits(const LayerRun& a, const LayerRun& b) {
    return same_bits(a.output, b.output) && same_bits(a.input_gradient, b.input_gradient) &&
           same_bits(a.weight_gradient, b.weight_gradient) && same_bits(a.bias_gradient, b.bias_gradient);
}

void check_against_reference(ann::SynapticLayer& layer, uword samples, std::mt19937_64& random) {
    draw_weights(layer, random);
    const LaneCube input = normal_lanes(layer.input_shape().units(), samples, random);
    const LaneCube output_gradient = normal_lanes(layer.output_shape().units(), samples, random);
    const LayerRun run = run_layer(layer, input, output_gradient, 1);

    const arma::mat weights = in_double(layer.weights);
    const arma::mat output = reference_forward(layer.geometry(), weights, in_double(layer.biases), samples_of(input));
    const ReferenceGradients gradients =
        reference_backward(layer.geometry(), weights, samples_of(input), samples_of(output_gradient));
    CHECK(relative_difference(samples_of(run.output), output) < kFloatSums);
    CHECK(relative_difference(samples_of(run.input_gradient), gradients.input) < kFloatSums);
    CHECK(relative_difference(in_double(run.weight_gradient), gradients.weights) < kFloatSums);
    CHECK(relative_difference(in_double(run.bias_gradient), gradients.biases) < kFloatSums);
    CHECK(unused_lanes_are_zero(run.output));
    CHECK(unused_lanes_are_zero(run.input_gradient));
}

void check_threads(ann::Layer& layer, uword samples, std::mt19937_64& random) {
    const LaneCube input = normal_lanes(layer.input_shape().units(), samples, random);
    const LaneCube output_gradient = normal_lanes(layer.output_shape().units(), samples, random);
    const LayerRun run = run_layer(layer, input, output_gradient, 1);
    for (const int threads : {2, 3, 4}) CHECK(same_bits(run_layer(layer, input, output_gradient, threads), run));
}

void check_central_differences(ann::SynapticLayer& layer, uword samples, std::mt19937_64& random) {
    draw_weights(layer, random);
    const LaneCube input = normal_lanes(layer.input_shape().units(), samples, random);
    const LaneCube output_gradient = normal_lanes(layer.output_shape().units(), samples, random);
    const LayerRun run = run_layer(layer, input, output_gradient, 1);

    arma::mat weights = in_double(layer.weights);
    arma::mat biases = in_double(layer.biases);
    arma::mat inputs = samples_of(input);
    const arma::mat pull = samples_of(output_gradient);
    const auto loss = [&] {
        return arma::accu(pull % reference_forward(layer.geometry(), weights, biases.as_col(), inputs));
    };
    CHECK(relative_difference(samples_of(run.input_gradient), differences(inputs, loss)) < kFloatSums);
    CHECK(relative_difference(in_double(run.weight_gradient), differences(weights, loss)) < kFloatSums);
    CHECK(relative_difference(in_double(run.bias_gradient), differences(biases, loss)) < kFloatSums);
}

}  // namespace stdpscope::test
