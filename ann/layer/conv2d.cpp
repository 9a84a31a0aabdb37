#include "ann/layer/conv2d.hpp"

#include <algorithm>
#include <cstring>

#include "ann/layer/conv2d_work.hpp"
#include "ann/layer/layer_checks.hpp"
#include "ann/layer/pieces.hpp"

namespace stdpscope::ann {

namespace {

SynapseGeometry geometry(const std::string& name, MapShape input, const Conv2dSpec& spec) {
    check_layer_size(name, "channels", spec.channels);
    const WindowSpec window{.rows = spec.kernel_rows,
                            .columns = spec.kernel_columns,
                            .stride_rows = spec.stride_rows,
                            .stride_columns = spec.stride_columns,
                            .padding = spec.padding,
                            .rows_name = "kernel_rows",
                            .columns_name = "kernel_columns"};
    check_window(name, input, window);
    return {.kind = SynapseKind::convolution,
            .pre_shape = input,
            .post_shape = window_positions(spec.channels, input, window),
            .kernel_rows = spec.kernel_rows,
            .kernel_columns = spec.kernel_columns,
            .stride_rows = spec.stride_rows,
            .stride_columns = spec.stride_columns,
            .pad_top = spec.padding.top,
            .pad_left = spec.padding.left};
}

}  // namespace

void pad_maps(const LaneCube& from, MapShape from_shape, LaneCube& to, MapShape to_shape, arma::uword top,
              arma::uword left) {
    const arma::uword from_row = from_shape.columns * kLanes;
    const arma::uword to_row = to_shape.columns * kLanes;
    for (arma::uword block = 0; block < from.blocks(); ++block) {
        const Range channels = share_of_thread(from_shape.channels, from.blocks(), block);
        for (arma::uword channel = channels.begin; channel < channels.end; ++channel) {
            const arma::uword map = block * from_shape.channels + channel;
            const float* from_map = from.data() + map * from_shape.rows * from_row;
            float* to_map = to.data() + map * to_shape.rows * to_row;
            for (arma::uword row = 0; row < from_shape.rows; ++row) {
                std::memcpy(to_map + (row + top) * to_row + left * kLanes, from_map + row * from_row,
                            from_row * sizeof(float));
            }
        }
    }
}

Conv2d::Conv2d(std::string name, MapShape input, const Conv2dSpec& spec)
    : SynapticLayer(name, ann::geometry(name, input, spec), spec.training),
      kernels_(kernel::active_kernels()),
      padding_(spec.padding),
      padded_shape_{input.channels, input.rows + padding_.top + padding_.bottom,
                    input.columns + padding_.left + padding_.right} {
    if (Conv2dWinograd::fits(geometry())) {
        winograd_.emplace(geometry(), padded_shape_, kernels_);
        return;
    }
    plan_forward();
    plan_input_gradient();
}

void Conv2d::plan_forward() {
    const SynapseGeometry& g = geometry();
    forward_outputs_ = std::min<arma::uword>(g.post_shape.channels, kernels_.map_row_outputs(g.post_shape.columns));
    forward_channels_ =
        things_at_once(kernels_, g.pre_shape.channels, g.kernel_rows * padded_shape_.columns * kLanes * sizeof(float));
    for (arma::uword row = 0; row < g.kernel_rows; ++row) {
        for (arma::uword column = 0; column < g.kernel_columns; ++column) {
            forward_taps_.push_back(
                {.input = offset(row * padded_shape_.columns + column),
                 .weight = static_cast<std::ptrdiff_t>((row * g.kernel_columns + column) * forward_outputs_)});
        }
    }
    forward_weights_.resize(pieces(g.post_shape.channels, forward_outputs_) * forward_outputs_ * g.weight_columns());
}

void Conv2d::resize_tail(arma::uword samples) {
    tail_.resize({.geometry = geometry(),
                  .padded_shape = padded_shape_,
                  .forward_taps = &forward_taps_,
                  .gradient_taps = &gradient_taps_,
                  .gradient_width = gradient_width(),
                  .gradient_left = gradient_pad_left_,
                  .full_rows = full_gradient_rows_},
                 samples);
}

void Conv2d::forward(const Pass& pass, const LaneCube& input, LaneCube& output) {
    if (padding_ != Padding{}) padded_input_.resize(padded_shape_.units(), input.samples());
    if (winograd_) {
        filter_forward(pass, input, output);
    } else {
        compute_forward(pass, input, output);
    }
}

const LaneCube& Conv2d::padded(const LaneCube& input) const {
    return padding_ == Padding{} ? input : padded_input_;
}

void Conv2d::pad_input(const LaneCube& input) {
    if (padding_ == Padding{}) return;
    pad_maps(input, input_shape(), padded_input_, padded_shape_, padding_.top, padding_.left);
}

void Conv2d::filter_forward(const Pass& pass, const LaneCube& input, LaneCube& output) {
    winograd_->resize(input.samples(), pass.threads);
#pragma omp parallel num_threads(pass.threads)
    {
        pad_input(input);
        winograd_->transform_weights(weights);
        winograd_->compute_outputs(padded(input), biases, output);
    }
}

void Conv2d::compute_forward(const Pass& pass, const LaneCube& input, LaneCube& output) {
    const MapShape post = geometry().post_shape;
    resize_tail(input.samples());
    const arma::uword groups = pieces(post.channels, forward_outputs_);
    const arma::uword group_pieces = forward_channels_ < input_shape().channels ? 1 : groups;
    const arma::uword wanted = kSharesAThread * static_cast<arma::uword>(pass.threads);
    const arma::uword row_pieces = std::min(post.rows, pieces(wanted, group_pieces));
#pragma omp parallel num_threads(pass.threads)
    {
        pad_input(input);
        if (tail_.packs_outputs()) {
#pragma omp for schedule(static) nowait
            for (arma::uword channel = 0; channel < input_shape().channels; ++channel) tail_.pack_input(input, channel);
        }
        pack_forward_weights();
        for_each_item(input.blocks(), group_pieces, row_pieces,
                      [&](arma::uword block, arma::uword group, arma::uword piece) {
                          compute_output_rows(padded(input), output, block, piece_of(groups, group_pieces, group),
                                              piece_of(post.rows, row_pieces, piece));
                      });
    }
}

void Conv2d::pack_forward_weights() {
    const arma::uword outputs = geometry().post_shape.channels;
    const arma::uword terms = geometry().weight_columns();
#pragma omp for schedule(static)
    for (arma::uword group = 0; group < pieces(outputs, forward_outputs_); ++group) {
        const arma::uword first = group * forward_outputs_;
        const arma::uword count = std::min(forward_outputs_, outputs - first);
        float* packed = forward_weights_.data() + group * terms * forward_outputs_;
        for (arma::uword term = 0; term < terms; ++term) {
            std::copy_n(weights.colptr(term) + first, count, packed + term * forward_outputs_);
        }
    }
}

kernel::MapRow Conv2d::output_row(arma::uword channel, arma::uword group) const {
    const SynapseGeometry& g = geometry();
    const arma::uword first = group * forward_outputs_;
    const arma::uword channel_weights = forward_taps_.size() * forward_outputs_;
    return {.channels = std::min(forward_channels_, g.pre_shape.channels - channel),
            .weights = forward_weights_.data() + (group * g.pre_shape.channels + channel) * channel_weights,
            .weight_channel_step = static_cast<std::ptrdiff_t>(channel_weights),
            .biases = biases.memptr() + first,
            .start = channel == 0 ? kernel::SumStart::fresh : kernel::SumStart::output,
            .outputs = std::min(forward_outputs_, g.post_shape.channels - first)};
}

void Conv2d::compute_output_rows(const LaneCube& padded, LaneCube& output, arma::uword block, Range groups,
                                 Range rows) {
    const arma::uword channels = geometry().pre_shape.channels;
    if (tail_.packs_outputs() && block + 1 == output.blocks()) {
        for (arma::uword channel = 0; channel < channels; channel += forward_channels_) {
            for (arma::uword group = groups.begin; group < groups.end; ++group) {
                tail_.sum_outputs(kernels_, output_row(channel, group), channel, group * forward_outputs_, rows.begin,
                                  rows.end, channel + forward_channels_ >= channels, output);
            }
        }
        return;
    }
    for (arma::uword row = rows.begin; row < rows.end; ++row) {
        for (arma::uword channel = 0; channel < channels; channel += forward_channels_) {
            for (arma::uword group = groups.begin; group < groups.end; ++group) {
                compute_output_row(padded, output, block, channel, group, row);
            }
        }
    }
    const MapShape& post = geometry().post_shape;
    const arma::uword end = std::min(groups.end * forward_outputs_, post.channels);
    for (arma::uword channel = groups.begin * forward_outputs_; channel < end; ++channel) {
        const arma::uword first = channel * post.rows * post.columns;
        output.clear_unused_lanes(block, first + rows.begin * post.columns, first + rows.end * post.columns);
    }
}

void Conv2d::compute_output_row(const LaneCube& padded, LaneCube& output, arma::uword block, arma::uword channel,
                                arma::uword group, arma::uword row) const {
    const SynapseGeometry& g = geometry();
    const arma::uword post_map = g.post_shape.rows * g.post_shape.columns;
    const arma::uword pre_map = padded_shape_.rows * padded_shape_.columns;
    kernel::MapRow work = output_row(channel, group);
    work.input = padded.lanes(channel * pre_map + row * g.stride_rows * padded_shape_.columns, block);
    work.input_channel_step = offset(pre_map);
    work.input_column_step = offset(g.stride_columns);
    work.taps = forward_taps_.data();
    work.tap_count = forward_taps_.size();
    work.output = output.lanes(group * forward_outputs_ * post_map + row * g.post_shape.columns, block);
    work.output_channel_step = offset(post_map);
    work.output_column_step = offset(1);
    work.columns = g.post_shape.columns;
    work.lanes = used_lanes(padded, block);
    kernels_.map_row(work);
}

void Conv2d::backward(const Pass& pass, const LaneCube& input, const LaneCube& /*output*/,
                      const LaneCube& output_gradient, LaneCube* input_gradient) {
    if (winograd_) {
        filter_weight_gradient(pass, input, output_gradient);
        if (input_gradient != nullptr) filter_input_gradient(pass, output_gradient, *input_gradient);
        return;
    }
    compute_weight_gradient(pass, input, output_gradient);
    if (input_gradient != nullptr) compute_input_gradient(pass, output_gradient, *input_gradient);
}

void Conv2d::filter_input_gradient(const Pass& pass, const LaneCube& output_gradient, LaneCube& input_gradient) {
    winograd_->resize(output_gradient.samples(), pass.threads);
#pragma omp parallel num_threads(pass.threads)
    {
        winograd_->transpose_weights();
        winograd_->compute_input_gradient(output_gradient, input_gradient);
    }
}

}  // namespace stdpscope::ann
