#pragma once

#include <string>

#include "ann/kernel/kernels.hpp"
#include "ann/layer/layer.hpp"
#include "ann/network_spec.hpp"

namespace stdpscope::ann {

/// The mean of each window of a map. Padding is not part of a window: as in MatConvNet, the sum is divided by the
/// number of the window's pixels that lie inside the map. backward shares each output's gradient among them equally.
class AveragePool2d final : public Layer {
public:
    /// Throws InvalidParameter unless sizes and strides are > 0, the window fits the padded map and every padding is
    /// smaller than the window.
    AveragePool2d(std::string name, MapShape input, const Pool2dSpec& spec);

    void forward(const Pass& pass, const LaneCube& input, LaneCube& output) override;
    void backward(const Pass& pass, const LaneCube& input, const LaneCube& output, const LaneCube& output_gradient,
                  LaneCube* input_gradient) override;

private:
    const kernel::KernelTable& kernels_;
    kernel::PoolMap map_;
};

}  // namespace stdpscope::ann
