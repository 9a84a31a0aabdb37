#pragma once

#include <vector>

#include "ann/kernel/kernels.hpp"
#include "ann/layer/layer.hpp"
#include "ann/layer/tail_maps.hpp"

namespace stdpscope::ann {

/// The last block of a batch in a convolution, where at most half of its lanes hold samples: the same sums with several
/// columns in a vector (TailMaps). Output and input gradient have the same bits as without. A weight gradient adds in
/// another order, the same for every instruction set: with L lanes kept, sample l of column c is added to lane
/// (c mod (16 / L)) L + l.
///
/// Convolutions with a stride along the columns are not packed, nor passes that would do no fewer steps.
class Conv2dTail {
public:
    /// Rows of `forward_taps` and `gradient_taps` are those of maps of such widths, in vectors. `gradient_left` columns
    /// of zeros lie before each row of the output gradient. `full_rows` says whether other blocks' input gradients are
    /// summed by full_map_row.
    struct Plan {
        SynapseGeometry geometry;
        MapShape padded_shape;
        const std::vector<kernel::Tap>* forward_taps;
        const std::vector<kernel::Tap>* gradient_taps;
        arma::uword gradient_width;
        arma::uword gradient_left;
        bool full_rows;
    };

    /// For a batch of so many samples.
    void resize(const Plan& plan, arma::uword samples);

    /// Whether outputs and weight gradients are packed.
    [[nodiscard]] bool packs_outputs() const { return packs_outputs_; }
    [[nodiscard]] bool packs_input_gradient() const { return packs_input_gradient_; }

    /// Copies one channel of the last block.
    void pack_input(const LaneCube& input, arma::uword channel);
    void pack_gradient(const LaneCube& output_gradient, arma::uword channel);

    /// Rows [row_begin, row_end) of the output, summed over input channels from `channel` on; `work` says how many
    /// these are, the weights and biases, and how the sum starts. With the last channels `output` is written.
    void sum_outputs(const kernel::KernelTable& kernels, kernel::MapRow work, arma::uword channel,
                     arma::uword first_output, arma::uword row_begin, arma::uword row_end, bool last, LaneCube& output);

    /// A row of the input gradient likewise, by the taps from `first_tap` on; `work` says how many.
    void sum_input_gradient(const kernel::KernelTable& kernels, kernel::MapRow work, arma::uword channel,
                            arma::uword first_input, arma::uword row, arma::uword first_tap, bool last,
                            LaneCube& input_gradient);

    /// The part of a weight gradient from rows [row_begin, row_end) of the output; `work` says the outputs, the kernel
    /// columns, of which the first is `kernel_column`, and the sums.
    void add_weight_gradient(const kernel::KernelTable& kernels, kernel::MapWeightGradient work,
                             arma::uword first_output, arma::uword channel, arma::uword kernel_row,
                             arma::uword kernel_column, arma::uword row_begin, arma::uword row_end) const;

    /// The part of one output's bias gradient from the same rows, added to 16 sums.
    void add_bias_gradient(const kernel::KernelTable& kernels, arma::uword output, arma::uword row_begin,
                           arma::uword row_end, float* sums) const;

private:
    SynapseGeometry geometry_;
    arma::uword lanes_ = kLanes;
    bool packs_outputs_ = false;
    bool packs_input_gradient_ = false;
    arma::uword output_vectors_ = 0;          ///< of a row of the output
    arma::uword input_gradient_vectors_ = 0;  ///< of a row of the input gradient
    arma::uword gradient_left_ = 0;
    TailMaps input_;     ///< with its padding
    TailMaps gradient_;  ///< between columns of zeros
    std::vector<kernel::Tap> forward_taps_;
    std::vector<kernel::Tap> gradient_taps_;
    LaneCube output_;          ///< rows of packed columns
    LaneCube input_gradient_;  ///< likewise
};

}  // namespace stdpscope::ann
