#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ann/kernel/kernels.hpp"
#include "ann/layer/layer.hpp"
#include "ann/network_spec.hpp"

namespace stdpscope::ann {

/// The largest value of each window of a map. Padding is not part of a window: windows are cut at the map's edges.
///
/// Among equal maxima the first in row-major order wins; +0 and -0 are equal. A NaN wins over every number, the first
/// NaN over later ones. backward gives each output's gradient to the pixel that won.
class MaxPool2d final : public Layer {
public:
    /// Throws InvalidParameter unless sizes and strides are > 0, the window has at most 65536 pixels and fits the
    /// padded map, and every padding is smaller than the window.
    MaxPool2d(std::string name, MapShape input, const Pool2dSpec& spec);

    void forward(const Pass& pass, const LaneCube& input, LaneCube& output) override;
    void backward(const Pass& pass, const LaneCube& input, const LaneCube& output, const LaneCube& output_gradient,
                  LaneCube* input_gradient) override;

private:
    const kernel::KernelTable& kernels_;
    kernel::PoolMap map_;
    std::vector<std::uint16_t> winners_;  ///< (lanes x output units x blocks) of the last forward pass
};

}  // namespace stdpscope::ann
