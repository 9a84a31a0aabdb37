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
/// Vectors of values, and of sums, that a second-level cache holds beside the weights.
constexpr arma::uword kMostValues = 8704;
constexpr arma::uword kMostSums = 4096;

arma::uword in_whole_vectors(arma::uword floats) {
    return pieces(floats, kLanes) * kLanes;
}

}  // namespace

bool Conv2dWinograd::fits(const SynapseGeometry& g) {
    return g.kernel_columns == kKernel && g.stride_rows == 1 && g.stride_columns == 1 &&
           g.post_shape.columns % kOutputs == 0 && std::min(g.pre_shape.channels, g.post_shape.channels) >= 8;
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
    kept_in_last_ = TailMaps::lanes_of(samples);
    const arma::uword lanes = kLanes * static_cast<arma::uword>(threads);
    const arma::uword channels = std::max(geometry_.pre_shape.channels, geometry_.post_shape.channels);
    const arma::uword least = kPoints * channels * (geometry_.kernel_rows * tiles_ + 1);
    values_.resize(std::max(kMostValues, least) + kPoints * channels, lanes);
    sums_.resize(std::max(kMostSums, kPoints * tiles_ * padded_shape_.rows), lanes);
    const arma::uword pre_rows = geometry_.pre_shape.rows;
    const arma::uword most_rows = std::max(padded_shape_.rows, pre_rows);
    reach_.resize(3 * most_rows * std::max(padded_shape_.columns, geometry_.pre_shape.columns), lanes);
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

arma::uword Conv2dWinograd::strips(const LaneCube& cube, arma::uword block, arma::uword rows,
                                   arma::uword row_values) const {
    const auto threads = static_cast<arma::uword>(omp_get_num_threads());
    const bool is_last = block + 1 == cube.blocks();
    arma::uword strips = is_last ? std::min(rows, threads) : 1;
    while (strips < rows && (pieces(rows, strips) + geometry_.kernel_rows - 1) * row_values > kMostValues) ++strips;
    // Whole blocks are as many for each thread as for the other.
    while (!is_last && strips < rows && (cube.blocks() - 1) * strips % threads != 0) ++strips;
    return strips;
}

Conv2dWinograd::Strip Conv2dWinograd::strip(bool is_last, Range rows) {
    const arma::uword kept = is_last ? kept_in_last_ : kLanes;
    // The last of the sums reads on to a vector's end.
    const arma::uword floats = in_whole_vectors((rows.end - rows.begin) * tiles_ * kept + kLanes - kept);
    return {.kept = kept,
            .rows = rows,
            .values = values_.lanes(0, static_cast<arma::uword>(omp_get_thread_num())),
            .channel_step = static_cast<std::ptrdiff_t>(floats)};
}

arma::uword Conv2dWinograd::sum_vectors(const Strip& strip, arma::uword rows) const {
    return pieces(rows * tiles_ * strip.kept, kLanes);
}

void Conv2dWinograd::multiply(const Strip& strip, const Product& product, float* sums) const {
    std::vector<kernel::Tap> taps;
    for (arma::uword row = product.kernel_rows.begin; row < product.kernel_rows.end; ++row) {
        taps.push_back({.input = static_cast<std::ptrdiff_t>(row) * product.kernel_row_step,
                        .weight = static_cast<std::ptrdiff_t>(row * product.weight_step)});
    }
    const arma::uword vectors = sum_vectors(strip, product.rows);
    const arma::uword count = product.outputs.end - product.outputs.begin;
    const arma::uword groups = pieces(count, kernels_.map_row_outputs(vectors));
    const arma::uword channel_weights = geometry_.kernel_rows * product.weight_step;
    for (arma::uword point = 0; point < kPoints; ++point) {
        const float* weights = product.weights + point * product.channels * channel_weights + product.outputs.begin;
        for (arma::uword group = 0; group < groups; ++group) {
            const Range outputs = piece_of(count, groups, group);
            kernels_.map_row(
                {.input = product.values + static_cast<std::ptrdiff_t>(point * product.channels) * strip.channel_step,
                 .channels = product.channels,
                 .input_channel_step = strip.channel_step,
                 .input_column_step = offset(1),
                 .taps = taps.data(),
                 .tap_count = taps.size(),
                 .weights = weights + outputs.begin,
                 .weight_channel_step = static_cast<std::ptrdiff_t>(channel_weights),
                 .output = sums + (point * count + outputs.begin) * vectors * kLanes,
                 .output_channel_step = offset(vectors),
                 .output_column_step = offset(1),
                 .outputs = outputs.end - outputs.begin,
                 .columns = vectors,
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

template <class Write>
void Conv2dWinograd::for_zeros(const kernel::WinogradReach& reach, arma::uword channels, const Write& write) {
    for (arma::uword pixel = 0; pixel < reach.sum_rows * reach.sum_columns; ++pixel) {
        for (arma::uword lane = 0; lane < reach.lanes; ++lane) {
            if (reach.reached[pixel * kLanes + lane] != 0) continue;
            for (arma::uword channel = 0; channel < channels; ++channel) write(channel, pixel, lane);
        }
    }
}

void Conv2dWinograd::compute_outputs(const LaneCube& padded, const arma::fvec& biases, LaneCube& output) {
    const auto threads = static_cast<arma::uword>(omp_get_num_threads());
    const auto thread = static_cast<arma::uword>(omp_get_thread_num());
    const arma::uword rows = geometry_.post_shape.rows;
    for (arma::uword block = 0; block < padded.blocks(); ++block) {
        const arma::uword all = strips(padded, block, rows, kPoints * geometry_.pre_shape.channels * tiles_);
        const Range own = share_of_block(all, padded.blocks(), block, threads, thread);
        for (arma::uword strip = own.begin; strip < own.end; ++strip) {
            compute_output_strip(padded, biases, output, block, piece_of(rows, all, strip));
        }
    }
}

void Conv2dWinograd::compute_output_strip(const LaneCube& padded, const arma::fvec& biases, LaneCube& output,
                                          arma::uword block, Range rows) {
    const MapShape& post = geometry_.post_shape;
    const arma::uword pre = geometry_.pre_shape.channels;
    const arma::uword count = rows.end - rows.begin;
    const Strip at =
        strip(block + 1 == padded.blocks(), {.begin = rows.begin, .end = rows.end + geometry_.kernel_rows - 1});
    kernel::WinogradReach reach{.maps = padded.lanes(at.rows.begin * padded_shape_.columns, block),
                                .channels = pre,
                                .channel_step = offset(padded_shape_.rows * padded_shape_.columns),
                                .row_step = offset(padded_shape_.columns),
                                .rows = at.rows.end - at.rows.begin,
                                .columns = padded_shape_.columns,
                                .window_rows = geometry_.kernel_rows,
                                .first_row = 0,
                                .first_column = 0,
                                .sum_rows = count,
                                .sum_columns = post.columns,
                                .lanes = used_lanes(padded, block)};
    const bool has_zeros = find_zeros(reach);
    for (arma::uword channel = 0; channel < pre; ++channel) {
        const arma::uword row = channel * padded_shape_.rows + at.rows.begin;
        kernels_.winograd_input({.input = padded.lanes(row * padded_shape_.columns, block),
                                 .row_step = offset(padded_shape_.columns),
                                 .rows = at.rows.end - at.rows.begin,
                                 .tiles = tiles_,
                                 .kept = at.kept,
                                 .values = at.values + static_cast<std::ptrdiff_t>(channel) * at.channel_step,
                                 .point_step = static_cast<std::ptrdiff_t>(pre) * at.channel_step});
    }
    const arma::uword vectors = sum_vectors(at, count);
    const arma::uword parts = pieces(post.channels, std::max<arma::uword>(1, kMostSums / (kPoints * vectors)));
    float* sums = sums_.lanes(0, static_cast<arma::uword>(omp_get_thread_num()));
    for (arma::uword part = 0; part < parts; ++part) {
        const Range outputs = piece_of(post.channels, parts, part);
        multiply(at,
                 {.rows = count,
                  .values = at.values,
                  .kernel_row_step = static_cast<std::ptrdiff_t>(tiles_ * at.kept),
                  .kernel_rows = {.begin = 0, .end = geometry_.kernel_rows},
                  .channels = pre,
                  .weights = weights_.data(),
                  .weight_step = post_step_,
                  .outputs = outputs},
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
    if (has_zeros)
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
    const auto threads = static_cast<arma::uword>(omp_get_num_threads());
    const auto thread = static_cast<arma::uword>(omp_get_thread_num());
    const arma::uword rows = geometry_.pre_shape.rows;
    const arma::uword row_values = kPoints * geometry_.post_shape.channels * tiles_;
    for (arma::uword block = 0; block < output_gradient.blocks(); ++block) {
        const arma::uword all = strips(output_gradient, block, rows, row_values);
        const Range own = share_of_block(all, output_gradient.blocks(), block, threads, thread);
        for (arma::uword strip = own.begin; strip < own.end; ++strip) {
            compute_gradient_strip(output_gradient, input_gradient, block, piece_of(rows, all, strip));
        }
    }
}

void Conv2dWinograd::compute_gradient_strip(const LaneCube& output_gradient, LaneCube& input_gradient,
                                            arma::uword block, Range rows) {
    const MapShape& pre = geometry_.pre_shape;
    const MapShape& post = geometry_.post_shape;
    const arma::uword first = rows.begin + geometry_.pad_top;
    const arma::uword end = rows.end + geometry_.pad_top;
    const Range met{.begin = first >= geometry_.kernel_rows ? first - geometry_.kernel_rows + 1 : 0,
                    .end = std::min<arma::uword>(end, post.rows)};
    const Strip at = strip(block + 1 == output_gradient.blocks(), met);
    kernel::WinogradReach reach{
        .maps = output_gradient.lanes(met.begin * post.columns, block),
        .channels = post.channels,
        .channel_step = offset(post.rows * post.columns),
        .row_step = offset(post.columns),
        .rows = met.begin < met.end ? met.end - met.begin : 0,
        .columns = post.columns,
        .window_rows = geometry_.kernel_rows,
        .first_row =
            static_cast<std::ptrdiff_t>(first + 1) - static_cast<std::ptrdiff_t>(geometry_.kernel_rows + met.begin),
        .first_column = static_cast<std::ptrdiff_t>(geometry_.pad_left + 1) - static_cast<std::ptrdiff_t>(kKernel),
        .sum_rows = rows.end - rows.begin,
        .sum_columns = pre.columns,
        .lanes = used_lanes(output_gradient, block)};
    const bool has_zeros = find_zeros(reach);
    for (arma::uword channel = 0; channel < post.channels && met.begin < met.end; ++channel) {
        const arma::uword unit = (channel * post.rows + met.begin) * post.columns;
        kernels_.winograd_output_gradient({.input = output_gradient.lanes(unit, block),
                                           .row_step = offset(post.columns),
                                           .rows = met.end - met.begin,
                                           .tiles = tiles_,
                                           .kept = at.kept,
                                           .values = at.values + static_cast<std::ptrdiff_t>(channel) * at.channel_step,
                                           .point_step = static_cast<std::ptrdiff_t>(post.channels) * at.channel_step});
    }
    float* sums = sums_.lanes(0, static_cast<arma::uword>(omp_get_thread_num()));
    const auto row_step = static_cast<std::ptrdiff_t>(tiles_ * at.kept);
    for (arma::uword row = first; row < end;) {
        const Range kernel_rows = kernel_rows_at(row);
        arma::uword next = row + 1;
        while (next < end && kernel_rows_at(next).begin == kernel_rows.begin &&
               kernel_rows_at(next).end == kernel_rows.end) {
            ++next;
        }
        const arma::uword vectors = sum_vectors(at, next - row);
        const arma::uword parts = pieces(pre.channels, std::max<arma::uword>(1, kMostSums / (kPoints * vectors)));
        for (arma::uword part = 0; part < parts; ++part) {
            const Range inputs = piece_of(pre.channels, parts, part);
            multiply(at,
                     {.rows = next - row,
                      .values = at.values +
                                (static_cast<std::ptrdiff_t>(row) - static_cast<std::ptrdiff_t>(met.begin)) * row_step,
                      .kernel_row_step = -row_step,
                      .kernel_rows = kernel_rows,
                      .channels = post.channels,
                      .weights = transposed_weights_.data(),
                      .weight_step = pre_step_,
                      .outputs = inputs},
                     sums);
            for (arma::uword channel = inputs.begin; channel < inputs.end; ++channel) {
                const arma::uword unit = (channel * pre.rows + row - geometry_.pad_top) * pre.columns;
                kernels_.winograd_input_gradient({.values = sums + (channel - inputs.begin) * vectors * kLanes,
                                                  .point_step = offset((inputs.end - inputs.begin) * vectors),
                                                  .rows = next - row,
                                                  .tiles = tiles_,
                                                  .kept = at.kept,
                                                  .output = input_gradient.lanes(unit, block),
                                                  .row_step = offset(pre.columns),
                                                  .first_column = geometry_.pad_left,
                                                  .columns = pre.columns});
            }
        }
        row = next;
    }
    if (has_zeros)
        for_zeros(reach, pre.channels, [&](arma::uword channel, arma::uword pixel, arma::uword lane) {
            const arma::uword unit = (channel * pre.rows + rows.begin) * pre.columns + pixel;
            input_gradient.lanes(unit, block)[lane] = 0.0F;
        });
}

}  // namespace stdpscope::ann
