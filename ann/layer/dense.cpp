#include "ann/layer/dense.hpp"

#include <algorithm>
#include <utility>

#include "ann/layer/layer_checks.hpp"

namespace stdpscope::ann {

namespace {

/// A range of work is a multiple of this many units: a multiple of every variant's register tile.
constexpr arma::uword kUnitsAtOnce = 24;
/// Blocks that one range covers: weights are read once for all of them.
constexpr arma::uword kBlocksAtOnce = 8;
/// Pre units that one range of the weight gradient covers at most.
constexpr arma::uword kPreUnitsAtOnce = 192;

SynapseGeometry geometry(const std::string& name, MapShape input, const DenseSpec& spec) {
    check_layer_size(name, "input", input.units());
    check_layer_size(name, "units", spec.units);
    return {.kind = SynapseKind::dense, .pre_shape = input, .post_shape = {spec.units, 1, 1}};
}

arma::uword pieces(arma::uword count, arma::uword size) {
    return (count + size - 1) / size;
}

}  // namespace

Dense::Dense(std::string name, MapShape input, const DenseSpec& spec)
    : SynapticLayer(name, ann::geometry(name, input, spec), spec.training), kernels_(kernel::active_kernels()) {}

void Dense::forward(const Pass& pass, const LaneCube& input, LaneCube& output) {
    const arma::uword pre = input.units();
    const arma::uword post = output.units();
    const arma::uword unit_pieces = pieces(post, kUnitsAtOnce);
    const arma::uword block_pieces = pieces(input.blocks(), kBlocksAtOnce);
#pragma omp parallel for num_threads(pass.threads) schedule(static)
    for (arma::uword piece = 0; piece < unit_pieces * block_pieces; ++piece) {
        const arma::uword unit = piece % unit_pieces * kUnitsAtOnce;
        const arma::uword block = piece / unit_pieces * kBlocksAtOnce;
        kernels_.dense_forward({.weights = weights.memptr(),
                                .biases = biases.memptr(),
                                .input = input.data(),
                                .output = output.data(),
                                .samples = input.samples(),
                                .pre = pre,
                                .post = post,
                                .post_begin = unit,
                                .post_end = std::min(unit + kUnitsAtOnce, post),
                                .block_begin = block,
                                .block_end = std::min(block + kBlocksAtOnce, input.blocks())});
    }
}

void Dense::backward(const Pass& pass, const LaneCube& input, const LaneCube& /*output*/,
                     const LaneCube& output_gradient, LaneCube* input_gradient) {
    compute_weight_gradient(pass, input, output_gradient);
    if (input_gradient != nullptr) compute_input_gradient(pass, output_gradient, *input_gradient);
}

void Dense::compute_weight_gradient(const Pass& pass, const LaneCube& input, const LaneCube& output_gradient) {
    const arma::uword pre = input.units();
    const arma::uword post = output_gradient.units();
    const arma::uword samples = input.samples();
    const arma::uword panels = pieces(post, kernel::kPanelUnits);
    gradient_panels_.resize(panels * samples, kLanes);
    // Columns are cut as evenly as the update and the ledger cut them: each thread keeps to its own.
    const auto threads = static_cast<arma::uword>(pass.threads);
    const arma::uword pre_pieces = pieces(pieces(pre, kPreUnitsAtOnce), threads) * threads;
    const arma::uword panel_pieces = pieces(panels, 2);
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
        for (arma::uword piece = 0; piece < pre_pieces * panel_pieces; ++piece) {
            const arma::uword pre_piece = piece / panel_pieces;
            const arma::uword panel = piece % panel_pieces * 2;
            kernels_.dense_weight_gradient({.gradient_panels = gradient_panels_.data(),
                                            .input = input.data(),
                                            .weight_gradient = weight_gradient.memptr(),
                                            .bias_gradient = bias_gradient.memptr(),
                                            .samples = samples,
                                            .pre = pre,
                                            .post = post,
                                            .panel_begin = panel,
                                            .panel_end = std::min(panel + 2, panels),
                                            .pre_begin = pre * pre_piece / pre_pieces,
                                            .pre_end = pre * (pre_piece + 1) / pre_pieces});
        }
    }
}

void Dense::compute_input_gradient(const Pass& pass, const LaneCube& output_gradient, LaneCube& input_gradient) const {
    const arma::uword pre = input_gradient.units();
    const arma::uword unit_pieces = pieces(pre, kUnitsAtOnce);
    const arma::uword block_pieces = pieces(output_gradient.blocks(), kBlocksAtOnce);
#pragma omp parallel for num_threads(pass.threads) schedule(static)
    for (arma::uword piece = 0; piece < unit_pieces * block_pieces; ++piece) {
        const arma::uword unit = piece % unit_pieces * kUnitsAtOnce;
        const arma::uword block = piece / unit_pieces * kBlocksAtOnce;
        kernels_.dense_data_gradient({.weights = weights.memptr(),
                                      .output_gradient = output_gradient.data(),
                                      .input_gradient = input_gradient.data(),
                                      .samples = output_gradient.samples(),
                                      .pre = pre,
                                      .post = output_gradient.units(),
                                      .pre_begin = unit,
                                      .pre_end = std::min(unit + kUnitsAtOnce, pre),
                                      .block_begin = block,
                                      .block_end = std::min(block + kBlocksAtOnce, output_gradient.blocks())});
    }
}

}  // namespace stdpscope::ann
