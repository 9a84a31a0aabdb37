#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "ann/names.hpp"
#include "ann/network.hpp"
#include "tests/support/matrix_examples.hpp"
#include "tests/support/reference_network.hpp"
#include "tests/support/tolerances.hpp"

using namespace stdpscope::ann;
using namespace stdpscope::test;

namespace {

const SynapseTraining kWide{.initial_deviation = 0.4};

DenseSpec dense(arma::uword units) {
    return {.units = units, .training = kWide};
}

/// What the network computes against what central differences of its double-precision twin say.
class GradientCheck {
public:
    GradientCheck(const NetworkSpec& spec, arma::uword samples)
        : examples_(clustered_examples(spec.input, Network(spec, 0).output_shape().units(), samples, 0.5F, 8)),
          inputs_(arma::conv_to<arma::mat>::from(examples_.inputs())),
          lanes_(lanes_of(examples_.inputs())),
          network_(spec, 21) {
        // Biases away from 0, so that their part in the forward pass shows.
        for (arma::uword index = 0; index < network_.synapse_layers().size(); ++index) {
            arma::fvec& biases = network_.synaptic(index).biases;
            for (arma::uword k = 0; k < biases.n_elem; ++k) biases[k] = 0.1F * static_cast<float>(k % 5) - 0.15F;
        }
    }

    void run(bool slopes_are_derivatives) {
        const Pass pass{.number = 3, .threads = 2};
        const LaneCube& outputs = network_.forward(pass, lanes_);
        ReferenceNetwork reference(network_);
        const arma::mat expected = reference.outputs(inputs_);
        for (arma::uword n = 0; n < inputs_.n_cols; ++n) {
            for (arma::uword k = 0; k < expected.n_rows; ++k) {
                REQUIRE(outputs.at(n, k) == Approx(expected(k, n)).epsilon(0).margin(kNetworkOutput));
            }
        }
        const LossValue loss = network_.backward(pass, examples_.labels());
        REQUIRE(loss.loss == Approx(reference.loss(inputs_, examples_.labels())).epsilon(kNetworkOutput));
        if (!slopes_are_derivatives) reference.freeze_slopes(inputs_);
        for (arma::uword index = 0; index < network_.synapse_layers().size(); ++index) {
            CAPTURE(network_.synapse_layers()[index].name);
            const SynapticLayer& layer = network_.synaptic(index);
            check(reference, reference.weights(index),
                  arma::conv_to<arma::vec>::from(arma::vectorise(layer.weight_gradient)));
            check(reference, reference.biases(index), arma::conv_to<arma::vec>::from(layer.bias_gradient));
        }
    }

private:
    template <typename Parameters>
    void check(ReferenceNetwork& reference, Parameters& parameters, const arma::vec& gradient) {
        constexpr double step = 1e-6;
        arma::vec expected(parameters.n_elem);
        for (arma::uword k = 0; k < parameters.n_elem; ++k) {
            const double kept = parameters[k];
            parameters[k] = kept + step;
            const double above = reference.loss(inputs_, examples_.labels());
            parameters[k] = kept - step;
            const double below = reference.loss(inputs_, examples_.labels());
            parameters[k] = kept;
            expected[k] = (above - below) / (2 * step);
        }
        const double largest = arma::max(arma::abs(expected));
        CHECK(largest > 1e-3);  // else nothing is tested
        CHECK(arma::max(arma::abs(gradient - expected)) < kNetworkGradient * largest);
    }

    MatrixExamples examples_;
    arma::mat inputs_;
    LaneCube lanes_;
    Network network_;
};

}  // namespace

TEST_CASE("Gradients: every activation and rule between two dense layers", "[ann][gradient]") {
    const auto rule = GENERATE(NegluDerivative::exact, NegluDerivative::inverted, NegluDerivative::released);
    const auto kind = GENERATE(ActivationKind::identity, ActivationKind::logistic_sigmoid, ActivationKind::tanh,
                               ActivationKind::relu, ActivationKind::leaky_relu, ActivationKind::neglu,
                               ActivationKind::smooth_neglu, ActivationKind::mixlu);
    const auto mask = GENERATE(MixluMask::unit, MixluMask::element);
    const auto loss = GENERATE(LossKind::softmax_cross_entropy, LossKind::mean_squared_error);
    if (mask == MixluMask::element && kind != ActivationKind::mixlu) return;
    CAPTURE(name_of(rule), name_of(kind), name_of(mask), name_of(loss));
    const ActivationSpec activation{.kind = kind, .leak = 0.2, .derivative = rule, .percent_neglu = 40.0, .mask = mask};
    const NetworkSpec spec{
        .input = {6, 1, 1}, .layers = {dense(7), activation, dense(5), activation, dense(3)}, .loss = loss};
    GradientCheck(spec, GENERATE(3, 18)).run(rule == NegluDerivative::exact);
}

TEST_CASE("Gradients: convolutions with strides and asymmetric padding", "[ann][gradient]") {
    const Conv2dSpec first{.channels = 3,
                           .kernel_rows = 3,
                           .kernel_columns = 2,
                           .stride_rows = 1,
                           .stride_columns = 2,
                           .padding = {.top = 1, .bottom = 0, .left = 2, .right = 1},
                           .training = kWide};
    const Conv2dSpec second{.channels = 2,
                            .kernel_rows = 2,
                            .kernel_columns = 3,
                            .stride_rows = 2,
                            .padding = {.bottom = 1},
                            .training = kWide};
    const NetworkSpec spec{.input = {2, 5, 6},
                           .layers = {first, ActivationSpec{.kind = ActivationKind::tanh}, second, dense(3)}};
    GradientCheck(spec, GENERATE(3, 17)).run(true);
}

TEST_CASE("Gradients: pools with overlap and asymmetric padding", "[ann][gradient]") {
    const auto kind = GENERATE(PoolKind::max, PoolKind::average);
    const Conv2dSpec conv{.channels = 3, .kernel_rows = 2, .kernel_columns = 2, .training = kWide};
    const Pool2dSpec pool{.kind = kind,
                          .window_rows = 3,
                          .window_columns = 3,
                          .stride_rows = 2,
                          .stride_columns = 2,
                          .padding = {.bottom = 1, .right = 1}};
    CAPTURE(name_of(kind));
    const NetworkSpec spec{.input = {1, 7, 7},
                           .layers = {conv, pool, ActivationSpec{.kind = ActivationKind::tanh}, dense(3)}};
    GradientCheck(spec, GENERATE(3, 17)).run(true);
}

TEST_CASE("Gradients: a network that begins with a pool and an activation", "[ann][gradient]") {
    const NetworkSpec spec{.input = {2, 4, 4},
                           .layers = {Pool2dSpec{.kind = PoolKind::average},
                                      ActivationSpec{.kind = ActivationKind::tanh}, dense(4), dense(3)}};
    GradientCheck(spec, 5).run(true);
}

TEST_CASE("Gradients: MixLU after a convolution", "[ann][gradient]") {
    const auto mask = GENERATE(MixluMask::unit, MixluMask::element);
    const Conv2dSpec conv{.channels = 3, .kernel_rows = 3, .kernel_columns = 3, .training = kWide};
    const ActivationSpec mixlu{
        .kind = ActivationKind::mixlu, .derivative = NegluDerivative::inverted, .percent_neglu = 30.0, .mask = mask};
    CAPTURE(name_of(mask));
    const NetworkSpec spec{.input = {2, 5, 5}, .layers = {conv, mixlu, conv, mixlu, dense(3)}};
    GradientCheck(spec, 18).run(false);
}
