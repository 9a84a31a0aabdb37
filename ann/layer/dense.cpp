#include "ann/layer/dense.hpp"

#include <algorithm>
#include <utility>

#include "ann/layer/layer_checks.hpp"
#include "ann/layer/pieces.hpp"

namespace stdpscope::ann {

namespace {

/// Most blocks that one range covers: weights are read once for all of them.
constexpr arma::uword kBlocksAtOnce = 8;

struct Range {
    arma::uword begin;
    arma::uword end;
};

SynapseGeometry geometry(const std::string& name, MapShape input, const DenseSpec& spec) {
    check_layer_size(name, "input", input.units());
    check_layer_size(name, "units", spec.units);
    return {.kind = SynapseKind::dense, .pre_shape = input, .post_shape = {spec.units, 1, 1}};
}

/// Units cut evenly, one range for each thread, and blocks within it.
template <class Work>
void for_each_range(int threads, arma::uword units, arma::uword blocks, Work work) {
    const arma::uword unit_pieces = std::min(units, static_cast<arma::uword>(threads));
    const arma::uword block_pieces = pieces(blocks, kBlocksAtOnce);
#pragma omp parallel for collapse(2) num_threads(threads) schedule(static)
    for (arma::uword unit_piece = 0; unit_piece < unit_pieces; ++unit_piece) {
        for (arma::uword block_piece = 0; block_piece < block_pieces; ++block_piece) {
            work(Range{.begin = piece_begin(units, unit_pieces, unit_piece),
                       .end = piece_begin(units, unit_pieces, unit_piece + 1)},
                 Range{.begin = piece_begin(blocks, block_pieces, block_piece),
                       .end = piece_begin(blocks, block_pieces, block_piece + 1)});
        }
    }
}

}  // namespace

Dense::Dense(std::string name, MapShape input, const DenseSpec& spec)
    : SynapticLayer(name, ann::geometry(name, input, spec), spec.training), kernels_(kernel::active_kernels()) {}

void Dense::forward(const Pass& pass, const LaneCube& input, LaneCube& output) {
    for_each_range(pass.threads, output.units(), input.blocks(), [&](Range units, Range blocks) {
        kernels_.dense_forward({.weights = weights.memptr(),
                                .biases = biases.memptr(),
                                .input = input.data(),
                                .output = output.data(),
                                .samples = input.samples(),
                                .pre = input.units(),
                                .post = output.units(),
                                .post_begin = units.begin,
                                .post_end = units.end,
                                .block_begin = blocks.begin,
                                .block_end = blocks.end});
        output.clear_unused_lanes(blocks.end - 1, units.begin, units.end);
    });
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
    // Columns are cut as evenly as the ledger cuts them: each thread keeps to its own.
    const arma::uword pre_pieces = std::min(pre, static_cast<arma::uword>(pass.threads));
#pragma omp parallel num_threads(pass.threads)
    {
#pragma omp for schedule(static)
        for (arma::uword panel = 0; panel < panels; ++panel) {
            kernels_.transpose_panels({.vectors = output_gradient.data(),
                                       .panels = gradient_panels_.data(),
                                       .units = post,
                                       .samples = samples,
                                       .panel_begin = panel,
                                       .panel_end = panel + 1});
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
    for_each_range(pass.threads, input_gradient.units(), output_gradient.blocks(), [&](Range units, Range blocks) {
        kernels_.dense_data_gradient({.weights = weights.memptr(),
                                      .output_gradient = output_gradient.data(),
                                      .input_gradient = input_gradient.data(),
                                      .samples = output_gradient.samples(),
                                      .pre = input_gradient.units(),
                                      .post = output_gradient.units(),
                                      .pre_begin = units.begin,
                                      .pre_end = units.end,
                                      .block_begin = blocks.begin,
                                      .block_end = blocks.end});
    });
}

}  // namespace stdpscope::ann
