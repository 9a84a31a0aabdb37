#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <variant>
#include <vector>

#include "ann/builtin_networks.hpp"
#include "ann/network.hpp"
#include "tests/support/matrix_examples.hpp"

using Catch::Matchers::WithinRel;
using namespace stdpscope::ann;
using namespace stdpscope::test;

namespace {

std::vector<ActivationKind> activations(const NetworkSpec& network) {
    std::vector<ActivationKind> kinds;
    for (const LayerSpec& layer : network.layers) {
        if (const auto* activation = std::get_if<ActivationSpec>(&layer)) kinds.push_back(activation->kind);
    }
    return kinds;
}

std::vector<std::string> names(const NetworkSpec& network) {
    std::vector<std::string> all;
    for (const LayerSpec& layer : network.layers) {
        all.push_back(std::visit([](const auto& spec) { return spec.name; }, layer));
    }
    return all;
}

/// The network with all names taken away, built: what a file without names would give.
std::vector<std::string> default_names(NetworkSpec network) {
    for (LayerSpec& layer : network.layers) {
        std::visit([](auto& spec) { spec.name.clear(); }, layer);
    }
    return names(Network(network, 0).spec());
}

arma::uword weights(const NetworkSpec& spec) {
    Network network(spec, 0);
    arma::uword count = 0;
    for (arma::uword index = 0; index < network.synapse_layers().size(); ++index) {
        count += network.synaptic(index).weights.n_elem;
    }
    return count;
}

}  // namespace

TEST_CASE("Built-in networks: each name gives its network, others give nothing", "[ann][network]") {
    REQUIRE(builtin_network_names().size() == 3);
    for (const auto name : builtin_network_names()) {
        const auto network = builtin_network(name);
        REQUIRE(network.has_value());
        CHECK(network->name == name);
        CHECK(default_names(*network) == names(*network));
        CHECK(Network(*network, 0).output_shape() == MapShape{10, 1, 1});
    }
    CHECK_FALSE(builtin_network("LeNet").has_value());
    CHECK_FALSE(builtin_network("").has_value());
}

TEST_CASE("Built-in networks: lenet is MatConvNet's for MNIST", "[ann][network]") {
    const NetworkSpec spec = lenet();
    CHECK(names(spec) ==
          std::vector<std::string>{"conv1", "pool1", "conv2", "pool2", "dense3", "activation3", "dense4"});
    CHECK(weights(spec) == 25 * 20 + 20 * 25 * 50 + 800 * 500 + 500 * 10);
    CHECK(spec.sgd.learning_rates == std::vector<double>{0.001});
    CHECK(spec.sgd.momentum == 0.9);
    CHECK(spec.sgd.weight_decay == 0.0005);
    CHECK(spec.batch_size == 100);
}

TEST_CASE("Built-in networks: lenet5 is MatConvNet's for CIFAR-10", "[ann][network]") {
    const NetworkSpec spec = lenet5();
    Network network(spec, 0);
    CHECK(weights(spec) == 75 * 32 + 800 * 32 + 800 * 64 + 1024 * 64 + 64 * 10);
    CHECK(network.layer(1).output_shape() == MapShape{32, 16, 16});
    CHECK(network.layer(8).output_shape() == MapShape{64, 4, 4});
    REQUIRE(spec.sgd.learning_rates.size() == 45);
    CHECK(spec.epochs == 45);
    CHECK(spec.sgd.learning_rates[29] == 0.05);
    CHECK(spec.sgd.learning_rates[30] == 0.005);
    CHECK(spec.sgd.learning_rates[39] == 0.005);
    CHECK(spec.sgd.learning_rates[40] == 0.0005);
    CHECK(spec.sgd.weight_decay == 0.0001);
    const std::vector<double> deviations{0.01, 0.05, 0.05, 0.05, 0.05};
    for (arma::uword index = 0; index < 5; ++index) {
        CAPTURE(index);
        const SynapseTraining& training = network.synaptic(index).training();
        CHECK(training.initial_deviation == deviations[index]);
        CHECK(training.weight_rate == (index < 4 ? 0.1 : 0.01));
        CHECK(training.bias_rate == (index < 4 ? 2.0 : 0.2));
        CHECK(training.weight_decay == 1.0);
        CHECK(training.bias_decay == 1.0);
    }
}

TEST_CASE("Built-in networks: mlp starts with net inputs near 1 on raw pixels", "[ann][network]") {
    Network network(mlp(), 0);
    const MatrixExamples pixels = clustered_examples({1, 28, 28}, 10, 50, 1.0F, 3);  // deviation sqrt(2)
    const LaneCube input = lanes_of(pixels.inputs() * 55.0F);                        // hence 78
    network.forward({}, input);
    for (const arma::uword layer : {0, 2, 4}) {
        CAPTURE(layer);
        SynapticLayer& synapses = *network.layer(layer).synaptic();
        const double square = arma::mean(arma::square(arma::conv_to<arma::vec>::from(
            arma::vectorise(network.layer_step(layer / 2, synapses.weights, synapses.weights, synapses.biases)
                                .pre_activation.cube()))));
        const double inputs = static_cast<double>(synapses.weights.n_cols);
        const double deviation = synapses.training().initial_deviation;
        // 50 of the 64 lanes are used. He's rule keeps the size of net inputs, sqrt(2) here, from layer to layer.
        CHECK_THAT(std::sqrt(square * 64 / 50 * inputs) * deviation, WithinRel(std::sqrt(2.0), 0.2));
    }
}

TEST_CASE("apply_mixlu: everywhere, or after dense layers only", "[ann][network][mixlu]") {
    using Kinds = std::vector<ActivationKind>;
    constexpr auto relu = ActivationKind::relu;
    constexpr auto mixlu = ActivationKind::mixlu;
    NetworkSpec all = lenet5();
    apply_mixlu(all, 5.0, MixluMask::element, NegluDerivative::released, MixluPlace::all);
    CHECK(activations(all) == Kinds{mixlu, mixlu, mixlu, mixlu});
    NetworkSpec dense = lenet5();
    apply_mixlu(dense, 5.0, MixluMask::element, NegluDerivative::released, MixluPlace::dense);
    CHECK(activations(dense) == Kinds{relu, relu, relu, mixlu});
    const auto& last = std::get<ActivationSpec>(dense.layers[10]);
    CHECK(last.name == "activation4");
    CHECK(last.percent_neglu == 5.0);
    CHECK(last.mask == MixluMask::element);
    CHECK(last.derivative == NegluDerivative::released);

    apply_mixlu(dense, 7.0, MixluMask::unit, NegluDerivative::exact, MixluPlace::dense);
    CHECK(std::get<ActivationSpec>(dense.layers[10]).percent_neglu == 7.0);
}

TEST_CASE("apply_mixlu: other activations stay", "[ann][network][mixlu]") {
    NetworkSpec network = lenet();
    std::get<ActivationSpec>(network.layers[5]).kind = ActivationKind::tanh;
    apply_mixlu(network, 5.0, MixluMask::unit, NegluDerivative::exact, MixluPlace::all);
    CHECK(activations(network) == std::vector<ActivationKind>{ActivationKind::tanh});
}

TEST_CASE("apply_mixlu: after dense means directly after", "[ann][network][mixlu]") {
    NetworkSpec network{.layers = {DenseSpec{}, ActivationSpec{.kind = ActivationKind::tanh}, ActivationSpec{},
                                   DenseSpec{}, ActivationSpec{}}};
    apply_mixlu(network, 5.0, MixluMask::unit, NegluDerivative::exact, MixluPlace::dense);
    CHECK(activations(network) ==
          std::vector<ActivationKind>{ActivationKind::tanh, ActivationKind::relu, ActivationKind::mixlu});
}
