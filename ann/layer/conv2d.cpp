#include "ann/layer/conv2d.hpp"

#include <omp.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "ann/layer/layer_checks.hpp"
#include "ann/layer/pieces.hpp"

namespace stdpscope::ann {

namespace {

/// Per-lane sums of a thread's share of the weight gradient should stay in its second-level cache.
constexpr arma::uword kMostSumVectors = 4096;  // 256 KiB
/// Parts of the samples whose weight gradients are summed apart, whatever the number of threads.
constexpr arma::uword kHalves = 2;
/// Shares of work a thread should find at least, so that an uneven last one costs little.
constexpr arma::uword kSharesAThread = 16;

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

/// How many things of so many bytes are worked on at a time.
arma::uword things_at_once(const kernel::KernelTable& kernels, arma::uword count, arma::uword bytes) {
    if (kernels.map_bytes_at_once == 0) return count;
    return std::clamp<arma::uword>(kernels.map_bytes_at_once / bytes, 1, count);
}

/// Lanes of a block that hold samples.
arma::uword used_lanes(const LaneCube& cube, arma::uword block) {
    return std::min(kLanes, cube.samples() - block * kLanes);
}

std::ptrdiff_t offset(arma::uword vectors) {
    return static_cast<std::ptrdiff_t>(vectors * kLanes);
}

/// Copies maps of `from` to maps of `to`, all (lanes x columns x rows), at (top, left).
void copy_map(const float* from, MapShape from_shape, float* to, MapShape to_shape, arma::uword top, arma::uword left) {
    for (arma::uword row = 0; row < from_shape.rows; ++row) {
        std::memcpy(to + ((row + top) * to_shape.columns + left) * kLanes, from + row * from_shape.columns * kLanes,
                    from_shape.columns * kLanes * sizeof(float));
    }
}

/// Fills the inside of padded maps; what lies around it stays zero from the resize.
void copy_into_padded(const Pass& pass, const LaneCube& from, MapShape from_shape, LaneCube& to, MapShape to_shape,
                      arma::uword top, arma::uword left) {
    to.resize(to_shape.units(), from.samples());
    const arma::uword from_map = from_shape.rows * from_shape.columns * kLanes;
    const arma::uword to_map = to_shape.rows * to_shape.columns * kLanes;
#pragma omp parallel for num_threads(pass.threads) schedule(static)
    for (arma::uword map = 0; map < from_shape.channels * from.blocks(); ++map) {
        copy_map(from.data() + map * from_map, from_shape, to.data() + map * to_map, to_shape, top, left);
    }
}

}  // namespace

Conv2d::Conv2d(std::string name, MapShape input, const Conv2dSpec& spec)
    : SynapticLayer(name, ann::geometry(name, input, spec), spec.training),
      kernels_(kernel::active_kernels()),
      padding_(spec.padding),
      padded_shape_{input.channels, input.rows + padding_.top + padding_.bottom,
                    input.columns + padding_.left + padding_.right} {
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
    for (arma::uword row = 0; row < g.pre_shape.rows; ++row) {
        for (arma::uword phase = 0; phase < std::min(stride, g.pre_shape.columns); ++phase) {
            plan_gradient_row(row, phase);
        }
    }
    gradient_channels_ = things_at_once(
        kernels_, g.post_shape.channels,
        g.kernel_rows * (gradient_pad_left_ + g.post_shape.columns + gradient_pad_right_) * kLanes * sizeof(float));
    gradient_weights_.resize(pieces(g.pre_shape.channels, gradient_outputs_) * gradient_outputs_ *
                             g.post_shape.channels * g.kernel_rows * g.kernel_columns);
}

void Conv2d::plan_gradient_row(arma::uword row, arma::uword first_column) {
    const SynapseGeometry& g = geometry();
    const arma::uword width = gradient_pad_left_ + g.post_shape.columns + gradient_pad_right_;
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
                                          (kernel_row * g.kernel_columns + kernel_column) * gradient_outputs_)});
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

void Conv2d::forward(const Pass& pass, const LaneCube& input, LaneCube& output) {
    const MapShape post = geometry().post_shape;
    const LaneCube& padded = padded_input(pass, input);
    pack_forward_weights(pass);
    const arma::uword groups = pieces(post.channels, forward_outputs_);
    const arma::uword group_pieces = forward_channels_ < input_shape().channels ? 1 : groups;
    const arma::uword wanted = kSharesAThread * static_cast<arma::uword>(pass.threads);
    const arma::uword row_pieces = std::min(post.rows, pieces(wanted, group_pieces * input.blocks()));
#pragma omp parallel for collapse(3) num_threads(pass.threads) schedule(static)
    for (arma::uword block = 0; block < input.blocks(); ++block) {
        for (arma::uword group = 0; group < group_pieces; ++group) {
            for (arma::uword piece = 0; piece < row_pieces; ++piece) {
                const Range of_groups{.begin = piece_begin(groups, group_pieces, group),
                                      .end = piece_begin(groups, group_pieces, group + 1)};
                for (arma::uword row = piece_begin(post.rows, row_pieces, piece);
                     row < piece_begin(post.rows, row_pieces, piece + 1); ++row) {
                    compute_output_row(padded, output, block, of_groups, row);
                }
            }
        }
    }
}

const LaneCube& Conv2d::padded_input(const Pass& pass, const LaneCube& input) {
    if (padding_ == Padding{}) return input;
    copy_into_padded(pass, input, input_shape(), padded_input_, padded_shape_, padding_.top, padding_.left);
    return padded_input_;
}

void Conv2d::pack_forward_weights(const Pass& pass) {
    const arma::uword outputs = geometry().post_shape.channels;
    const arma::uword terms = geometry().weight_columns();
#pragma omp parallel for num_threads(pass.threads) schedule(static)
    for (arma::uword group = 0; group < pieces(outputs, forward_outputs_); ++group) {
        const arma::uword first = group * forward_outputs_;
        const arma::uword count = std::min(forward_outputs_, outputs - first);
        float* packed = forward_weights_.data() + group * terms * forward_outputs_;
        for (arma::uword term = 0; term < terms; ++term) {
            std::copy_n(weights.colptr(term) + first, count, packed + term * forward_outputs_);
        }
    }
}

void Conv2d::compute_output_row(const LaneCube& padded, LaneCube& output, arma::uword block, Range groups,
                                arma::uword row) const {
    const SynapseGeometry& g = geometry();
    const arma::uword post_map = g.post_shape.rows * g.post_shape.columns;
    const arma::uword pre_map = padded_shape_.rows * padded_shape_.columns;
    const arma::uword channel_weights = forward_taps_.size() * forward_outputs_;
    for (arma::uword channel = 0; channel < g.pre_shape.channels; channel += forward_channels_) {
        for (arma::uword group = groups.begin; group < groups.end; ++group) {
            const arma::uword first = group * forward_outputs_;
            kernels_.map_row(
                {.input = padded.lanes(channel * pre_map + row * g.stride_rows * padded_shape_.columns, block),
                 .channels = std::min(forward_channels_, g.pre_shape.channels - channel),
                 .input_channel_step = offset(pre_map),
                 .input_column_step = offset(g.stride_columns),
                 .taps = forward_taps_.data(),
                 .tap_count = forward_taps_.size(),
                 .weights = forward_weights_.data() + (group * g.pre_shape.channels + channel) * channel_weights,
                 .weight_channel_step = static_cast<std::ptrdiff_t>(channel_weights),
                 .biases = biases.memptr() + first,
                 .start = channel == 0 ? kernel::SumStart::fresh : kernel::SumStart::output,
                 .output = output.lanes(first * post_map + row * g.post_shape.columns, block),
                 .output_channel_step = offset(post_map),
                 .output_column_step = offset(1),
                 .outputs = std::min(forward_outputs_, g.post_shape.channels - first),
                 .columns = g.post_shape.columns,
                 .lanes = used_lanes(padded, block)});
        }
    }
    const arma::uword end = std::min(groups.end * forward_outputs_, g.post_shape.channels);
    for (arma::uword channel = groups.begin * forward_outputs_; channel < end; ++channel) {
        const arma::uword first = channel * post_map + row * g.post_shape.columns;
        output.clear_unused_lanes(block, first, first + g.post_shape.columns);
    }
}

void Conv2d::backward(const Pass& pass, const LaneCube& input, const LaneCube& /*output*/,
                      const LaneCube& output_gradient, LaneCube* input_gradient) {
    compute_weight_gradient(pass, input, output_gradient);
    if (input_gradient != nullptr) compute_input_gradient(pass, output_gradient, *input_gradient);
}

void Conv2d::compute_input_gradient(const Pass& pass, const LaneCube& output_gradient, LaneCube& input_gradient) {
    const LaneCube& padded = padded_gradient(pass, output_gradient);
    pack_gradient_weights(pass);
    const arma::uword groups = pieces(geometry().pre_shape.channels, gradient_outputs_);
    const arma::uword group_pieces = gradient_channels_ < geometry().post_shape.channels ? 1 : groups;
    const arma::uword rows = gradient_rows_.size();
    const arma::uword wanted = kSharesAThread * static_cast<arma::uword>(pass.threads);
    const arma::uword row_pieces = std::min(rows, pieces(wanted, group_pieces * output_gradient.blocks()));
#pragma omp parallel for collapse(3) num_threads(pass.threads) schedule(static)
    for (arma::uword block = 0; block < output_gradient.blocks(); ++block) {
        for (arma::uword group = 0; group < group_pieces; ++group) {
            for (arma::uword piece = 0; piece < row_pieces; ++piece) {
                const Range of_groups{.begin = piece_begin(groups, group_pieces, group),
                                      .end = piece_begin(groups, group_pieces, group + 1)};
                for (arma::uword row = piece_begin(rows, row_pieces, piece);
                     row < piece_begin(rows, row_pieces, piece + 1); ++row) {
                    compute_gradient_row(gradient_rows_[row], padded, input_gradient, block, of_groups);
                }
            }
        }
    }
}

void Conv2d::compute_gradient_row(const GradientRow& row, const LaneCube& padded, LaneCube& input_gradient,
                                  arma::uword block, Range groups) const {
    const arma::uword channels = geometry().post_shape.channels;
    for (arma::uword channel = 0; channel < channels; channel += gradient_channels_) {
        const Range part{.begin = channel, .end = std::min(channel + gradient_channels_, channels)};
        for (arma::uword group = groups.begin; group < groups.end; ++group) {
            if (full_gradient_rows_) {
                add_full_gradient_row(row, part, padded, input_gradient, block, group);
            } else {
                add_gradient_row(row, part, padded, input_gradient, block, group);
            }
        }
    }
}

const LaneCube& Conv2d::padded_gradient(const Pass& pass, const LaneCube& output_gradient) {
    if (full_gradient_rows_ || (gradient_pad_left_ == 0 && gradient_pad_right_ == 0)) return output_gradient;
    const MapShape post = geometry().post_shape;
    const MapShape padded{post.channels, post.rows, gradient_pad_left_ + post.columns + gradient_pad_right_};
    copy_into_padded(pass, output_gradient, post, padded_gradient_, padded, 0, gradient_pad_left_);
    return padded_gradient_;
}

void Conv2d::pack_gradient_weights(const Pass& pass) {
    const SynapseGeometry& g = geometry();
    const arma::uword kernel = g.kernel_rows * g.kernel_columns;
    const arma::uword outputs = g.post_shape.channels;
#pragma omp parallel for num_threads(pass.threads) schedule(static)
    for (arma::uword channel = 0; channel < g.pre_shape.channels; ++channel) {
        const arma::uword group = channel / gradient_outputs_;
        float* packed =
            gradient_weights_.data() + group * outputs * kernel * gradient_outputs_ + channel % gradient_outputs_;
        for (arma::uword tap = 0; tap < kernel; ++tap) {
            const float* column = weights.colptr(channel * kernel + tap);
            for (arma::uword output = 0; output < outputs; ++output) {
                packed[(output * kernel + tap) * gradient_outputs_] = column[output];
            }
        }
    }
}

void Conv2d::add_gradient_row(const GradientRow& row, Range channels, const LaneCube& padded, LaneCube& input_gradient,
                              arma::uword block, arma::uword group) const {
    const SynapseGeometry& g = geometry();
    const arma::uword kernel = g.kernel_rows * g.kernel_columns;
    const arma::uword first = group * gradient_outputs_;
    const arma::uword pre_map = g.pre_shape.rows * g.pre_shape.columns;
    const arma::uword width = gradient_pad_left_ + g.post_shape.columns + gradient_pad_right_;
    kernels_.map_row(
        {.input = padded.lanes(channels.begin * g.post_shape.rows * width, block),
         .channels = channels.end - channels.begin,
         .input_channel_step = offset(g.post_shape.rows * width),
         .input_column_step = offset(1),
         .taps = gradient_taps_.data() + row.first_tap,
         .tap_count = row.tap_count,
         .weights =
             gradient_weights_.data() + (group * g.post_shape.channels + channels.begin) * kernel * gradient_outputs_,
         .weight_channel_step = static_cast<std::ptrdiff_t>(kernel * gradient_outputs_),
         .biases = nullptr,
         .start = channels.begin == 0 ? kernel::SumStart::fresh : kernel::SumStart::output,
         .output = input_gradient.lanes(first * pre_map + row.row * g.pre_shape.columns + row.first_column, block),
         .output_channel_step = offset(pre_map),
         .output_column_step = offset(g.stride_columns),
         .outputs = std::min(gradient_outputs_, g.pre_shape.channels - first),
         .columns = row.columns,
         .lanes = used_lanes(padded, block)});
}

void Conv2d::add_full_gradient_row(const GradientRow& row, Range channels, const LaneCube& output_gradient,
                                   LaneCube& input_gradient, arma::uword block, arma::uword group) const {
    const SynapseGeometry& g = geometry();
    const arma::uword kernel = g.kernel_rows * g.kernel_columns;
    const arma::uword first = group * gradient_outputs_;
    const arma::uword pre_map = g.pre_shape.rows * g.pre_shape.columns;
    const arma::uword post_map = g.post_shape.rows * g.post_shape.columns;
    // With no kernel row that meets it, a row of the input takes part in nothing.
    const arma::uword post_row = row.kernel_rows > 0 ? row.row + g.pad_top - row.first_kernel_row : 0;
    const arma::uword first_weight =
        (group * g.post_shape.channels + channels.begin) * kernel + row.first_kernel_row * g.kernel_columns;
    kernels_.full_map_row(
        {.gradient = output_gradient.lanes(channels.begin * post_map + post_row * g.post_shape.columns, block),
         .channels = channels.end - channels.begin,
         .gradient_channel_step = offset(post_map),
         .gradient_row_step = offset(g.post_shape.columns),
         .gradient_columns = g.post_shape.columns,
         .weights = gradient_weights_.data() + first_weight * gradient_outputs_,
         .weight_channel_step = static_cast<std::ptrdiff_t>(kernel * gradient_outputs_),
         .outputs_together = gradient_outputs_,
         .kernel_rows = row.kernel_rows,
         .kernel_columns = g.kernel_columns,
         .start = channels.begin == 0 ? kernel::SumStart::fresh : kernel::SumStart::output,
         .output = input_gradient.lanes(first * pre_map + row.row * g.pre_shape.columns, block),
         .output_channel_step = offset(pre_map),
         .outputs = std::min(gradient_outputs_, g.pre_shape.channels - first),
         .first_column = g.pad_left,
         .columns = g.pre_shape.columns,
         .lanes = used_lanes(output_gradient, block)});
}

void Conv2d::compute_weight_gradient(const Pass& pass, const LaneCube& input, const LaneCube& output_gradient) {
    const SynapseGeometry& g = geometry();
    const LaneCube& padded = padding_ == Padding{} ? input : padded_input_;
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
    const arma::uword rows = output_gradient.blocks() * g.post_shape.rows;
#pragma omp parallel num_threads(pass.threads)
    {
        // Halves of the samples come first, so that two threads read what they wrote themselves.
#pragma omp for collapse(3) schedule(static)
        for (arma::uword half = 0; half < kHalves; ++half) {
            for (arma::uword group = 0; group < groups; ++group) {
                for (arma::uword piece = 0; piece < row_pieces; ++piece) {
                    const WeightRange range{.output_begin = piece_begin(outputs, groups, group),
                                            .output_end = piece_begin(outputs, groups, group + 1),
                                            .kernel_row_begin = piece_begin(kernel_rows, row_pieces, piece),
                                            .kernel_row_end = piece_begin(kernel_rows, row_pieces, piece + 1)};
                    const Range of_rows{.begin = piece_begin(rows, kHalves, half),
                                        .end = piece_begin(rows, kHalves, half + 1)};
                    float* sums = weight_sums_.lanes(0, static_cast<arma::uword>(omp_get_thread_num()));
                    compute_weight_range(range, of_rows, padded, output_gradient, sums,
                                         half == 0 ? weight_gradient : upper_weight_gradient_);
                    if (range.kernel_row_begin > 0) continue;
                    compute_bias_range(range, of_rows, output_gradient, sums,
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

void Conv2d::compute_weight_range(const WeightRange& range, Range post_rows, const LaneCube& padded,
                                  const LaneCube& output_gradient, float* sums, arma::fmat& gradient) const {
    const arma::uword outputs = range.output_end - range.output_begin;
    const arma::uword columns = geometry().kernel_columns;
    const arma::uword terms = (range.kernel_row_end - range.kernel_row_begin) * columns;
    const arma::uword row_vectors =
        outputs * geometry().post_shape.columns + geometry().stride_rows * padded_shape_.columns;
    std::fill_n(sums, terms * outputs * kLanes, 0.0F);
    for (arma::uword block = 0; block < output_gradient.blocks(); ++block) {
        const Range rows = rows_of_block(post_rows, block);
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

Conv2d::Range Conv2d::rows_of_block(Range rows, arma::uword block) const {
    const arma::uword in_block = geometry().post_shape.rows;
    const auto place = [&](arma::uword row) { return std::clamp(row, block * in_block, (block + 1) * in_block); };
    return {.begin = place(rows.begin) - block * in_block, .end = place(rows.end) - block * in_block};
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
        const arma::uword pre_row = channel * padded_shape_.rows + post_rows.begin * g.stride_rows + row;
        const arma::uword pre_unit = pre_row * padded_shape_.columns + begin;
        const arma::uword post_unit = range.output_begin * post_map + post_rows.begin * g.post_shape.columns;
        kernels_.map_weight_gradient({.gradient = output_gradient.lanes(post_unit, block),
                                      .gradient_channel_step = offset(post_map),
                                      .rows = post_rows.end - post_rows.begin,
                                      .columns = g.post_shape.columns,
                                      .input = padded.lanes(pre_unit, block),
                                      .input_row_step = offset(g.stride_rows * padded_shape_.columns),
                                      .input_column_step = offset(g.stride_columns),
                                      .sums = sums + begin * outputs * kLanes,
                                      .outputs = outputs,
                                      .kernel_columns = end - begin,
                                      .lanes = used_lanes(output_gradient, block)});
    }
}

void Conv2d::compute_bias_range(const WeightRange& range, Range post_rows, const LaneCube& output_gradient, float* sums,
                                arma::fvec& gradient) const {
    const MapShape& post = geometry().post_shape;
    const arma::uword outputs = range.output_end - range.output_begin;
    std::fill_n(sums, outputs * kLanes, 0.0F);
    for (arma::uword block = 0; block < output_gradient.blocks(); ++block) {
        const Range rows = rows_of_block(post_rows, block);
        for (arma::uword output = 0; output < outputs; ++output) {
            const arma::uword unit = ((range.output_begin + output) * post.rows + rows.begin) * post.columns;
            kernels_.add_vectors(output_gradient.lanes(unit, block), (rows.end - rows.begin) * post.columns,
                                 sums + output * kLanes);
        }
    }
    kernels_.sum_lanes(sums, outputs, gradient.memptr() + range.output_begin);
}

}  // namespace stdpscope::ann
