#include "ann/layer/dense.hpp"

#include <algorithm>
#include <utility>

#include "ann/layer/layer_checks.hpp"
#include "ann/layer/pieces.hpp"

namespace stdpscope::ann {

namespace {

/// Most blocks that one range covers: weights are read once for all of them.
constexpr arma::uword kBlocksAtOnce = 8;
/// Parts of the input units whose terms of an output are summed apart, whatever the number of threads.
constexpr arma::uword kHalves = 2;

SynapseGeometry geometry(const std::string& name, MapShape input, const DenseSpec& spec) {
    check_layer_size(name, "input", input.units());
    check_layer_size(name, "units", spec.units);
    return {.kind = SynapseKind::dense, .pre_shape = input, .post_shape = {spec.units, 1, 1}};
}

/// to += from, for the units of one block.
void add_units(const LaneCube& from, Range units, arma::uword block, LaneCube& to) {
    const arma::uword floats = (units.end - units.begin) * kLanes;
    const float* __restrict terms = from.lanes(units.begin, block);
    float* __restrict sums = to.lanes(units.begin, block);
#pragma omp simd
    for (arma::uword k = 0; k < floats; ++k) sums[k] += terms[k];
}

}  // namespace

Dense::Dense(std::string name, MapShape input, const DenseSpec& spec)
    : SynapticLayer(name, ann::geometry(name, input, spec), spec.training), kernels_(kernel::active_kernels()) {}

void Dense::forward(const Pass& pass, const LaneCube& input, LaneCube& output) {
    const arma::uword post = output.units();
    const arma::uword blocks = input.blocks();
    const auto threads = static_cast<arma::uword>(pass.threads);
    const arma::uword half_pieces = threads % kHalves == 0 ? threads / kHalves : threads;
    const arma::uword block_pieces = pieces(blocks, kBlocksAtOnce);
    other_output_.resize(post, input.samples());
#pragma omp parallel num_threads(pass.threads)
    {
#pragma omp for collapse(3) schedule(static)
        for (arma::uword pre_half = 0; pre_half < kHalves; ++pre_half) {
            for (arma::uword piece = 0; piece < kHalves * half_pieces; ++piece) {
                for (arma::uword block_piece = 0; block_piece < block_pieces; ++block_piece) {
                    const bool own = piece / half_pieces == pre_half;
                    sum_half(pre_half, piece_of(post, kHalves * half_pieces, piece),
                             piece_of(blocks, block_pieces, block_piece), input, own ? output : other_output_);
                }
            }
        }
#pragma omp for schedule(static)
        for (arma::uword piece = 0; piece < kHalves * half_pieces; ++piece) {
            const Range units = piece_of(post, kHalves * half_pieces, piece);
            for (arma::uword block = 0; block < blocks; ++block) add_units(other_output_, units, block, output);
            output.clear_unused_lanes(blocks - 1, units.begin, units.end);
        }
    }
}

void Dense::sum_half(arma::uword pre_half, Range units, Range blocks, const LaneCube& input, LaneCube& output) const {
    kernels_.dense_forward({.weights = weights.memptr(),
                            .biases = pre_half == 0 ? biases.memptr() : nullptr,
                            .input = input.data(),
                            .output = output.data(),
                            .samples = input.samples(),
                            .pre = input.units(),
                            .post = output.units(),
                            .pre_begin = piece_begin(input.units(), kHalves, pre_half),
                            .pre_end = piece_begin(input.units(), kHalves, pre_half + 1),
                            .post_begin = units.begin,
                            .post_end = units.end,
                            .block_begin = blocks.begin,
                            .block_end = blocks.end});
}

void Dense::backward(const Pass& pass, const LaneCube& input, const LaneCube& /*output*/,
                     const LaneCube& output_gradient, LaneCube* input_gradient) {
    compute_weight_gradient(pass, input, output_gradient);
    update_.reset();
    if (input_gradient != nullptr) compute_input_gradient(pass, output_gradient, *input_gradient);
}

bool Dense::update_in_backward(const kernel::SgdUpdate& update) {
    update_ = update;
    return true;
}

void Dense::compute_weight_gradient(const Pass& pass, const LaneCube& input, const LaneCube& output_gradient) {
    const arma::uword pre = input.units();
    const arma::uword post = output_gradient.units();
    const arma::uword samples = input.samples();
    const arma::uword panels = pieces(post, kernel::kPanelUnits);
    gradient_panels_.resize(panels * samples, kLanes);
    const auto shares = static_cast<arma::uword>(pass.threads);
    // Columns are cut as evenly as the ledger cuts them: each thread keeps to its own.
    const arma::uword pre_pieces = std::min(pre, shares);
#pragma omp parallel num_threads(pass.threads)
    {
#pragma omp for schedule(static)
        for (arma::uword share = 0; share < shares; ++share) {
            kernels_.transpose_panels({.vectors = output_gradient.data(),
                                       .panels = gradient_panels_.data(),
                                       .units = post,
                                       .samples = samples,
                                       .panel_begin = piece_begin(panels, shares, share),
                                       .panel_end = piece_begin(panels, shares, share + 1),
                                       .are_shared = shares > 1});
        }
#pragma omp for schedule(static)
        for (arma::uword piece = 0; piece < pre_pieces; ++piece) {
            kernels_.dense_weight_gradient({.gradient_panels = gradient_panels_.data(),
                                            .input = input.data(),
                                            .weight_gradient = weight_gradient.memptr(),
                                            .bias_gradient = bias_gradient.memptr(),
                                            .update = update_ ? &*update_ : nullptr,
                                            .samples = samples,
                                            .pre = pre,
                                            .post = post,
                                            .pre_begin = piece_begin(pre, pre_pieces, piece),
                                            .pre_end = piece_begin(pre, pre_pieces, piece + 1)});
        }
    }
}

void Dense::compute_input_gradient(const Pass& pass, const LaneCube& output_gradient, LaneCube& input_gradient) const {
    const arma::uword pre = input_gradient.units();
    const auto shares = static_cast<arma::uword>(pass.threads);
    const arma::uword block_pieces = pieces(output_gradient.blocks(), kBlocksAtOnce);
#pragma omp parallel for collapse(2) num_threads(pass.threads) schedule(static)
    for (arma::uword share = 0; share < shares; ++share) {
        for (arma::uword block_piece = 0; block_piece < block_pieces; ++block_piece) {
            const Range units = piece_of(pre, shares, share);
            const Range blocks = piece_of(output_gradient.blocks(), block_pieces, block_piece);
            kernels_.dense_data_gradient({.weights = weights.memptr(),
                                          .output_gradient = output_gradient.data(),
                                          .gradient_panels = gradient_panels_.data(),
                                          .input_gradient = input_gradient.data(),
                                          .samples = output_gradient.samples(),
                                          .pre = pre,
                                          .post = output_gradient.units(),
                                          .pre_begin = units.begin,
                                          .pre_end = units.end,
                                          .block_begin = blocks.begin,
                                          .block_end = blocks.end});
        }
    }
}

}  // namespace stdpscope::ann
