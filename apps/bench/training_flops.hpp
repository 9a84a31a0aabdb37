#pragma once

#include <span>

#include "ann/observer.hpp"

namespace stdpscope::apps {

/// Floating-point operations of one sample's training: 2 for each multiply-add of the forward pass, the weight
/// gradients and the data gradients (the first layer of synapses has none), which are weights x positions each;
/// positions at padding are counted, biases, activations, pooling and the update are not.
[[nodiscard]] double training_flop_per_sample(std::span<const ann::SynapseLayer> layers);

}  // namespace stdpscope::apps
