#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "ann/network_spec.hpp"

/// The networks of the source's experiments, with their training settings.
namespace stdpscope::ann {

/// MNIST, after MatConvNet's cnn_mnist (2015), input 1x28x28 (raw 0..255 pixels minus the training mean image):
/// conv1 5x5x20, pool1 max 2/2, conv2 5x5x50, pool2 max 2/2, dense3 500, activation3 ReLU, dense4 10.
/// Weights N(0, 0.01), rate 0.001, momentum 0.9, decay 0.0005, batch 100, 20 epochs. There is no activation after
/// the convolutions.
[[nodiscard]] NetworkSpec lenet();

/// CIFAR-10, after MatConvNet's cnn_cifar (2015), input 3x32x32 (contrast-normalised and whitened):
/// conv1 5x5x32 pad 2, pool1 max 3/2, activation1; conv2 5x5x32 pad 2, activation2, pool2 average 3/2;
/// conv3 5x5x64 pad 2, activation3, pool3 average 3/2; dense4 64, activation4; dense5 10. All pools pad [0 1 0 1].
/// Weights N(0, 0.01) in conv1, N(0, 0.05) after; rate multipliers 0.1 (weights) and 2 (biases), in dense5 0.01 and
/// 0.2; rates 0.05 x 30, 0.005 x 10, 0.0005 x 5 (45 epochs); momentum 0.9, decay 0.0001, batch 100.
[[nodiscard]] NetworkSpec lenet5();

/// 784-800-800-10 on MNIST-like images, input 1x28x28 (raw 0..255 pixels minus the training mean image), ReLU after
/// both hidden layers. Initial weights N(0, sqrt(2 / inputs)) (He et al. 2015, ICCV, eq. 10), rate 0.01, momentum 0.9,
/// decay 0.0005, batch 100, 20 epochs. The spread of the pixels, near 80, would make both too large for dense1: its
/// deviation is divided by 80 and its weights' rate by 80^2, as if the pixels had been.
[[nodiscard]] NetworkSpec mlp();

/// One of builtin_network_names(), else nothing.
[[nodiscard]] std::optional<NetworkSpec> builtin_network(std::string_view name);
[[nodiscard]] std::span<const std::string_view> builtin_network_names();

/// Which ReLU layers apply_mixlu turns: the thesis' text speaks of fully connected layers, its published CIFAR file
/// puts MixLU into every activation layer.
enum class MixluPlace {
    all,
    dense,  ///< only activation layers that directly follow a dense layer
};

/// Turns ReLU activation layers into MixLU with `percent_neglu` percent of NegLU (0..100, checked by Network); layers
/// that are MixLU already take the new settings too. Other activations stay.
void apply_mixlu(NetworkSpec& network, double percent_neglu, MixluMask mask, NegluDerivative derivative,
                 MixluPlace place);

}  // namespace stdpscope::ann
