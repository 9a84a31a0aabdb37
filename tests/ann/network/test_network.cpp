#include <catch2/catch.hpp>
#include <limits>
#include <string>
#include <vector>

#include "ann/builtin_networks.hpp"
#include "ann/error.hpp"
#include "ann/layer/activation_layer.hpp"
#include "ann/network.hpp"
#include "tests/support/matrix_examples.hpp"
#include "tests/support/tolerances.hpp"

using Catch::Matchers::Contains;
using namespace stdpscope::ann;
using namespace stdpscope::test;

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

NetworkSpec small() {
    const SynapseTraining wide{.initial_deviation = 0.4};
    return {.name = "small",
            .input = {2, 5, 5},
            .layers = {Conv2dSpec{.channels = 3, .kernel_rows = 2, .kernel_columns = 2, .training = wide},
                       ActivationSpec{.kind = ActivationKind::mixlu,
                                      .derivative = NegluDerivative::inverted,
                                      .percent_neglu = 40.0,
                                      .mask = MixluMask::element},
                       Pool2dSpec{}, DenseSpec{.units = 6, .training = wide},
                       ActivationSpec{.kind = ActivationKind::tanh}, DenseSpec{.units = 4, .training = wide},
                       ActivationSpec{.kind = ActivationKind::identity}, DenseSpec{.units = 3, .training = wide}}};
}

std::string refusal(const NetworkSpec& spec) {
    try {
        const Network network(spec, 0);
    } catch (const InvalidParameter& error) {
        return error.what();
    }
    return "accepted";
}

/// The network of small() with one change, as a message of refusal.
template <typename Change>
std::string refusal_after(Change change) {
    NetworkSpec spec = small();
    change(spec);
    return refusal(spec);
}

/// weights_after and biases_after of a layer_step that nobody applied.
const arma::fmat kNoWeights;
const arma::fvec kNoBiases;

}  // namespace

TEST_CASE("Network: layers without names are named by type and layer of synapses", "[ann][network]") {
    NetworkSpec spec = small();
    spec.layers.emplace_back(ActivationSpec{});
    spec.layers.emplace_back(ActivationSpec{});
    spec.layers.insert(spec.layers.begin(), ActivationSpec{});
    const Network network(spec, 0);
    std::vector<std::string> names;
    for (const LayerSpec& layer : network.spec().layers) {
        names.push_back(std::visit([](const auto& any) { return any.name; }, layer));
    }
    CHECK(names == std::vector<std::string>{"activation0", "conv1", "activation1", "pool1", "dense2", "activation2",
                                            "dense3", "activation3", "dense4", "activation4", "activation4_2"});
}

TEST_CASE("Network: a given name keeps others from taking it", "[ann][network]") {
    NetworkSpec spec = small();
    std::get<DenseSpec>(spec.layers[7]).name = "dense2";
    Network network(spec, 0);
    CHECK(network.synapse_layers()[1].name == "dense2_2");
    CHECK(network.synapse_layers()[3].name == "dense2");
    CHECK(network.layer(3).name() == "dense2_2");
}

TEST_CASE("Network: layers of synapses are described with the activation that directly follows", "[ann][network]") {
    Network network(small(), 4);
    const auto& layers = network.synapse_layers();
    REQUIRE(layers.size() == 4);
    CHECK(layers[0].name == "conv1");
    CHECK(layers[0].activation == "mixlu");
    CHECK(layers[0].population_rule == PopulationRule::element);
    CHECK(layers[0].populations == std::vector<std::string>{"relu", "neglu"});
    CHECK(layers[0].geometry.kind == SynapseKind::convolution);
    CHECK(layers[0].geometry.post_shape == MapShape{3, 4, 4});
    CHECK(layers[1].activation == "tanh");
    CHECK(layers[1].population_rule == PopulationRule::layer);
    CHECK(layers[1].populations == std::vector<std::string>{"tanh"});
    CHECK(layers[1].geometry.pre_shape == MapShape{3, 2, 2});
    CHECK(layers[2].activation == "identity");
    CHECK(layers[3].activation == "identity");
    CHECK(layers[3].populations == std::vector<std::string>{"identity"});
    CHECK(&network.synaptic(1) == network.layer(3).synaptic());

    NetworkSpec units = lenet();
    apply_mixlu(units, 5.0, MixluMask::unit, NegluDerivative::exact, MixluPlace::all);
    Network masked(units, 4);
    CHECK(masked.synapse_layers()[0].activation == "identity");  // a pool follows
    CHECK(masked.synapse_layers()[2].population_rule == PopulationRule::unit);
    CHECK(masked.synapse_layers()[2].population_of_unit ==
          dynamic_cast<ActivationLayer&>(masked.layer(5)).population_of_unit());
}

TEST_CASE("Network: what observers see makes the gradients", "[ann][network]") {
    Network network(small(), 4);
    const arma::uword samples = 19;
    const MatrixExamples examples = clustered_examples({2, 5, 5}, 3, samples, 1.0F, 2);
    const LaneCube input = lanes_of(examples.inputs());
    const Pass pass{.number = 0, .threads = 1};
    network.forward(pass, input);
    network.backward(pass, examples.labels());
    for (arma::uword index = 0; index < 4; ++index) {
        CAPTURE(index);
        SynapticLayer& layer = network.synaptic(index);
        const LayerStep step = network.layer_step(index, layer.weights, kNoWeights, kNoBiases);
        CHECK(&step.weights_before == &layer.weights);
        CHECK((step.activation_derivative == nullptr) == (index >= 2));  // identity, as a layer and as none
        CHECK(step.population_bits.size() == (index == 0 ? 2 * 48 : 0));
        const arma::uword positions = layer.geometry().positions();
        arma::vec biases(layer.biases.n_elem, arma::fill::zeros);
        arma::mat weights(arma::size(layer.weights), arma::fill::zeros);
        for (arma::uword n = 0; n < samples; ++n) {
            for (arma::uword post = 0; post < layer.output_shape().units(); ++post) {
                const double slope =
                    step.activation_derivative == nullptr ? 1.0 : step.activation_derivative->at(n, post);
                const double delta = step.loss_derivative.at(n, post) * slope;
                biases[post / positions] += delta;
                if (layer.geometry().kind != SynapseKind::dense) continue;
                for (arma::uword pre = 0; pre < weights.n_cols; ++pre) {
                    weights(post, pre) += delta * step.pre_activation.at(n, pre);
                }
            }
        }
        const auto close = [](const arma::vec& left, const arma::vec& right) {
            return arma::max(arma::abs(left - right)) < kNetworkGradient * arma::max(arma::abs(right));
        };
        CHECK(close(arma::conv_to<arma::vec>::from(layer.bias_gradient), biases));
        if (layer.geometry().kind == SynapseKind::dense) {
            CHECK(close(arma::conv_to<arma::vec>::from(arma::vectorise(layer.weight_gradient)),
                        arma::vectorise(weights)));
        }
    }
    CHECK(&network.layer_step(0, kNoWeights, kNoWeights, kNoBiases).pre_activation == &input);
}

TEST_CASE("Network: score and backward agree, and forward leaves unused lanes zero", "[ann][network]") {
    Network network(small(), 4);
    const MatrixExamples examples = clustered_examples({2, 5, 5}, 3, 19, 1.0F, 2);
    const LaneCube input = lanes_of(examples.inputs());
    network.synaptic(3).biases.fill(1.0F);  // would show in unused lanes
    const LaneCube& output = network.forward({}, input);
    const LossValue scored = network.score(examples.labels());
    const LossValue value = network.backward({}, examples.labels());
    CHECK(scored.loss == value.loss);
    CHECK(scored.errors == value.errors);
    for (arma::uword lane = 19; lane < 32; ++lane) REQUIRE(output.at(lane, 0) == 0.0F);
}

TEST_CASE("Network: weights follow from the seed and the place among layers of synapses", "[ann][network]") {
    Network first(small(), 4);
    Network again(small(), 4);
    Network other(small(), 5);
    NetworkSpec longer_spec = small();
    longer_spec.layers.insert(longer_spec.layers.begin() + 4, ActivationSpec{});
    Network longer(longer_spec, 4);
    const auto same = [](Network& left, Network& right, arma::uword index) {
        return bool(arma::all(arma::vectorise(left.synaptic(index).weights == right.synaptic(index).weights)));
    };
    for (arma::uword index = 0; index < 4; ++index) {
        CHECK(same(first, again, index));
        CHECK_FALSE(same(first, other, index));
        CHECK(same(first, longer, index));
    }
}

TEST_CASE("Network: each MixLU layer draws its own mask", "[ann][network][mixlu]") {
    const ActivationSpec mixlu{.kind = ActivationKind::mixlu, .percent_neglu = 50.0};
    const NetworkSpec spec{.input = {3, 1, 1},
                           .layers = {DenseSpec{.units = 40}, mixlu, DenseSpec{.units = 40}, mixlu}};
    const Network network(spec, 4);
    CHECK(network.synapse_layers()[0].population_of_unit != network.synapse_layers()[1].population_of_unit);
}

TEST_CASE("Network: refuses what cannot be trained, naming the setting", "[ann][network]") {
    CHECK(refusal(small()) == "accepted");
    CHECK(refusal_after(
              [](NetworkSpec& spec) { std::get<ActivationSpec>(spec.layers[4]).kind = ActivationKind::heaviside; }) ==
          "activation2.kind = heaviside must have a derivative to be trained through (heaviside is forward only)");
    CHECK(refusal_after([](NetworkSpec& spec) { std::get<DenseSpec>(spec.layers[3]).units = 0; }) ==
          "dense2.units = 0 must be > 0");
    CHECK(refusal_after([](NetworkSpec& spec) {
              std::get<DenseSpec>(spec.layers[3]).name = "twice";
              std::get<DenseSpec>(spec.layers[5]).name = "twice";
          }) == "layer name = \"twice\" must be used only once");
    CHECK(refusal_after([](NetworkSpec& spec) { spec.sgd.momentum = 1.0; }) == "momentum = 1 must be in [0, 1)");
    CHECK(refusal_after([](NetworkSpec& spec) { spec.sgd.momentum = kNan; }) == "momentum = nan must be in [0, 1)");
    CHECK(refusal_after([](NetworkSpec& spec) { spec.sgd.weight_decay = -1.0; }) ==
          "weight_decay = -1 must be >= 0 and finite");
    CHECK(refusal_after([](NetworkSpec& spec) {
              spec.sgd.learning_rates = {0.1, kNan};
          }) == "learning_rates = nan must be >= 0 and finite");
    CHECK_THAT(refusal_after([](NetworkSpec& spec) { spec.sgd.learning_rates.clear(); }), Contains("learning_rates"));
    CHECK(refusal_after([](NetworkSpec& spec) {
              std::get<DenseSpec>(spec.layers[3]).training.initial_deviation = -0.5;
          }) == "dense2.initial_deviation = -0.5 must be >= 0 and finite");
    CHECK(refusal_after([](NetworkSpec& spec) { std::get<Conv2dSpec>(spec.layers[0]).stride_rows = 0; }) ==
          "conv1.stride_rows = 0 must be > 0");
    CHECK(refusal_after([](NetworkSpec& spec) { std::get<Pool2dSpec>(spec.layers[2]).window_columns = 0; }) ==
          "pool1.window_columns = 0 must be > 0");
    CHECK(refusal_after([](NetworkSpec& spec) { std::get<Conv2dSpec>(spec.layers[0]).kernel_rows = 6; }) ==
          "conv1.kernel_rows = 6 must be <= 5, the size of the padded map");
    CHECK(refusal_after([](NetworkSpec& spec) { std::get<ActivationSpec>(spec.layers[1]).percent_neglu = 120; }) ==
          "percent_neglu = 120 must be in 0..100");
    CHECK(refusal_after([](NetworkSpec& spec) { spec.input.rows = 0; }) == "input.rows = 0 must be >= 1");
    CHECK(refusal_after([](NetworkSpec& spec) { spec.layers = {ActivationSpec{}}; }) ==
          "layers with synapses = 0 must be at least 1 (dense or conv2d)");
    CHECK_THAT(refusal_after([](NetworkSpec& spec) { spec.layers.clear(); }), Contains("layers"));
}
