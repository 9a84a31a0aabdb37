#pragma once

#include <optional>
#include <string>

#include "ann/kernel/kernels.hpp"
#include "ann/layer/layer.hpp"
#include "ann/layer/pieces.hpp"
#include "ann/network_spec.hpp"

namespace stdpscope::ann {

/// Every unit is connected to every input unit.
///
///     forward     output[i] = sum_j weights(i, j) input[j] + biases[i]
///     backward    input_gradient[j]  = sum_i weights(i, j) output_gradient[i]
///                 weight_gradient(i, j) = sum over samples of output_gradient[i] input[j]
///                 bias_gradient[i]      = sum over samples of output_gradient[i]
///
/// Same bits for any number of threads: see ann/kernel/kernels.hpp for the order of the sums; an output is the sum of
/// two, that of the lower half of the input units, which begins with the bias, and that of the upper half. Two threads
/// then keep to their own columns of weights in all passes: a processor takes long to write what another one has read.
class Dense final : public SynapticLayer {
public:
    /// Throws InvalidParameter unless the input has units and spec.units > 0.
    Dense(std::string name, MapShape input, const DenseSpec& spec);

    void forward(const Pass& pass, const LaneCube& input, LaneCube& output) override;
    void backward(const Pass& pass, const LaneCube& input, const LaneCube& output, const LaneCube& output_gradient,
                  LaneCube* input_gradient) override;
    [[nodiscard]] bool update_in_backward(const kernel::SgdUpdate& update) override;

private:
    /// The terms of one half of the input units, with the biases those of the lower half.
    void sum_half(arma::uword pre_half, Range units, Range blocks, const LaneCube& input, LaneCube& output) const;
    void compute_weight_gradient(const Pass& pass, const LaneCube& input, const LaneCube& output_gradient);
    void compute_input_gradient(const Pass& pass, const LaneCube& output_gradient, LaneCube& input_gradient) const;

    const kernel::KernelTable& kernels_;
    LaneCube other_output_;  ///< what each half of the input units adds to the other half of the output units
    /// output_gradient sample by sample; a unit of this cube is one sample of one panel of post units.
    LaneCube gradient_panels_;
    std::optional<kernel::SgdUpdate> update_;  ///< for the next backward pass
};

}  // namespace stdpscope::ann
