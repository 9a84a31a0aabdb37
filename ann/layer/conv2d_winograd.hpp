#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "ann/kernel/kernels.hpp"
#include "ann/lane_cube.hpp"
#include "ann/layer/pieces.hpp"
#include "ann/observer.hpp"

namespace stdpscope::ann {

/// The convolution of Conv2d by Winograd's minimal filtering along the rows of maps (kernel::WinogradMap), for kernels
/// of five columns: two fifths of the multiply-adds at about twice the rounding error.
///
/// Maps are transformed into values at eight points, four output columns a tile; at each point, these are summed over
/// channels and kernel rows like a convolution of one column. Input gradients are summed the other way round, from the
/// output gradient's values; a weight gradient sums the products of both over rows, tiles and samples. Where no term of
/// a sum is other than zero, it is exact all the same, as the ledger tells zeros from other values.
///
/// A last block of few samples keeps their lanes only, and a vector holds several tiles; the bits are the same. The
/// same bits for any number of threads: each output has one thread, and weight gradients add up two halves of the
/// samples.
class Conv2dWinograd {
public:
    /// Strides of 1, outputs of whole tiles, and channels enough on both sides to share the transforms.
    [[nodiscard]] static bool fits(const SynapseGeometry& geometry);

    /// `padded_shape` is that of the input with its padding.
    Conv2dWinograd(const SynapseGeometry& geometry, const MapShape& padded_shape, const kernel::KernelTable& kernels);

    /// Makes room for a batch, before all else.
    void resize(arma::uword samples, int threads);
    /// Makes room for weight gradients of such a batch.
    void resize_gradients(int threads);

    // The rest is called by all threads of a parallel region.

    /// The threads wait for each other at the end.
    void transform_weights(const arma::fmat& weights);
    /// The same for input gradients, of the weights last transformed.
    void transpose_weights();

    /// What the calling thread has of the outputs.
    void compute_outputs(const LaneCube& padded, const arma::fvec& biases, LaneCube& output);
    void compute_input_gradient(const LaneCube& output_gradient, LaneCube& input_gradient);

    /// The threads wait for each other within and at the end.
    void compute_weight_gradient(const LaneCube& padded, const LaneCube& output_gradient, arma::fmat& gradient);

private:
    /// Values of some rows of all channels of a block, (lanes kept x tiles x rows x channels x points), each channel up
    /// to a whole vector and on to where the last vector of sums reads.
    struct Strip {
        bool is_last;      ///< block
        arma::uword kept;  ///< lanes
        arma::uword channels;
        std::ptrdiff_t channel_step;
        float* values;
    };
    /// Sums, at each point, over channels and some kernel rows for some rows of outputs.
    struct Product {
        const float* values;  ///< where kernel row 0 is met
        const kernel::Tap* taps;
        arma::uword kernel_rows;
        const float* weights;     ///< (outputs x kernel rows x channels x points)
        arma::uword weight_step;  ///< outputs, in whole vectors
        Range outputs;
        arma::uword vectors;  ///< of a sum's rows
    };
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
    /// Which lanes of maps are other than zero, as far as one thread has asked for it in a step.
    struct TermSearch {
        std::vector<std::uint16_t> output_bits;     ///< (columns x rows x blocks x post)
        std::vector<std::uint8_t> output_is_known;  ///< by channel
        std::vector<std::uint16_t> input_bits;      ///< (columns x rows x blocks) of one padded channel
        arma::uword input = kNone;

        static constexpr arma::uword kNone = ~arma::uword{0};
        void resize(const SynapseGeometry& geometry, const MapShape& padded, arma::uword blocks);
        void forget() {
            std::fill(output_is_known.begin(), output_is_known.end(), std::uint8_t{0});
            input = kNone;
        }
    };
    /// Parts of the samples whose weight gradients are summed apart.
    static constexpr arma::uword kHalves = 2;

    [[nodiscard]] arma::uword kept(bool is_last) const { return is_last ? kept_in_last_ : kLanes; }
    void plan_taps();
    void plan_runs();

    /// work(block, rows) for the calling thread's strips of maps of so many rows, whose sums have values of so many
    /// channels.
    template <class Work>
    void for_own_strips(arma::uword rows, arma::uword channels, const Work& work) const;
    [[nodiscard]] Strip strip(arma::uword block, arma::uword rows, arma::uword channels);
    [[nodiscard]] arma::uword sum_vectors(const Strip& strip, arma::uword rows) const;
    /// Parts of so many outputs whose sums have room together.
    [[nodiscard]] static arma::uword sum_parts(arma::uword outputs, arma::uword vectors);
    void multiply(const Strip& strip, const Product& product, float* sums) const;

    void compute_output_strip(const LaneCube& padded, const arma::fvec& biases, LaneCube& output, arma::uword block,
                              Range rows);
    void compute_gradient_strip(const LaneCube& output_gradient, LaneCube& input_gradient, arma::uword block,
                                Range rows);
    /// Rows of the padded input that meet the same kernel rows; `first_row` of the output gradient is the strip's
    /// first.
    void compute_gradient_rows(const Strip& strip, arma::uword first_row, Range rows, LaneCube& input_gradient,
                               arma::uword block);
    /// The kernel rows that meet a row of the padded input.
    [[nodiscard]] Range kernel_rows_at(arma::uword padded_row) const;

    /// Whether some sums' terms are all zero; gives memory to `reach`.
    [[nodiscard]] bool find_zeros(kernel::WinogradReach& reach);

    /// Where a channel's values of a block lie among those of the whole batch, in vectors.
    [[nodiscard]] arma::uword input_place(arma::uword point, arma::uword block, arma::uword channel) const;
    [[nodiscard]] arma::uword gradient_place(arma::uword point, arma::uword block, arma::uword channel) const;
    void transform_batch(const LaneCube& padded, const LaneCube& output_gradient);
    /// Groups of outputs whose weight gradients are summed together.
    [[nodiscard]] arma::uword output_groups() const;
    void sum_point(arma::uword point, arma::uword half, Range of_groups, float* sums);
    /// Adds to the sums between some outputs and an input channel.
    void add_run(const Run& run, arma::uword point, Range outputs, arma::uword channel, kernel::SumStart start,
                 float* sums) const;
    /// Writes zero where a gradient of a row (pre channel, kernel row) is rounding alone.
    void keep_zero_gradients(arma::uword row, const LaneCube& padded, const LaneCube& output_gradient,
                             arma::fmat& gradient);
    void read_terms(TermSearch& search, arma::uword output, arma::uword input, const LaneCube& padded,
                    const LaneCube& output_gradient) const;
    /// Whether a weight's gradient has a term other than zero, between maps that have been read.
    [[nodiscard]] bool has_term(const TermSearch& search, arma::uword output, arma::uword kernel_row,
                                arma::uword column) const;

    SynapseGeometry geometry_;
    MapShape padded_shape_;
    const kernel::KernelTable& kernels_;
    arma::uword tiles_;      ///< of a row of the output
    arma::uword post_step_;  ///< channels in whole vectors
    arma::uword pre_step_;
    arma::uword blocks_ = 0;
    arma::uword kept_in_last_ = kLanes;
    int threads_ = 0;

    std::array<std::vector<kernel::Tap>, 2> forward_taps_;   ///< kernel rows, in whole blocks and in the last
    std::array<std::vector<kernel::Tap>, 2> gradient_taps_;  ///< likewise
    LaneCube weights_;                                       ///< at all points: (post x kernel rows x pre x points)
    LaneCube transposed_weights_;                            ///< (pre x kernel rows x post x points)
    LaneCube values_;                                        ///< of a strip, a block a thread
    LaneCube sums_;                                          ///< likewise
    LaneCube reach_;                                         ///< likewise, bits of floats

    LaneCube input_values_;             ///< (tiles x rows x pre x blocks x points), in vectors
    LaneCube gradient_values_;          ///< (tiles x rows x post x blocks x points)
    LaneCube point_gradients_;          ///< of each half, as weights_
    LaneCube gradient_sums_;            ///< a block a thread
    std::vector<TermSearch> searches_;  ///< by thread
    /// What each half of the samples has, in parts of which a first-level cache holds a few outputs.
    std::array<std::vector<std::vector<Run>>, kHalves> runs_;
};

}  // namespace stdpscope::ann
