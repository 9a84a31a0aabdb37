#include <omp.h>

#include <algorithm>

#include "ann/layer/conv2d.hpp"
#include "ann/layer/conv2d_work.hpp"
#include "ann/layer/pieces.hpp"

namespace stdpscope::ann {

namespace {

/// Per-lane sums of a thread's share of the weight gradient should stay in its second-level cache.
constexpr arma::uword kMostSumVectors = 4096;  // 256 KiB
/// Parts of the samples whose weight gradients are summed apart, whatever the number of threads.
constexpr arma::uword kHalves = 2;

}  // namespace

void Conv2d::filter_weight_gradient(const Pass& pass, const LaneCube& input, const LaneCube& output_gradient) {
    const arma::uword outputs = geometry().post_shape.channels;
    const WeightRange biases_alone{
        .output_begin = 0, .output_end = outputs, .kernel_row_begin = 0, .kernel_row_end = 0};
    upper_bias_gradient_.set_size(arma::size(bias_gradient));
    weight_sums_.resize(outputs, kLanes * kHalves);
    winograd_->resize(output_gradient.samples(), pass.threads);
    winograd_->resize_gradients(pass.threads);
#pragma omp parallel num_threads(pass.threads)
    {
#pragma omp for schedule(static) nowait
        for (arma::uword half = 0; half < kHalves; ++half) {
            compute_bias_range(biases_alone, half, output_gradient, weight_sums_.lanes(0, half),
                               half == 0 ? bias_gradient : upper_bias_gradient_);
        }
        winograd_->compute_weight_gradient(padded(input), output_gradient, weight_gradient);
    }
    bias_gradient += upper_bias_gradient_;
}

void Conv2d::compute_weight_gradient(const Pass& pass, const LaneCube& input, const LaneCube& output_gradient) {
    const SynapseGeometry& g = geometry();
    const arma::uword outputs = g.post_shape.channels;
    const arma::uword kernel_rows = g.pre_shape.channels * g.kernel_rows;
    const arma::uword most_columns = kernels_.map_gradient_kernel_columns;
    const arma::uword widest = pieces(g.kernel_columns, pieces(g.kernel_columns, most_columns));
    const arma::uword groups = pieces(outputs, kernels_.map_gradient_outputs(widest));
    const arma::uword most_outputs = pieces(outputs, groups);
    const arma::uword wanted = kSharesAThread * static_cast<arma::uword>(pass.threads);
    const arma::uword most_rows = std::max<arma::uword>(1, kMostSumVectors / (most_outputs * g.kernel_columns));
    const arma::uword row_pieces =
        std::min(kernel_rows, std::max(pieces(kernel_rows, most_rows), pieces(wanted, kHalves * groups)));
    weight_sums_.resize(most_outputs * g.kernel_columns * pieces(kernel_rows, row_pieces),
                        kLanes * static_cast<arma::uword>(pass.threads));
    upper_weight_gradient_.set_size(arma::size(weight_gradient));
    upper_bias_gradient_.set_size(arma::size(bias_gradient));
#pragma omp parallel num_threads(pass.threads)
    {
        if (tail_.packs_outputs()) {
#pragma omp for schedule(static)
            for (arma::uword output = 0; output < outputs; ++output) tail_.pack_gradient(output_gradient, output);
        }
        // Halves of the samples come first, so that two threads read what they wrote themselves.
#pragma omp for collapse(3) schedule(static)
        for (arma::uword half = 0; half < kHalves; ++half) {
            for (arma::uword group = 0; group < groups; ++group) {
                for (arma::uword piece = 0; piece < row_pieces; ++piece) {
                    const WeightRange range{.output_begin = piece_begin(outputs, groups, group),
                                            .output_end = piece_begin(outputs, groups, group + 1),
                                            .kernel_row_begin = piece_begin(kernel_rows, row_pieces, piece),
                                            .kernel_row_end = piece_begin(kernel_rows, row_pieces, piece + 1)};
                    float* sums = weight_sums_.lanes(0, static_cast<arma::uword>(omp_get_thread_num()));
                    compute_weight_range(range, half, padded(input), output_gradient, sums,
                                         half == 0 ? weight_gradient : upper_weight_gradient_);
                    if (range.kernel_row_begin > 0) continue;
                    compute_bias_range(range, half, output_gradient, sums,
                                       half == 0 ? bias_gradient : upper_bias_gradient_);
                }
            }
        }
#pragma omp for schedule(static)
        for (arma::uword column = 0; column < weight_gradient.n_cols; ++column) {
            weight_gradient.col(column) += upper_weight_gradient_.col(column);
        }
    }
    bias_gradient += upper_bias_gradient_;
}

void Conv2d::compute_weight_range(const WeightRange& range, arma::uword half, const LaneCube& padded,
                                  const LaneCube& output_gradient, float* sums, arma::fmat& gradient) const {
    const arma::uword outputs = range.output_end - range.output_begin;
    const arma::uword columns = geometry().kernel_columns;
    const arma::uword terms = (range.kernel_row_end - range.kernel_row_begin) * columns;
    const arma::uword row_vectors =
        outputs * geometry().post_shape.columns + geometry().stride_rows * padded_shape_.columns;
    std::fill_n(sums, terms * outputs * kLanes, 0.0F);
    for (arma::uword block = 0; block < output_gradient.blocks(); ++block) {
        const Range rows = share_of_block(geometry().post_shape.rows, output_gradient.blocks(), block, kHalves, half);
        // Sums and rows of several kernel rows want room too: half for these.
        const arma::uword count = rows.end - rows.begin;
        const arma::uword strips =
            count == 0 ? 0 : pieces(count, things_at_once(kernels_, count, 2 * row_vectors * kLanes * sizeof(float)));
        for (arma::uword strip = 0; strip < strips; ++strip) {
            const Range strip_rows{.begin = rows.begin + piece_begin(count, strips, strip),
                                   .end = rows.begin + piece_begin(count, strips, strip + 1)};
            float* row_sums = sums;
            for (arma::uword row = range.kernel_row_begin; row < range.kernel_row_end; ++row) {
                add_kernel_row(range, row, padded, output_gradient, block, strip_rows, row_sums);
                row_sums += columns * outputs * kLanes;
            }
        }
    }
    for (arma::uword term = 0; term < terms; ++term) {
        kernels_.sum_lanes(sums + term * outputs * kLanes, outputs,
                           gradient.colptr(range.kernel_row_begin * columns + term) + range.output_begin);
    }
}

void Conv2d::add_kernel_row(const WeightRange& range, arma::uword kernel_row, const LaneCube& padded,
                            const LaneCube& output_gradient, arma::uword block, Range post_rows, float* sums) const {
    const SynapseGeometry& g = geometry();
    const arma::uword outputs = range.output_end - range.output_begin;
    const arma::uword post_map = g.post_shape.rows * g.post_shape.columns;
    const arma::uword channel = kernel_row / g.kernel_rows;
    const arma::uword row = kernel_row % g.kernel_rows;
    const arma::uword column_pieces = pieces(g.kernel_columns, kernels_.map_gradient_kernel_columns);
    for (arma::uword piece = 0; piece < column_pieces; ++piece) {
        const arma::uword begin = piece_begin(g.kernel_columns, column_pieces, piece);
        const arma::uword end = piece_begin(g.kernel_columns, column_pieces, piece + 1);
        kernel::MapWeightGradient work{
            .sums = sums + begin * outputs * kLanes, .outputs = outputs, .kernel_columns = end - begin};
        if (tail_.packs_outputs() && block + 1 == output_gradient.blocks()) {
            tail_.add_weight_gradient(kernels_, work, range.output_begin, channel, row, begin, post_rows.begin,
                                      post_rows.end);
            continue;
        }
        const arma::uword pre_row = channel * padded_shape_.rows + post_rows.begin * g.stride_rows + row;
        const arma::uword pre_unit = pre_row * padded_shape_.columns + begin;
        const arma::uword post_unit = range.output_begin * post_map + post_rows.begin * g.post_shape.columns;
        work.gradient = output_gradient.lanes(post_unit, block);
        work.gradient_channel_step = offset(post_map);
        work.gradient_row_step = offset(g.post_shape.columns);
        work.rows = post_rows.end - post_rows.begin;
        work.columns = g.post_shape.columns;
        work.input = padded.lanes(pre_unit, block);
        work.input_row_step = offset(g.stride_rows * padded_shape_.columns);
        work.input_column_step = offset(g.stride_columns);
        work.kernel_column_step = offset(1);
        work.lanes = used_lanes(output_gradient, block);
        kernels_.map_weight_gradient(work);
    }
}

void Conv2d::compute_bias_range(const WeightRange& range, arma::uword half, const LaneCube& output_gradient,
                                float* sums, arma::fvec& gradient) const {
    const MapShape& post = geometry().post_shape;
    const arma::uword outputs = range.output_end - range.output_begin;
    std::fill_n(sums, outputs * kLanes, 0.0F);
    for (arma::uword block = 0; block < output_gradient.blocks(); ++block) {
        const Range rows = share_of_block(post.rows, output_gradient.blocks(), block, kHalves, half);
        const bool is_tail = tail_.packs_outputs() && block + 1 == output_gradient.blocks();
        for (arma::uword output = 0; output < outputs; ++output) {
            if (is_tail) {
                tail_.add_bias_gradient(kernels_, range.output_begin + output, rows.begin, rows.end,
                                        sums + output * kLanes);
                continue;
            }
            const arma::uword unit = ((range.output_begin + output) * post.rows + rows.begin) * post.columns;
            kernels_.add_vectors(output_gradient.lanes(unit, block), (rows.end - rows.begin) * post.columns,
                                 sums + output * kLanes);
        }
    }
    kernels_.sum_lanes(sums, outputs, gradient.memptr() + range.output_begin);
}

}  // namespace stdpscope::ann
