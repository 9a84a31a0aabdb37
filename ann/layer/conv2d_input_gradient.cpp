#include <algorithm>

#include "ann/layer/conv2d.hpp"
#include "ann/layer/conv2d_work.hpp"
#include "ann/layer/pieces.hpp"

namespace stdpscope::ann {

namespace {

/// Sums that a tile should have at least, so that none waits for its last multiply-add.
constexpr arma::uword kTailSums = 12;

}  // namespace

void Conv2d::plan_input_gradient() {
    const SynapseGeometry& g = geometry();
    const arma::uword stride = g.stride_columns;
    const arma::uword full = kernels_.full_row_outputs(g.post_shape.columns, g.kernel_columns);
    full_gradient_rows_ = full > 0 && g.stride_rows == 1 && stride == 1 && g.pre_shape.columns > g.post_shape.columns;

    // Input column i takes from output columns (i + left - k) / stride for all kernel columns k where that is whole.
    const arma::uword reach_left = g.kernel_columns - 1;
    gradient_pad_left_ = reach_left > g.pad_left ? pieces(reach_left - g.pad_left, stride) : 0;
    const arma::uword last = (g.pre_shape.columns - 1 + g.pad_left) / stride;
    gradient_pad_right_ = last >= g.post_shape.columns ? last + 1 - g.post_shape.columns : 0;

    const arma::uword widest = pieces(g.pre_shape.columns, stride);
    const arma::uword narrowest = std::max<arma::uword>(1, g.pre_shape.columns / stride);
    const arma::uword together = std::min(kernels_.map_row_outputs(widest), kernels_.map_row_outputs(narrowest));
    gradient_outputs_ = std::min(g.pre_shape.channels, full_gradient_rows_ ? full : together);
    const arma::uword tail_vectors = pieces(g.pre_shape.columns, kLanes / TailMaps::kFewestLanes);
    const arma::uword tail_tile =
        std::min<arma::uword>(kernels_.map_row_outputs(tail_vectors), pieces(kTailSums, tail_vectors));
    tail_outputs_ = std::max<arma::uword>(1, tail_tile / gradient_outputs_) * gradient_outputs_;
    for (arma::uword row = 0; row < g.pre_shape.rows; ++row) {
        for (arma::uword phase = 0; phase < std::min(stride, g.pre_shape.columns); ++phase) {
            plan_gradient_row(row, phase);
        }
    }
    gradient_channels_ =
        things_at_once(kernels_, g.post_shape.channels, g.kernel_rows * gradient_width() * kLanes * sizeof(float));
    gradient_weights_.resize(pieces(g.pre_shape.channels, tail_outputs_) * tail_outputs_ * g.post_shape.channels *
                             g.kernel_rows * g.kernel_columns);
}

void Conv2d::plan_gradient_row(arma::uword row, arma::uword first_column) {
    const SynapseGeometry& g = geometry();
    const arma::uword width = gradient_width();
    const arma::uword first_tap = gradient_taps_.size();
    arma::uword first_kernel_row = 0;
    arma::uword kernel_rows = 0;
    for (arma::uword kernel_row = 0; kernel_row < g.kernel_rows; ++kernel_row) {
        if (row + g.pad_top < kernel_row || (row + g.pad_top - kernel_row) % g.stride_rows != 0) continue;
        const arma::uword post_row = (row + g.pad_top - kernel_row) / g.stride_rows;
        if (post_row >= g.post_shape.rows) continue;
        if (kernel_rows++ == 0) first_kernel_row = kernel_row;
        for (arma::uword kernel_column = 0; kernel_column < g.kernel_columns; ++kernel_column) {
            // Counted from the first padded column, so that nothing is negative.
            const arma::uword ahead = first_column + g.pad_left + gradient_pad_left_ * g.stride_columns;
            if ((ahead - kernel_column) % g.stride_columns != 0) continue;
            const arma::uword padded_column = (ahead - kernel_column) / g.stride_columns;
            gradient_taps_.push_back({.input = offset(post_row * width + padded_column),
                                      .weight = static_cast<std::ptrdiff_t>(
                                          (kernel_row * g.kernel_columns + kernel_column) * tail_outputs_)});
        }
    }
    gradient_rows_.push_back({.row = row,
                              .first_column = first_column,
                              .columns = pieces(g.pre_shape.columns - first_column, g.stride_columns),
                              .first_tap = first_tap,
                              .tap_count = gradient_taps_.size() - first_tap,
                              .first_kernel_row = first_kernel_row,
                              .kernel_rows = kernel_rows});
}

arma::uword Conv2d::gradient_width() const {
    return gradient_pad_left_ + geometry().post_shape.columns + gradient_pad_right_;
}

void Conv2d::compute_input_gradient(const Pass& pass, const LaneCube& output_gradient, LaneCube& input_gradient) {
    const MapShape& post = geometry().post_shape;
    const bool is_padded = !full_gradient_rows_ && (gradient_pad_left_ > 0 || gradient_pad_right_ > 0);
    const LaneCube& padded = is_padded ? padded_gradient_ : output_gradient;
    const MapShape padded_shape{post.channels, post.rows, gradient_width()};
    if (is_padded) padded_gradient_.resize(padded_shape.units(), output_gradient.samples());
    const arma::uword groups = pieces(geometry().pre_shape.channels, tail_outputs_);
    const arma::uword group_pieces = gradient_channels_ < post.channels ? 1 : groups;
    const arma::uword rows = gradient_rows_.size();
    const arma::uword wanted = kSharesAThread * static_cast<arma::uword>(pass.threads);
    const arma::uword row_pieces = std::min(rows, pieces(wanted, group_pieces));
#pragma omp parallel num_threads(pass.threads)
    {
        if (is_padded) pad_maps(output_gradient, post, padded_gradient_, padded_shape, 0, gradient_pad_left_);
        pack_gradient_weights();
        for_each_item(output_gradient.blocks(), group_pieces, row_pieces,
                      [&](arma::uword block, arma::uword group, arma::uword piece) {
                          const Range of_groups = piece_of(groups, group_pieces, group);
                          const Range of_rows = piece_of(rows, row_pieces, piece);
                          for (arma::uword row = of_rows.begin; row < of_rows.end; ++row) {
                              compute_gradient_row(gradient_rows_[row], padded, input_gradient, block, of_groups);
                          }
                      });
    }
}

void Conv2d::compute_gradient_row(const GradientRow& row, const LaneCube& padded, LaneCube& input_gradient,
                                  arma::uword block, Range groups) {
    const arma::uword channels = geometry().post_shape.channels;
    const bool is_tail = tail_.packs_input_gradient() && block + 1 == padded.blocks();
    const arma::uword together = is_tail ? tail_outputs_ : gradient_outputs_;
    const arma::uword end = std::min(groups.end * tail_outputs_, geometry().pre_shape.channels);
    for (arma::uword channel = 0; channel < channels; channel += gradient_channels_) {
        const Range part{.begin = channel, .end = std::min(channel + gradient_channels_, channels)};
        for (arma::uword input = groups.begin * tail_outputs_; input < end; input += together) {
            const Range inputs{.begin = input, .end = std::min(input + together, end)};
            if (is_tail) {
                tail_.sum_input_gradient(kernels_, gradient_row(row, part, inputs), channel, input, row.row,
                                         row.first_tap, part.end == channels, input_gradient);
            } else if (full_gradient_rows_) {
                add_full_gradient_row(row, part, padded, input_gradient, block, inputs);
            } else {
                add_gradient_row(row, part, padded, input_gradient, block, inputs);
            }
        }
    }
}

void Conv2d::pack_gradient_weights() {
    const SynapseGeometry& g = geometry();
    const arma::uword kernel = g.kernel_rows * g.kernel_columns;
    const arma::uword outputs = g.post_shape.channels;
#pragma omp for schedule(static)
    for (arma::uword channel = 0; channel < g.pre_shape.channels; ++channel) {
        const arma::uword group = channel / tail_outputs_;
        float* packed = gradient_weights_.data() + group * outputs * kernel * tail_outputs_ + channel % tail_outputs_;
        for (arma::uword tap = 0; tap < kernel; ++tap) {
            const float* column = weights.colptr(channel * kernel + tap);
            for (arma::uword output = 0; output < outputs; ++output) {
                packed[(output * kernel + tap) * tail_outputs_] = column[output];
            }
        }
    }
}

const float* Conv2d::gradient_weights(Range inputs, arma::uword channel) const {
    const arma::uword kernel = geometry().kernel_rows * geometry().kernel_columns;
    const arma::uword first = (inputs.begin / tail_outputs_ * geometry().post_shape.channels + channel) * kernel;
    return gradient_weights_.data() + first * tail_outputs_ + inputs.begin % tail_outputs_;
}

kernel::MapRow Conv2d::gradient_row(const GradientRow& row, Range channels, Range inputs) const {
    const arma::uword kernel = geometry().kernel_rows * geometry().kernel_columns;
    return {.channels = channels.end - channels.begin,
            .tap_count = row.tap_count,
            .weights = gradient_weights(inputs, channels.begin),
            .weight_channel_step = static_cast<std::ptrdiff_t>(kernel * tail_outputs_),
            .biases = nullptr,
            .start = channels.begin == 0 ? kernel::SumStart::fresh : kernel::SumStart::output,
            .outputs = inputs.end - inputs.begin};
}

void Conv2d::add_gradient_row(const GradientRow& row, Range channels, const LaneCube& padded, LaneCube& input_gradient,
                              arma::uword block, Range inputs) const {
    const SynapseGeometry& g = geometry();
    const arma::uword pre_map = g.pre_shape.rows * g.pre_shape.columns;
    const arma::uword padded_map = g.post_shape.rows * gradient_width();
    const arma::uword first_unit = inputs.begin * pre_map + row.row * g.pre_shape.columns;
    kernel::MapRow work = gradient_row(row, channels, inputs);
    work.input = padded.lanes(channels.begin * padded_map, block);
    work.input_channel_step = offset(padded_map);
    work.input_column_step = offset(1);
    work.taps = gradient_taps_.data() + row.first_tap;
    work.output = input_gradient.lanes(first_unit + row.first_column, block);
    work.output_channel_step = offset(pre_map);
    work.output_column_step = offset(g.stride_columns);
    work.columns = row.columns;
    work.lanes = used_lanes(padded, block);
    kernels_.map_row(work);
}

void Conv2d::add_full_gradient_row(const GradientRow& row, Range channels, const LaneCube& output_gradient,
                                   LaneCube& input_gradient, arma::uword block, Range inputs) const {
    const SynapseGeometry& g = geometry();
    const arma::uword kernel = g.kernel_rows * g.kernel_columns;
    const arma::uword pre_map = g.pre_shape.rows * g.pre_shape.columns;
    const arma::uword post_map = g.post_shape.rows * g.post_shape.columns;
    // With no kernel row that meets it, a row of the input takes part in nothing.
    const arma::uword post_row = row.kernel_rows > 0 ? row.row + g.pad_top - row.first_kernel_row : 0;
    const arma::uword weights_before = row.first_kernel_row * g.kernel_columns * tail_outputs_;
    kernels_.full_map_row(
        {.gradient = output_gradient.lanes(channels.begin * post_map + post_row * g.post_shape.columns, block),
         .channels = channels.end - channels.begin,
         .gradient_channel_step = offset(post_map),
         .gradient_row_step = offset(g.post_shape.columns),
         .gradient_columns = g.post_shape.columns,
         .weights = gradient_weights(inputs, channels.begin) + weights_before,
         .weight_channel_step = static_cast<std::ptrdiff_t>(kernel * tail_outputs_),
         .outputs_together = tail_outputs_,
         .kernel_rows = row.kernel_rows,
         .kernel_columns = g.kernel_columns,
         .start = channels.begin == 0 ? kernel::SumStart::fresh : kernel::SumStart::output,
         .output = input_gradient.lanes(inputs.begin * pre_map + row.row * g.pre_shape.columns, block),
         .output_channel_step = offset(pre_map),
         .outputs = inputs.end - inputs.begin,
         .first_column = g.pad_left,
         .columns = g.pre_shape.columns,
         .lanes = used_lanes(output_gradient, block)});
}

}  // namespace stdpscope::ann
