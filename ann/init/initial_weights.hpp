#pragma once

#include <cstdint>

#include "ann/layer/layer.hpp"

namespace stdpscope::ann {

/// Draws a layer's weights from N(0, initial_deviation) and sets its biases to 0, as MatConvNet's examples do.
///
/// Element k (Armadillo's order, post fastest) depends on (seed, `instance`, k) alone. `instance` is the layer's place
/// among the network's layers of synapses, so that pools and activations added or taken away leave the weights as they
/// are.
void draw_initial_weights(SynapticLayer& layer, std::uint64_t seed, std::uint32_t instance);

}  // namespace stdpscope::ann
