#include <omp.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "ann/layer/conv2d_winograd.hpp"
#include "ann/layer/conv2d_work.hpp"

namespace stdpscope::ann {

namespace {

constexpr arma::uword kPoints = kernel::kWinogradPoints;
constexpr arma::uword kOutputs = kernel::kWinogradOutputs;
/// Vectors of a few outputs' gradients that stay in a first-level cache.
constexpr arma::uword kMostGradientVectors = 400;

/// Zeros between two places of a map's values, at all points.
void clear_values(LaneCube& values, arma::uword place, arma::uword point_step, Range floats) {
    for (arma::uword point = 0; point < kPoints && floats.begin < floats.end; ++point) {
        std::fill_n(values.lanes(place + point * point_step, 0) + floats.begin, floats.end - floats.begin, 0.0F);
    }
}

/// Lanes of a tile's columns.
std::uint64_t four_words(const std::uint16_t* words) {
    std::uint64_t all = 0;
    static_assert(sizeof(all) == kOutputs * sizeof(*words));
    std::memcpy(&all, words, sizeof(all));
    return all;
}

}  // namespace

arma::uword Conv2dWinograd::input_place(arma::uword point, arma::uword block, arma::uword channel) const {
    const arma::uword map = (geometry_.post_shape.rows + geometry_.kernel_rows - 1) * tiles_;
    return ((point * blocks_ + block) * geometry_.pre_shape.channels + channel) * map;
}

arma::uword Conv2dWinograd::gradient_place(arma::uword point, arma::uword block, arma::uword channel) const {
    const arma::uword map = geometry_.post_shape.rows * tiles_;
    return ((point * blocks_ + block) * geometry_.post_shape.channels + channel) * map;
}

void Conv2dWinograd::resize_gradients(int threads) {
    const arma::uword pre = geometry_.pre_shape.channels;
    const arma::uword post = geometry_.post_shape.channels;
    input_values_.resize(input_place(kPoints, 0, 0), kLanes);
    gradient_values_.resize(gradient_place(kPoints, 0, 0), kLanes);
    point_gradients_.resize(kHalves * kPoints * pre * geometry_.kernel_rows * post_step_ / kLanes, kLanes);
    const arma::uword groups = output_groups();
    gradient_sums_.resize(groups * pre * geometry_.kernel_rows * pieces(post, groups),
                          kLanes * static_cast<arma::uword>(threads));
    searches_.resize(static_cast<std::size_t>(threads));
    for (TermSearch& search : searches_) search.resize(geometry_, padded_shape_, blocks_);
}

arma::uword Conv2dWinograd::output_groups() const {
    const arma::uword column_pieces = pieces(geometry_.kernel_rows, kernels_.map_gradient_kernel_columns);
    const arma::uword widest = pieces(geometry_.kernel_rows, column_pieces);
    return pieces(geometry_.post_shape.channels, kernels_.map_gradient_outputs(widest));
}

void Conv2dWinograd::TermSearch::resize(const SynapseGeometry& geometry, const MapShape& padded, arma::uword blocks) {
    const MapShape& post = geometry.post_shape;
    output_bits.resize(blocks * post.units());
    output_is_known.resize(post.channels);
    input_bits.resize(blocks * padded.rows * padded.columns);
}

void Conv2dWinograd::transform_batch(const LaneCube& padded, const LaneCube& output_gradient) {
    const MapShape& post = geometry_.post_shape;
    const arma::uword input_rows = post.rows + geometry_.kernel_rows - 1;
    for (arma::uword block = 0; block < blocks_; ++block) {
        const arma::uword lanes = kept(block + 1 == blocks_);
        // Sums read on to a vector's end: zeros there, as what a batch of more lanes left may be no number.
        const arma::uword row_floats = tiles_ * lanes;
        const arma::uword read_end = pieces(post.rows * row_floats, kLanes) * kLanes;
        const Range inputs = share_of_thread(geometry_.pre_shape.channels, blocks_, block);
        for (arma::uword channel = inputs.begin; channel < inputs.end; ++channel) {
            kernels_.winograd_input({.maps = padded.lanes(channel * padded_shape_.rows * padded_shape_.columns, block),
                                     .row_step = offset(padded_shape_.columns),
                                     .rows = input_rows,
                                     .tiles = tiles_,
                                     .kept = lanes,
                                     .values = input_values_.lanes(input_place(0, block, channel), 0),
                                     .point_step = offset(input_place(1, 0, 0))});
            clear_values(
                input_values_, input_place(0, block, channel), input_place(1, 0, 0),
                {.begin = input_rows * row_floats, .end = read_end + (geometry_.kernel_rows - 1) * row_floats});
        }
        const Range outputs = share_of_thread(post.channels, blocks_, block);
        for (arma::uword channel = outputs.begin; channel < outputs.end; ++channel) {
            kernels_.winograd_output_gradient({.maps = output_gradient.lanes(channel * post.rows * post.columns, block),
                                               .row_step = offset(post.columns),
                                               .rows = post.rows,
                                               .tiles = tiles_,
                                               .kept = lanes,
                                               .values = gradient_values_.lanes(gradient_place(0, block, channel), 0),
                                               .point_step = offset(gradient_place(1, 0, 0))});
            clear_values(gradient_values_, gradient_place(0, block, channel), gradient_place(1, 0, 0),
                         {.begin = post.rows * row_floats, .end = read_end});
        }
    }
#pragma omp barrier
}

void Conv2dWinograd::compute_weight_gradient(const LaneCube& padded, const LaneCube& output_gradient,
                                             arma::fmat& gradient) {
    const arma::uword post = geometry_.post_shape.channels;
    const auto threads = static_cast<arma::uword>(omp_get_num_threads());
    transform_batch(padded, output_gradient);
    const arma::uword groups = output_groups();
    const arma::uword parts = std::min(groups, pieces(threads, kHalves));
    float* sums = gradient_sums_.lanes(0, static_cast<arma::uword>(omp_get_thread_num()));
    // Halves of the samples come first, so that two threads read what they wrote themselves.
#pragma omp for collapse(3) schedule(static)
    for (arma::uword half = 0; half < kHalves; ++half) {
        for (arma::uword point = 0; point < kPoints; ++point) {
            for (arma::uword part = 0; part < parts; ++part) {
                const Range of_part = piece_of(groups, parts, part);
                sum_point(point, half, of_part, sums);
            }
        }
    }
    const arma::uword rows = geometry_.pre_shape.channels * geometry_.kernel_rows;
    searches_[static_cast<std::size_t>(omp_get_thread_num())].forget();
#pragma omp for schedule(static)
    for (arma::uword row = 0; row < rows; ++row) {
        const bool doubtful =
            kernels_.winograd_weight_gradient({.lower = point_gradients_.data(),
                                               .upper = point_gradients_.data() + kPoints * rows * post_step_,
                                               .post = post,
                                               .post_step = post_step_,
                                               .rows = rows,
                                               .row_begin = row,
                                               .row_end = row + 1,
                                               .gradient = gradient.memptr()});
        if (doubtful) keep_zero_gradients(row, padded, output_gradient, gradient);
    }
}

void Conv2dWinograd::keep_zero_gradients(arma::uword row, const LaneCube& padded, const LaneCube& output_gradient,
                                         arma::fmat& gradient) {
    TermSearch& search = searches_[static_cast<std::size_t>(omp_get_thread_num())];
    const arma::uword point_step = geometry_.pre_shape.channels * geometry_.kernel_rows * post_step_;
    const float* lower = point_gradients_.data() + row * post_step_;
    const float* upper = lower + kPoints * point_step;
    for (arma::uword output = 0; output < geometry_.post_shape.channels; ++output) {
        float largest = 0.0F;
        for (arma::uword point = 0; point < kPoints; ++point) {
            const arma::uword place = point * point_step + output;
            largest = std::max(largest, std::abs(lower[place] + upper[place]));
        }
        for (arma::uword column = 0; column < geometry_.kernel_columns; ++column) {
            float& sum = gradient(output, row * geometry_.kernel_columns + column);
            if (sum == 0.0F || std::abs(sum) > largest * kernel::kWinogradDoubt) continue;
            read_terms(search, output, row / geometry_.kernel_rows, padded, output_gradient);
            if (!has_term(search, output, row % geometry_.kernel_rows, column)) sum = 0.0F;
        }
    }
}

void Conv2dWinograd::read_terms(TermSearch& search, arma::uword output, arma::uword input, const LaneCube& padded,
                                const LaneCube& output_gradient) const {
    const arma::uword output_map = geometry_.post_shape.rows * geometry_.post_shape.columns;
    const arma::uword input_map = padded_shape_.rows * padded_shape_.columns;
    for (arma::uword block = 0; block < blocks_; ++block) {
        if (search.output_is_known[output] == 0) {
            kernels_.nonzero_lanes(output_gradient.lanes(output * output_map, block), output_map,
                                   search.output_bits.data() + (output * blocks_ + block) * output_map);
        }
        if (search.input != input) {
            kernels_.nonzero_lanes(padded.lanes(input * input_map, block), input_map,
                                   search.input_bits.data() + block * input_map);
        }
    }
    search.output_is_known[output] = 1;
    search.input = input;
}

bool Conv2dWinograd::has_term(const TermSearch& search, arma::uword output, arma::uword kernel_row,
                              arma::uword column) const {
    const MapShape& post = geometry_.post_shape;
    for (arma::uword block = 0; block < blocks_; ++block) {
        for (arma::uword row = 0; row < post.rows; ++row) {
            const std::uint16_t* outputs =
                search.output_bits.data() + ((output * blocks_ + block) * post.rows + row) * post.columns;
            const std::uint16_t* inputs = search.input_bits.data() +
                                          (block * padded_shape_.rows + row + kernel_row) * padded_shape_.columns +
                                          column;
            std::uint64_t both = 0;
            for (arma::uword tile = 0; tile < tiles_; ++tile) {
                both |= four_words(outputs + tile * kOutputs) & four_words(inputs + tile * kOutputs);
            }
            if (both != 0) return true;
        }
    }
    return false;
}

void Conv2dWinograd::plan_runs() {
    const arma::uword rows = geometry_.post_shape.rows;
    const arma::uword outputs = pieces(geometry_.post_shape.channels, output_groups());
    for (arma::uword half = 0; half < kHalves; ++half) {
        std::vector<std::vector<Run>>& runs = runs_[half];
        runs.clear();
        arma::uword vectors = kMostGradientVectors;
        for (arma::uword block = 0; block < blocks_; ++block) {
            const arma::uword row_floats = tiles_ * kept(block + 1 == blocks_);
            // Blocks are cut where a vector begins.
            const arma::uword unit = kLanes / std::gcd(kLanes, row_floats);
            const Range units = share_of_block(pieces(rows, unit), blocks_, block, kHalves, half);
            if (units.begin == units.end) continue;
            const arma::uword begin = units.begin * unit * row_floats;
            const arma::uword end = std::min(units.end * unit, rows) * row_floats;
            const Run run{.block = block,
                          .blocks = 1,
                          .begin = begin,
                          .vectors = pieces(end - begin, kLanes),
                          .row_floats = row_floats};
            vectors += outputs * run.vectors;
            if (vectors > kMostGradientVectors) {
                runs.push_back({run});
                vectors = outputs * run.vectors;
            } else if (runs.back().back().continues_with(run)) {
                ++runs.back().back().blocks;
            } else {
                runs.back().push_back(run);
            }
        }
    }
}

void Conv2dWinograd::sum_point(arma::uword point, arma::uword half, Range of_groups, float* sums) {
    const arma::uword pre = geometry_.pre_shape.channels;
    const arma::uword post = geometry_.post_shape.channels;
    const arma::uword kernel_rows = geometry_.kernel_rows;
    const arma::uword groups = output_groups();
    float* gradient = point_gradients_.data() + (half * kPoints + point) * pre * kernel_rows * post_step_;
    const std::vector<std::vector<Run>>& all = runs_[half];
    if (all.empty() && of_groups.begin == 0) std::fill_n(gradient, pre * kernel_rows * post_step_, 0.0F);
    // Sums that are finished at once need no place of their own.
    const arma::uword step = all.size() == 1 ? 0 : kernel_rows * pieces(post, groups) * kLanes;
    for (const std::vector<Run>& some : all) {
        float* place = sums;
        for (arma::uword group = of_groups.begin; group < of_groups.end; ++group) {
            const Range outputs = piece_of(post, groups, group);
            const arma::uword count = outputs.end - outputs.begin;
            for (arma::uword channel = 0; channel < pre; ++channel, place += step) {
                kernel::SumStart start = &some == &all.front() ? kernel::SumStart::fresh : kernel::SumStart::output;
                for (const Run& run : some) {
                    add_run(run, point, outputs, channel, start, place);
                    start = kernel::SumStart::output;
                }
                if (&some != &all.back()) continue;
                for (arma::uword row = 0; row < kernel_rows; ++row) {
                    kernels_.sum_lanes(place + row * count * kLanes, count,
                                       gradient + (channel * kernel_rows + row) * post_step_ + outputs.begin);
                }
            }
        }
    }
}

void Conv2dWinograd::add_run(const Run& run, arma::uword point, Range outputs, arma::uword channel,
                             kernel::SumStart start, float* sums) const {
    const arma::uword count = outputs.end - outputs.begin;
    const arma::uword column_pieces = pieces(geometry_.kernel_rows, kernels_.map_gradient_kernel_columns);
    const float* input = input_values_.lanes(input_place(point, run.block, channel), 0) + run.begin;
    for (arma::uword piece = 0; piece < column_pieces; ++piece) {
        const Range kernel_rows = piece_of(geometry_.kernel_rows, column_pieces, piece);
        kernels_.map_weight_gradient(
            {.gradient = gradient_values_.lanes(gradient_place(point, run.block, outputs.begin), 0) + run.begin,
             .gradient_channel_step = offset(gradient_place(0, 0, 1)),
             .gradient_row_step = offset(gradient_place(0, 1, 0)),
             .rows = run.blocks,
             .columns = run.vectors,
             .input = input + kernel_rows.begin * run.row_floats,
             .input_row_step = offset(input_place(0, 1, 0)),
             .input_column_step = offset(1),
             .kernel_column_step = static_cast<std::ptrdiff_t>(run.row_floats),
             .start = start,
             .sums = sums + kernel_rows.begin * count * kLanes,
             .outputs = count,
             .kernel_columns = kernel_rows.end - kernel_rows.begin,
             .lanes = kLanes});
    }
}

}  // namespace stdpscope::ann
