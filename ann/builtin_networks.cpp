#include "ann/builtin_networks.hpp"

#include <array>
#include <cmath>
#include <utility>
#include <variant>

namespace stdpscope::ann {

namespace {

constexpr std::array<std::string_view, 3> kNames{"lenet", "lenet5", "mlp"};

/// Spread of MNIST's and Fashion-MNIST's raw pixels about their mean image (66 and 75), rounded up.
constexpr double kPixelDeviation = 80.0;

Conv2dSpec conv(std::string name, arma::uword channels, arma::uword kernel, arma::uword pad,
                const SynapseTraining& training = {}) {
    return {.name = std::move(name),
            .channels = channels,
            .kernel_rows = kernel,
            .kernel_columns = kernel,
            .padding = {.top = pad, .bottom = pad, .left = pad, .right = pad},
            .training = training};
}

DenseSpec dense(std::string name, arma::uword units, const SynapseTraining& training = {}) {
    return {.name = std::move(name), .units = units, .training = training};
}

Pool2dSpec pool(std::string name, PoolKind kind, arma::uword window, const Padding& padding = {}) {
    return {.name = std::move(name),
            .kind = kind,
            .window_rows = window,
            .window_columns = window,
            .stride_rows = 2,
            .stride_columns = 2,
            .padding = padding};
}

ActivationSpec relu(std::string name) {
    return {.name = std::move(name), .kind = ActivationKind::relu};
}

/// Rates of the epochs of lenet5: 0.05 x 30, 0.005 x 10, 0.0005 x 5.
std::vector<double> lenet5_rates() {
    std::vector<double> rates(30, 0.05);
    rates.insert(rates.end(), 10, 0.005);
    rates.insert(rates.end(), 5, 0.0005);
    return rates;
}

}  // namespace

NetworkSpec lenet() {
    return {.name = "lenet",
            .input = {1, 28, 28},
            .layers = {conv("conv1", 20, 5, 0), pool("pool1", PoolKind::max, 2), conv("conv2", 50, 5, 0),
                       pool("pool2", PoolKind::max, 2), dense("dense3", 500), relu("activation3"), dense("dense4", 10)},
            .sgd = {.momentum = 0.9, .weight_decay = 0.0005, .learning_rates = {0.001}},
            .batch_size = 100,
            .epochs = 20};
}

NetworkSpec lenet5() {
    const SynapseTraining first{.initial_deviation = 0.01, .weight_rate = 0.1, .bias_rate = 2.0};
    const SynapseTraining middle{.initial_deviation = 0.05, .weight_rate = 0.1, .bias_rate = 2.0};
    const SynapseTraining last{.initial_deviation = 0.05, .weight_rate = 0.01, .bias_rate = 0.2};
    const Padding below_and_right{.bottom = 1, .right = 1};
    return {.name = "lenet5",
            .input = {3, 32, 32},
            .layers = {conv("conv1", 32, 5, 2, first), pool("pool1", PoolKind::max, 3, below_and_right),
                       relu("activation1"), conv("conv2", 32, 5, 2, middle), relu("activation2"),
                       pool("pool2", PoolKind::average, 3, below_and_right), conv("conv3", 64, 5, 2, middle),
                       relu("activation3"), pool("pool3", PoolKind::average, 3, below_and_right),
                       dense("dense4", 64, middle), relu("activation4"), dense("dense5", 10, last)},
            .sgd = {.momentum = 0.9, .weight_decay = 0.0001, .learning_rates = lenet5_rates()},
            .batch_size = 100,
            .epochs = 45};
}

NetworkSpec mlp() {
    const SynapseTraining first{.initial_deviation = std::sqrt(2.0 / 784.0) / kPixelDeviation,
                                .weight_rate = 1.0 / (kPixelDeviation * kPixelDeviation)};
    const SynapseTraining later{.initial_deviation = std::sqrt(2.0 / 800.0)};
    return {.name = "mlp",
            .input = {1, 28, 28},
            .layers = {dense("dense1", 800, first), relu("activation1"), dense("dense2", 800, later),
                       relu("activation2"), dense("dense3", 10, later)},
            .sgd = {.momentum = 0.9, .weight_decay = 0.0005, .learning_rates = {0.01}},
            .batch_size = 100,
            .epochs = 20};
}

std::optional<NetworkSpec> builtin_network(std::string_view name) {
    if (name == "lenet") return lenet();
    if (name == "lenet5") return lenet5();
    if (name == "mlp") return mlp();
    return std::nullopt;
}

std::span<const std::string_view> builtin_network_names() {
    return kNames;
}

void apply_mixlu(NetworkSpec& network, double percent_neglu, MixluMask mask, NegluDerivative derivative,
                 MixluPlace place) {
    bool after_dense = false;
    for (LayerSpec& layer : network.layers) {
        auto* activation = std::get_if<ActivationSpec>(&layer);
        const bool rectifies = activation != nullptr &&
                               (activation->kind == ActivationKind::relu || activation->kind == ActivationKind::mixlu);
        if (rectifies && (place == MixluPlace::all || after_dense)) {
            activation->kind = ActivationKind::mixlu;
            activation->percent_neglu = percent_neglu;
            activation->mask = mask;
            activation->derivative = derivative;
        }
        after_dense = std::holds_alternative<DenseSpec>(layer);
    }
}

}  // namespace stdpscope::ann
