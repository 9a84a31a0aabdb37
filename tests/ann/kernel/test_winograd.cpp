#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <vector>

#include "ann/kernel/kernels.hpp"
#include "ann/lane_cube.hpp"
#include "ann/layer/conv2d.hpp"
#include "tests/ann/layer/layer_run.hpp"
#include "tests/support/lane_values.hpp"
#include "tests/support/reference_layers.hpp"
#include "tests/support/scoped_isa.hpp"

using namespace stdpscope;
using ann::kLanes;
using ann::kernel::kWinogradKernel;
using ann::kernel::kWinogradOutputs;
using ann::kernel::kWinogradPoints;
using ann::kernel::kWinogradTile;
using arma::uword;

namespace {

/// Rounding of G, whose thirds and 45ths no float has, and of sums of a few numbers near 10.
constexpr double kFewRoundings = 2e-6;

/// Sixteen five-weight rows, row r all zero but for weight r mod 5; values at [point * 16 + row].
std::vector<float> unit_weights() {
    std::vector<float> weights(kWinogradKernel * kLanes, 0.0F);
    for (uword row = 0; row < kLanes; ++row) weights[row % kWinogradKernel * kLanes + row] = 1.0F;
    ann::LaneCube values(kWinogradPoints, kLanes);
    ann::kernel::active_kernels().winograd_weights({.weights = weights.data(),
                                                    .post = kLanes,
                                                    .post_step = kLanes,
                                                    .rows = 1,
                                                    .row_begin = 0,
                                                    .row_end = 1,
                                                    .values = values.data()});
    return {values.data(), values.data() + kWinogradPoints * kLanes};
}

/// A tile of vectors, lane l zero but for column l mod columns.
ann::LaneCube unit_tile(uword columns) {
    ann::LaneCube tile(columns, kLanes);
    for (uword lane = 0; lane < kLanes; ++lane) tile.at(lane, lane % columns) = 1.0F;
    return tile;
}

ann::kernel::WinogradMap one_tile(const ann::LaneCube& maps, ann::LaneCube& values) {
    return {.maps = maps.data(),
            .row_step = 0,
            .rows = 1,
            .tiles = 1,
            .kept = kLanes,
            .values = values.data(),
            .point_step = static_cast<std::ptrdiff_t>(kLanes)};
}

/// Values at all points times those of one weight row's single weight.
ann::LaneCube products(const std::vector<float>& weights, uword weight, const ann::LaneCube& at_points) {
    ann::LaneCube products(kWinogradPoints, kLanes);
    for (uword point = 0; point < kWinogradPoints; ++point) {
        for (uword lane = 0; lane < kLanes; ++lane) {
            products.at(lane, point) = weights[point * kLanes + weight] * at_points.at(lane, point);
        }
    }
    return products;
}

double rms(const arma::mat& numbers) {
    return std::sqrt(arma::mean(arma::mean(arma::square(numbers))));
}

}  // namespace

TEST_CASE("Winograd: a single weight moves a single input to its output", "[ann][kernel][conv]") {
    const test::ScopedIsa isa(GENERATE(from_range(test::supported_isas())));
    const ann::kernel::KernelTable& kernels = ann::kernel::active_kernels();
    const std::vector<float> weights = unit_weights();
    const ann::LaneCube input = unit_tile(kWinogradTile);
    ann::LaneCube at_points(kWinogradPoints, kLanes);
    kernels.winograd_input(one_tile(input, at_points));
    for (uword weight = 0; weight < kWinogradKernel; ++weight) {
        const ann::LaneCube of_weight = products(weights, weight, at_points);
        ann::LaneCube output(kWinogradOutputs, kLanes);
        kernels.winograd_output({.values = of_weight.data(),
                                 .point_step = static_cast<std::ptrdiff_t>(kLanes),
                                 .rows = 1,
                                 .tiles = 1,
                                 .kept = kLanes,
                                 .bias = 0.0F,
                                 .output = output.data(),
                                 .row_step = 0});
        for (uword column = 0; column < kWinogradOutputs; ++column) {
            for (uword lane = 0; lane < kLanes; ++lane) {
                const double want = lane % kWinogradTile == column + weight ? 1.0 : 0.0;
                CHECK(std::abs(output.at(lane, column) - want) < kFewRoundings);
            }
        }
    }
}

TEST_CASE("Winograd: a single weight moves a single output gradient to its input", "[ann][kernel][conv]") {
    const test::ScopedIsa isa(GENERATE(from_range(test::supported_isas())));
    const ann::kernel::KernelTable& kernels = ann::kernel::active_kernels();
    const std::vector<float> weights = unit_weights();
    const ann::LaneCube gradient = unit_tile(kWinogradOutputs);
    ann::LaneCube at_points(kWinogradPoints, kLanes);
    kernels.winograd_output_gradient(one_tile(gradient, at_points));
    for (uword weight = 0; weight < kWinogradKernel; ++weight) {
        const ann::LaneCube of_weight = products(weights, weight, at_points);
        ann::LaneCube back(kWinogradTile, kLanes);
        kernels.winograd_input_gradient({.values = of_weight.data(),
                                         .point_step = static_cast<std::ptrdiff_t>(kLanes),
                                         .rows = 1,
                                         .tiles = 1,
                                         .kept = kLanes,
                                         .output = back.data(),
                                         .row_step = 0,
                                         .first_column = 0,
                                         .columns = kWinogradTile});
        for (uword column = 0; column < kWinogradTile; ++column) {
            for (uword lane = 0; lane < kLanes; ++lane) {
                const double want = lane % kWinogradOutputs + weight == column ? 1.0 : 0.0;
                CHECK(std::abs(back.at(lane, column) - want) < kFewRoundings);
            }
        }
    }
}

TEST_CASE("Winograd: outputs and gradients are rounded about twice as much as direct sums", "[ann][kernel][conv]") {
    const test::ScopedIsa isa(GENERATE(from_range(test::supported_isas())));
    std::mt19937_64 random(21);
    // 800 terms an output and an input gradient, 1,024 a weight gradient: direct sums of such normal numbers in floats
    // are off by 5e-7 of their size.
    ann::Conv2d layer("conv", {32, 8, 8},
                      {.channels = 32, .kernel_rows = 5, .kernel_columns = 5, .padding = {2, 2, 2, 2}});
    test::draw_weights(layer, random);
    const ann::LaneCube input = test::normal_lanes(layer.input_shape().units(), 16, random);
    const ann::LaneCube gradient = test::normal_lanes(layer.output_shape().units(), 16, random);
    const test::LayerRun run = test::run_layer(layer, input, gradient, 1);
    const arma::mat weights = arma::conv_to<arma::mat>::from(layer.weights);
    const arma::mat output = test::reference_forward(
        layer.geometry(), weights, arma::conv_to<arma::vec>::from(layer.biases), test::samples_of(input));
    const test::ReferenceGradients back =
        test::reference_backward(layer.geometry(), weights, test::samples_of(input), test::samples_of(gradient));
    constexpr double kTwiceRounded = 1.5e-6;
    CHECK(rms(test::samples_of(run.output) - output) < kTwiceRounded * rms(output));
    CHECK(rms(test::samples_of(run.input_gradient) - back.input) < kTwiceRounded * rms(back.input));
    CHECK(rms(arma::conv_to<arma::mat>::from(run.weight_gradient) - back.weights) < kTwiceRounded * rms(back.weights));
}
