#pragma once

#include <vector>

#include "ann/kernel/kernels.hpp"
#include "ann/lane_cube.hpp"
#include "ann/layer/pieces.hpp"
#include "ann/observer.hpp"

namespace stdpscope::ann {

/// Convolutions whose kernels have five columns by minimal filtering (kernel::WinogradMap): two fifths of the
/// multiply-adds, and about twice the rounding error.
///
/// A strip of a block's rows is worked on at a time. Where a last block has few samples, only their lanes are kept, and
/// a vector holds several tiles; the bits are the same.
class Conv2dWinograd {
public:
    /// Strides of 1, and outputs of whole tiles.
    [[nodiscard]] static bool fits(const SynapseGeometry& geometry);

    /// `padded_shape` is that of the input with its padding.
    Conv2dWinograd(const SynapseGeometry& geometry, const MapShape& padded_shape, const kernel::KernelTable& kernels);

    void resize(arma::uword samples, int threads);

    /// Within a parallel region, whose threads wait for each other at the end.
    void transform_weights(const arma::fmat& weights);
    /// The same for input gradients, of the weights last transformed.
    void transpose_weights();

    /// What the calling thread of a parallel region has of the outputs.
    void compute_outputs(const LaneCube& padded, const arma::fvec& biases, LaneCube& output);
    void compute_input_gradient(const LaneCube& output_gradient, LaneCube& input_gradient);

    /// Makes room for weight gradients.
    void resize_batch(arma::uword blocks, int threads);
    /// The threads of a region wait for each other within and at the end.
    void compute_weight_gradient(const LaneCube& padded, const LaneCube& output_gradient, arma::fmat& gradient);

private:
    /// Values of some rows of all channels, and the sums that they take part in.
    struct Strip {
        arma::uword kept;  ///< lanes
        Range rows;        ///< of the values
        float* values;
        std::ptrdiff_t channel_step;
    };
    /// For each point, sums over channels and some kernel rows for rows of outputs.
    struct Product {
        arma::uword rows;                ///< of sums
        const float* values;             ///< where kernel row 0 is met
        std::ptrdiff_t kernel_row_step;  ///< of values
        Range kernel_rows;
        arma::uword channels;
        const float* weights;     ///< (outputs x kernel rows x channels x points), outputs in whole vectors
        arma::uword weight_step;  ///< outputs, whole vectors
        Range outputs;
    };

    [[nodiscard]] arma::uword strips(const LaneCube& cube, arma::uword block, arma::uword rows,
                                     arma::uword row_values) const;
    [[nodiscard]] Strip strip(bool is_last, Range rows);
    [[nodiscard]] arma::uword sum_vectors(const Strip& strip, arma::uword rows) const;
    void multiply(const Strip& strip, const Product& product, float* sums) const;
    void compute_output_strip(const LaneCube& padded, const arma::fvec& biases, LaneCube& output, arma::uword block,
                              Range rows);
    void compute_gradient_strip(const LaneCube& output_gradient, LaneCube& input_gradient, arma::uword block,
                                Range rows);
    /// Where a channel's values of a block lie among those of the whole batch.
    [[nodiscard]] arma::uword input_place(arma::uword point, arma::uword block, arma::uword channel) const;
    [[nodiscard]] arma::uword gradient_place(arma::uword point, arma::uword block, arma::uword channel) const;
    /// Groups of outputs whose weight gradients are summed together.
    [[nodiscard]] arma::uword output_groups() const;
    void transform_batch(const LaneCube& padded, const LaneCube& output_gradient);
    void sum_point(arma::uword point, arma::uword half, Range of_groups, float* sums);
    /// Rows of blocks that follow each other, the same of each.
    struct Run {
        arma::uword block;
        arma::uword blocks;
        arma::uword begin;    ///< float of a channel's values
        arma::uword vectors;  ///< from there
        arma::uword row_floats;

        [[nodiscard]] bool continues_with(const Run& next) const {
            return block + blocks == next.block && begin == next.begin && vectors == next.vectors &&
                   row_floats == next.row_floats;
        }
    };
    /// What one half of the samples has, in parts of which a first-level cache holds a few outputs.
    [[nodiscard]] std::vector<std::vector<Run>> runs(arma::uword half) const;
    /// Adds to the sums between some outputs and an input channel.
    void add_run(const Run& run, arma::uword point, Range outputs, arma::uword channel, kernel::SumStart start,
                 float* sums) const;

    /// Whether some sums' terms are all zero; makes room for `reach`.
    [[nodiscard]] bool find_zeros(kernel::WinogradReach& reach);
    /// write(channel, pixel, lane) for each of these.
    template <class Write>
    void for_zeros(const kernel::WinogradReach& reach, arma::uword channels, const Write& write);

    /// The kernel rows that meet a row of the padded input.
    [[nodiscard]] Range kernel_rows_at(arma::uword padded_row) const;

    SynapseGeometry geometry_;
    MapShape padded_shape_;
    const kernel::KernelTable& kernels_;
    arma::uword tiles_;      ///< of a row of the output
    arma::uword post_step_;  ///< channels in whole vectors
    arma::uword pre_step_;
    arma::uword kept_in_last_ = kLanes;
    LaneCube weights_;             ///< at all points: (post x kernel row x pre x points)
    LaneCube transposed_weights_;  ///< (pre x kernel row x post x points)
    LaneCube values_;              ///< a block a thread
    arma::uword blocks_ = 0;
    LaneCube input_values_;     ///< (rows and tiles x pre x blocks x points), in vectors
    LaneCube gradient_values_;  ///< (rows and tiles x post x blocks x points)
    LaneCube point_gradients_;  ///< of both halves of the samples, as weights_
    LaneCube gradient_sums_;    ///< a block a thread
    LaneCube sums_;             ///< likewise
    LaneCube reach_;            ///< likewise, bits of floats
};

}  // namespace stdpscope::ann
