#pragma once

#include <string>

#include "ann/kernel/kernels.hpp"
#include "ann/map_shape.hpp"
#include "ann/network_spec.hpp"

/// What max and average pooling share: their windows.
namespace stdpscope::ann {

/// The map that the pooling writes. Throws InvalidParameter (naming the layer and the setting) unless sizes and strides
/// are > 0, the window fits the padded map and every padding is smaller than the window.
[[nodiscard]] MapShape pooled_shape(const std::string& layer, MapShape input, const Pool2dSpec& spec);

/// One map of it, as the kernels want it. Precondition: pooled_shape accepted the same arguments.
[[nodiscard]] kernel::PoolMap pool_map(MapShape input, MapShape output, const Pool2dSpec& spec);

}  // namespace stdpscope::ann
