#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ann/kernel/kernels.hpp"
#include "ann/layer/conv2d_tail.hpp"
#include "ann/layer/conv2d_winograd.hpp"
#include "ann/layer/layer.hpp"
#include "ann/layer/pieces.hpp"
#include "ann/network_spec.hpp"

namespace stdpscope::ann {

/// Convolution as networks have it (cross-correlation), with any kernel size, stride and padding on each side.
///
///     forward     output[o, r, c] = biases[o] + sum over ch, kr, kc of
///                     weights(o, (ch, kr, kc)) input[ch, r stride_rows + kr - top, c stride_columns + kc - left]
///     backward    its gradients with respect to input, weights and biases; pixels outside the map are zeros
///
/// Kernels of five columns with strides of 1, outputs of a multiple of four columns and eight channels or more on both
/// sides are computed by minimal filtering (Conv2dWinograd), others term by term; what is said of sums here is of
/// these. The order of the weights' columns is SynapseGeometry's. Same bits for any number of threads (see
/// ann/kernel/kernels.hpp): an output sums over ch, kr, kc; an input gradient over o, kr, kc; a weight gradient over
/// blocks, rows, columns, then lanes, where the last block may have several columns in a vector (Conv2dTail). Padding
/// takes part in the first two as zeros, so that an infinite weight beside it gives NaN.
class Conv2d final : public SynapticLayer {
public:
    /// Throws InvalidParameter unless channels, kernel and strides are > 0 and the kernel fits the padded map.
    Conv2d(std::string name, MapShape input, const Conv2dSpec& spec);

    void forward(const Pass& pass, const LaneCube& input, LaneCube& output) override;
    void backward(const Pass& pass, const LaneCube& input, const LaneCube& output, const LaneCube& output_gradient,
                  LaneCube* input_gradient) override;

private:
    /// The columns first_column + n * stride_columns of one row of the input gradient: all have the same taps.
    struct GradientRow {
        arma::uword row;
        arma::uword first_column;
        arma::uword columns;
        arma::uword first_tap;  ///< in gradient_taps_
        arma::uword tap_count;
        arma::uword first_kernel_row;  ///< the kernel rows that meet the output gradient, where stride_rows is 1
        arma::uword kernel_rows;
    };
    /// Part of the weights that one thread computes the gradient of: output channels and (channel, kernel row) pairs.
    struct WeightRange {
        arma::uword output_begin;
        arma::uword output_end;
        arma::uword kernel_row_begin;
        arma::uword kernel_row_end;
    };

    /// The input with its padding, as the last forward pass made it.
    [[nodiscard]] const LaneCube& padded(const LaneCube& input) const;
    /// The calling thread's part of it.
    void pad_input(const LaneCube& input);

    // By minimal filtering, or term by term.
    void filter_forward(const Pass& pass, const LaneCube& input, LaneCube& output);
    void filter_input_gradient(const Pass& pass, const LaneCube& output_gradient, LaneCube& input_gradient);
    void filter_weight_gradient(const Pass& pass, const LaneCube& input, const LaneCube& output_gradient);
    void compute_forward(const Pass& pass, const LaneCube& input, LaneCube& output);
    void compute_input_gradient(const Pass& pass, const LaneCube& output_gradient, LaneCube& input_gradient);
    void compute_weight_gradient(const Pass& pass, const LaneCube& input, const LaneCube& output_gradient);

    void plan_forward();
    void plan_input_gradient();
    void plan_gradient_row(arma::uword row, arma::uword first_column);

    /// Of the output gradient's rows between their columns of zeros.
    [[nodiscard]] arma::uword gradient_width() const;
    void resize_tail(arma::uword samples);

    /// Within a parallel region, whose threads wait for each other at the end.
    void pack_forward_weights();
    void pack_gradient_weights();
    /// What rows of the output have in common: input channels from `channel` on, weights, biases.
    [[nodiscard]] kernel::MapRow output_row(arma::uword channel, arma::uword group) const;
    void compute_output_rows(const LaneCube& padded, LaneCube& output, arma::uword block, Range groups, Range rows);
    void compute_output_row(const LaneCube& padded, LaneCube& output, arma::uword block, arma::uword channel,
                            arma::uword group, arma::uword row) const;
    void compute_gradient_row(const GradientRow& row, const LaneCube& padded, LaneCube& input_gradient,
                              arma::uword block, Range groups);
    /// The weights between some input channels, of a group of tail_outputs_, and the output channels from `channel` on.
    [[nodiscard]] const float* gradient_weights(Range inputs, arma::uword channel) const;
    [[nodiscard]] kernel::MapRow gradient_row(const GradientRow& row, Range channels, Range inputs) const;
    /// What the output channels of a range contribute, for some input channels.
    void add_gradient_row(const GradientRow& row, Range channels, const LaneCube& padded, LaneCube& input_gradient,
                          arma::uword block, Range inputs) const;
    void add_full_gradient_row(const GradientRow& row, Range channels, const LaneCube& output_gradient,
                               LaneCube& input_gradient, arma::uword block, Range inputs) const;
    /// What one half of the samples contributes to a range of the weights.
    void compute_weight_range(const WeightRange& range, arma::uword half, const LaneCube& padded,
                              const LaneCube& output_gradient, float* sums, arma::fmat& gradient) const;
    void add_kernel_row(const WeightRange& range, arma::uword kernel_row, const LaneCube& padded,
                        const LaneCube& output_gradient, arma::uword block, Range post_rows, float* sums) const;
    void compute_bias_range(const WeightRange& range, arma::uword half, const LaneCube& output_gradient, float* sums,
                            arma::fvec& gradient) const;

    const kernel::KernelTable& kernels_;
    Padding padding_;
    MapShape padded_shape_;  ///< of the input
    LaneCube padded_input_;  ///< the last forward pass' input with its padding; unused without padding

    arma::uword forward_outputs_;            ///< output channels that are computed together
    arma::uword forward_channels_;           ///< input channels that are summed at a time
    std::vector<kernel::Tap> forward_taps_;  ///< one a kernel row and column
    std::vector<float> forward_weights_;     ///< (output in its group x (channel, tap) x groups)

    arma::uword gradient_outputs_;       ///< input channels whose gradients are computed together
    arma::uword tail_outputs_;           ///< those of a packed last block: a multiple; its weights lie together
    arma::uword gradient_channels_;      ///< output channels that are summed at a time
    bool full_gradient_rows_ = false;    ///< whether kernels take whole rows of the input gradient
    arma::uword gradient_pad_left_ = 0;  ///< zero columns that the output gradient needs
    arma::uword gradient_pad_right_ = 0;
    std::vector<kernel::Tap> gradient_taps_;
    std::vector<GradientRow> gradient_rows_;
    std::vector<float>
        gradient_weights_;      ///< (channel in its group x (output channel, kernel row, kernel column) x groups)
    LaneCube padded_gradient_;  ///< the output gradient with its columns padded

    Conv2dTail tail_;
    std::optional<Conv2dWinograd> winograd_;

    arma::fmat upper_weight_gradient_;  ///< of the second half of the samples
    arma::fvec upper_bias_gradient_;
    LaneCube weight_sums_;  ///< per-lane sums of one WeightRange, a block a thread
};

}  // namespace stdpscope::ann
