#include "ann/layer/conv2d_winograd.hpp"

#include <omp.h>

#include <algorithm>

#include "ann/layer/conv2d_work.hpp"
#include "ann/layer/tail_maps.hpp"

namespace stdpscope::ann {

namespace {

constexpr arma::uword kPoints = kernel::kWinogradPoints;
constexpr arma::uword kOutputs = kernel::kWinogradOutputs;
constexpr arma::uword kKernel = kernel::kWinogradKernel;
/// Fewer would not pay for the transforms.
constexpr arma::uword kLeastChannels = 8;
/// Vectors of values, and of sums, that a second-level cache holds beside the weights.
constexpr arma::uword kMostValues = 8704;  // 544 KiB
constexpr arma::uword kMostSums = 4096;    // 256 KiB

arma::uword in_whole_vectors(arma::uword floats) {
    return pieces(floats, kLanes) * kLanes;
}

std::ptrdiff_t difference(arma::uword a, arma::uword b) {
    return static_cast<std::ptrdiff_t>(a) - static_cast<std::ptrdiff_t>(b);
}

/// write(channel, pixel, lane) for all sums that have no term other than zero.
template <class Write>
void for_zeros(const kernel::WinogradReach& reach, arma::uword channels, const Write& write) {
    for (arma::uword pixel = 0; pixel < reach.sum_rows * reach.sum_columns; ++pixel) {
        for (arma::uword lane = 0; lane < reach.lanes; ++lane) {
            if (reach.reached[pixel * kLanes + lane] != 0) continue;
            for (arma::uword channel = 0; channel < channels; ++channel) write(channel, pixel, lane);
        }
    }
}

}  // namespace

bool Conv2dWinograd::fits(const SynapseGeometry& g) {
    return g.kernel_columns == kKernel && g.stride_rows == 1 && g.stride_columns == 1 &&
           g.post_shape.columns % kOutputs == 0 &&
           std::min(g.pre_shape.channels, g.post_shape.channels) >= kLeastChannels;
}

Conv2dWinograd::Conv2dWinograd(const SynapseGeometry& geometry, const MapShape& padded_shape,
                               const kernel::KernelTable& kernels)
    : geometry_(geometry),
      padded_shape_(padded_shape),
      kernels_(kernels),
      tiles_(geometry.post_shape.columns / kOutputs),
      post_step_(in_whole_vectors(geometry.post_shape.channels)),
      pre_step_(in_whole_vectors(geometry.pre_shape.channels)) {
    const arma::uword kernel_values = kPoints * geometry.kernel_rows;
    weights_.resize(kernel_values * geometry.pre_shape.channels * post_step_ / kLanes, kLanes);
    transposed_weights_.resize(kernel_values * geometry.post_shape.channels * pre_step_ / kLanes, kLanes);
}

void Conv2dWinograd::resize(arma::uword samples, int threads) {
    const arma::uword blocks = pieces(samples, kLanes);
    const arma::uword kept = TailMaps::lanes_of(samples);
    if (blocks == blocks_ && kept == kept_in_last_ && threads == threads_) return;
    blocks_ = blocks;
    kept_in_last_ = kept;
    threads_ = threads;
    const arma::uword lanes = kLanes * static_cast<arma::uword>(threads);
    const arma::uword channels = std::max(geometry_.pre_shape.channels, geometry_.post_shape.channels);
    const arma::uword least = kPoints * channels * geometry_.kernel_rows * tiles_;
    // A vector more a channel, up to which the last sums read.
    values_.resize(std::max(kMostValues, least) + kPoints * channels, lanes);
    sums_.resize(std::max(kMostSums, kPoints * tiles_ * padded_shape_.rows), lanes);
    reach_.resize(3 * padded_shape_.rows * padded_shape_.columns, lanes);
    plan_taps();
    plan_runs();
}

void Conv2dWinograd::plan_taps() {
    for (const bool is_last : {false, true}) {
        const auto row_step = static_cast<std::ptrdiff_t>(tiles_ * kept(is_last));
        forward_taps_[is_last].clear();
        gradient_taps_[is_last].clear();
        for (arma::uword row = 0; row < geometry_.kernel_rows; ++row) {
            const auto steps = static_cast<std::ptrdiff_t>(row) * row_step;
            forward_taps_[is_last].push_back({.input = steps, .weight = static_cast<std::ptrdiff_t>(row * post_step_)});
            gradient_taps_[is_last].push_back(
                {.input = -steps, .weight = static_cast<std::ptrdiff_t>(row * pre_step_)});
        }
    }
}

void Conv2dWinograd::transform_weights(const arma::fmat& weights) {
    const arma::uword rows = geometry_.pre_shape.channels * geometry_.kernel_rows;
#pragma omp for schedule(static)
    for (arma::uword row = 0; row < rows; ++row) {
        kernels_.winograd_weights({.weights = weights.memptr(),
                                   .post = geometry_.post_shape.channels,
                                   .post_step = post_step_,
                                   .rows = rows,
                                   .row_begin = row,
                                   .row_end = row + 1,
                                   .values = weights_.data()});
    }
}

void Conv2dWinograd::transpose_weights() {
    const arma::uword kernel_rows = geometry_.kernel_rows;
    const arma::uword pre = geometry_.pre_shape.channels;
    const arma::uword post = geometry_.post_shape.channels;
#pragma omp for schedule(static)
    for (arma::uword point = 0; point < kPoints; ++point) {
        for (arma::uword channel = 0; channel < pre; ++channel) {
            for (arma::uword row = 0; row < kernel_rows; ++row) {
                const float* from = weights_.data() + ((point * pre + channel) * kernel_rows + row) * post_step_;
                float* to = transposed_weights_.data() + (point * post * kernel_rows + row) * pre_step_ + channel;
                for (arma::uword output = 0; output < post; ++output) {
                    to[output * kernel_rows * pre_step_] = from[output];
                }
            }
        }
    }
}

template <class Work>
void Conv2dWinograd::for_own_strips(arma::uword rows, arma::uword channels, const Work& work) const {
    const auto threads = static_cast<arma::uword>(omp_get_num_threads());
    arma::uword least = 1;
    const auto values = [&](arma::uword strips) {
        return kPoints * channels * tiles_ * (pieces(rows, strips) + geometry_.kernel_rows - 1);
    };
    while (least < rows && values(least) > kMostValues) ++least;
    for (arma::uword block = 0; block < blocks_; ++block) {
        const bool is_last = block + 1 == blocks_;
        arma::uword strips = is_last ? std::max(least, std::min(rows, threads)) : least;
        // Whole blocks give each thread as many as the others.
        while (!is_last && strips < rows && (blocks_ - 1) * strips % threads != 0) ++strips;
        const Range own = share_of_thread(strips, blocks_, block);
        for (arma::uword strip = own.begin; strip < own.end; ++strip) work(block, piece_of(rows, strips, strip));
    }
}

Conv2dWinograd::Strip Conv2dWinograd::strip(arma::uword block, arma::uword rows, arma::uword channels) {
    const bool is_last = block + 1 == blocks_;
    return {.is_last = is_last,
            .kept = kept(is_last),
            .channels = channels,
            .channel_step =
                static_cast<std::ptrdiff_t>(in_whole_vectors(rows * tiles_ * kept(is_last) + kLanes - kept(is_last))),
            .values = values_.lanes(0, static_cast<arma::uword>(omp_get_thread_num()))};
}

arma::uword Conv2dWinograd::sum_vectors(const Strip& strip, arma::uword rows) const {
    return pieces(rows * tiles_ * strip.kept, kLanes);
}

arma::uword Conv2dWinograd::sum_parts(arma::uword outputs, arma::uword vectors) {
    return pieces(outputs, std::max<arma::uword>(1, kMostSums / (kPoints * vectors)));
}

void Conv2dWinograd::multiply(const Strip& strip, const Product& product, float* sums) const {
    const arma::uword count = product.outputs.end - product.outputs.begin;
    const arma::uword groups = pieces(count, kernels_.map_row_outputs(product.vectors));
    const arma::uword channel_weights = geometry_.kernel_rows * product.weight_step;
    for (arma::uword point = 0; point < kPoints; ++point) {
        const float* weights = product.weights + point * strip.channels * channel_weights + product.outputs.begin;
        for (arma::uword group = 0; group < groups; ++group) {
            const Range outputs = piece_of(count, groups, group);
            kernels_.map_row(
                {.input = product.values + static_cast<std::ptrdiff_t>(point * strip.channels) * strip.channel_step,
                 .channels = strip.channels,
                 .input_channel_step = strip.channel_step,
                 .input_column_step = offset(1),
                 .taps = product.taps,
                 .tap_count = product.kernel_rows,
                 .weights = weights + outputs.begin,
                 .weight_channel_step = static_cast<std::ptrdiff_t>(channel_weights),
                 .output = sums + (point * count + outputs.begin) * product.vectors * kLanes,
                 .output_channel_step = offset(product.vectors),
                 .output_column_step = offset(1),
                 .outputs = outputs.end - outputs.begin,
                 .columns = product.vectors,
                 .lanes = kLanes});
        }
    }
}

bool Conv2dWinograd::find_zeros(kernel::WinogradReach& reach) {
    const auto own = static_cast<arma::uword>(omp_get_thread_num());
    reach.memory = reinterpret_cast<std::int32_t*>(reach_.lanes(0, own));
    reach.reached = reach.memory + reach.rows * (reach.columns + reach.sum_columns) * kLanes;
    return !kernels_.winograd_reach(reach);
}

void Conv2dWinograd::compute_outputs(const LaneCube& padded, const arma::fvec& biases, LaneCube& output) {
    for_own_strips(geometry_.post_shape.rows, geometry_.pre_shape.channels,
                   [&](arma::uword block, Range rows) { compute_output_strip(padded, biases, output, block, rows); });
}

void Conv2dWinograd::compute_output_strip(const LaneCube& padded, const arma::fvec& biases, LaneCube& output,
                                          arma::uword block, Range rows) {
    const MapShape& post = geometry_.post_shape;
    const arma::uword pre = geometry_.pre_shape.channels;
    const arma::uword count = rows.end - rows.begin;
    const arma::uword value_rows = count + geometry_.kernel_rows - 1;
    const Strip at = strip(block, value_rows, pre);
    // First, as it brings the maps near.
    kernel::WinogradReach reach{.maps = padded.lanes(rows.begin * padded_shape_.columns, block),
                                .channels = pre,
                                .channel_step = offset(padded_shape_.rows * padded_shape_.columns),
                                .row_step = offset(padded_shape_.columns),
                                .rows = value_rows,
                                .columns = padded_shape_.columns,
                                .window_rows = geometry_.kernel_rows,
                                .first_row = 0,
                                .first_column = 0,
                                .sum_rows = count,
                                .sum_columns = post.columns,
                                .lanes = used_lanes(padded, block)};
    const bool has_zeros = find_zeros(reach);
    for (arma::uword channel = 0; channel < pre; ++channel) {
        const arma::uword row = channel * padded_shape_.rows + rows.begin;
        kernels_.winograd_input({.maps = padded.lanes(row * padded_shape_.columns, block),
                                 .row_step = offset(padded_shape_.columns),
                                 .rows = value_rows,
                                 .tiles = tiles_,
                                 .kept = at.kept,
                                 .values = at.values + static_cast<std::ptrdiff_t>(channel) * at.channel_step,
                                 .point_step = static_cast<std::ptrdiff_t>(pre) * at.channel_step});
    }
    float* sums = sums_.lanes(0, static_cast<arma::uword>(omp_get_thread_num()));
    const arma::uword vectors = sum_vectors(at, count);
    const arma::uword parts = sum_parts(post.channels, vectors);
    for (arma::uword part = 0; part < parts; ++part) {
        const Range outputs = piece_of(post.channels, parts, part);
        multiply(at,
                 {.values = at.values,
                  .taps = forward_taps_[at.is_last].data(),
                  .kernel_rows = geometry_.kernel_rows,
                  .weights = weights_.data(),
                  .weight_step = post_step_,
                  .outputs = outputs,
                  .vectors = vectors},
                 sums);
        for (arma::uword channel = outputs.begin; channel < outputs.end; ++channel) {
            const arma::uword unit = (channel * post.rows + rows.begin) * post.columns;
            kernels_.winograd_output({.values = sums + (channel - outputs.begin) * vectors * kLanes,
                                      .point_step = offset((outputs.end - outputs.begin) * vectors),
                                      .rows = count,
                                      .tiles = tiles_,
                                      .kept = at.kept,
                                      .bias = biases(channel),
                                      .output = output.lanes(unit, block),
                                      .row_step = offset(post.columns)});
            output.clear_unused_lanes(block, unit, unit + count * post.columns);
        }
    }
    if (!has_zeros) return;
    for_zeros(reach, post.channels, [&](arma::uword channel, arma::uword pixel, arma::uword lane) {
        const arma::uword unit = (channel * post.rows + rows.begin) * post.columns + pixel;
        output.lanes(unit, block)[lane] = biases(channel);
    });
}

Range Conv2dWinograd::kernel_rows_at(arma::uword padded_row) const {
    const arma::uword rows = geometry_.post_shape.rows;
    return {.begin = padded_row >= rows ? padded_row - rows + 1 : 0,
            .end = std::min<arma::uword>(padded_row + 1, geometry_.kernel_rows)};
}

void Conv2dWinograd::compute_input_gradient(const LaneCube& output_gradient, LaneCube& input_gradient) {
    for_own_strips(geometry_.pre_shape.rows, geometry_.post_shape.channels, [&](arma::uword block, Range rows) {
        compute_gradient_strip(output_gradient, input_gradient, block, rows);
    });
}

void Conv2dWinograd::compute_gradient_strip(const LaneCube& output_gradient, LaneCube& input_gradient,
                                            arma::uword block, Range rows) {
    const MapShape& pre = geometry_.pre_shape;
    const MapShape& post = geometry_.post_shape;
    const Range padded{.begin = rows.begin + geometry_.pad_top, .end = rows.end + geometry_.pad_top};
    const arma::uword above = geometry_.kernel_rows - 1;
    const arma::uword met_end = std::min<arma::uword>(padded.end, post.rows);
    const Range met{.begin = std::min(met_end, padded.begin > above ? padded.begin - above : 0), .end = met_end};
    const Strip at = strip(block, met.end - met.begin, post.channels);
    kernel::WinogradReach reach{.maps = output_gradient.lanes(met.begin * post.columns, block),
                                .channels = post.channels,
                                .channel_step = offset(post.rows * post.columns),
                                .row_step = offset(post.columns),
                                .rows = met.end - met.begin,
                                .columns = post.columns,
                                .window_rows = geometry_.kernel_rows,
                                .first_row = difference(padded.begin, above + met.begin),
                                .first_column = difference(geometry_.pad_left, kKernel - 1),
                                .sum_rows = rows.end - rows.begin,
                                .sum_columns = pre.columns,
                                .lanes = used_lanes(output_gradient, block)};
    const bool has_zeros = find_zeros(reach);
    for (arma::uword channel = 0; channel < post.channels; ++channel) {
        const arma::uword unit = (channel * post.rows + met.begin) * post.columns;
        kernels_.winograd_output_gradient({.maps = output_gradient.lanes(unit, block),
                                           .row_step = offset(post.columns),
                                           .rows = met.end - met.begin,
                                           .tiles = tiles_,
                                           .kept = at.kept,
                                           .values = at.values + static_cast<std::ptrdiff_t>(channel) * at.channel_step,
                                           .point_step = static_cast<std::ptrdiff_t>(post.channels) * at.channel_step});
    }
    for (Range group{.begin = padded.begin, .end = 0}; group.begin < padded.end; group.begin = group.end) {
        const Range kernel_rows = kernel_rows_at(group.begin);
        group.end = group.begin + 1;
        while (group.end < padded.end && kernel_rows_at(group.end) == kernel_rows) ++group.end;
        compute_gradient_rows(at, met.begin, group, input_gradient, block);
    }
    if (!has_zeros) return;
    for_zeros(reach, pre.channels, [&](arma::uword channel, arma::uword pixel, arma::uword lane) {
        const arma::uword unit = (channel * pre.rows + rows.begin) * pre.columns + pixel;
        input_gradient.lanes(unit, block)[lane] = 0.0F;
    });
}

void Conv2dWinograd::compute_gradient_rows(const Strip& at, arma::uword first_row, Range rows, LaneCube& input_gradient,
                                           arma::uword block) {
    const MapShape& pre = geometry_.pre_shape;
    const Range kernel_rows = kernel_rows_at(rows.begin);
    float* sums = sums_.lanes(0, static_cast<arma::uword>(omp_get_thread_num()));
    const arma::uword vectors = sum_vectors(at, rows.end - rows.begin);
    const arma::uword parts = sum_parts(pre.channels, vectors);
    for (arma::uword part = 0; part < parts; ++part) {
        const Range inputs = piece_of(pre.channels, parts, part);
        multiply(at,
                 {.values = at.values + (rows.begin - first_row) * tiles_ * at.kept,
                  .taps = gradient_taps_[at.is_last].data() + kernel_rows.begin,
                  .kernel_rows = kernel_rows.end - kernel_rows.begin,
                  .weights = transposed_weights_.data(),
                  .weight_step = pre_step_,
                  .outputs = inputs,
                  .vectors = vectors},
                 sums);
        for (arma::uword channel = inputs.begin; channel < inputs.end; ++channel) {
            const arma::uword unit = (channel * pre.rows + rows.begin - geometry_.pad_top) * pre.columns;
            kernels_.winograd_input_gradient({.values = sums + (channel - inputs.begin) * vectors * kLanes,
                                              .point_step = offset((inputs.end - inputs.begin) * vectors),
                                              .rows = rows.end - rows.begin,
                                              .tiles = tiles_,
                                              .kept = at.kept,
                                              .output = input_gradient.lanes(unit, block),
                                              .row_step = offset(pre.columns),
                                              .first_column = geometry_.pad_left,
                                              .columns = pre.columns});
        }
    }
}

}  // namespace stdpscope::ann
