#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <random>

#include "ann/error.hpp"
#include "ann/layer/average_pool2d.hpp"
#include "ann/layer/max_pool2d.hpp"
#include "tests/ann/layer/layer_run.hpp"
#include "tests/support/lane_values.hpp"
#include "tests/support/reference_layers.hpp"
#include "tests/support/scoped_isa.hpp"
#include "tests/support/tolerances.hpp"

using namespace stdpscope;
using ann::MapShape;
using ann::Pool2dSpec;
using ann::PoolKind;
using arma::uword;

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

uword draw(uword least, uword most, std::mt19937_64& random) {
    return std::uniform_int_distribution<uword>(least, most)(random);
}

/// Any window, stride and padding that fit.
Pool2dSpec random_spec(PoolKind kind, MapShape map, std::mt19937_64& random) {
    Pool2dSpec spec{.kind = kind,
                    .window_rows = draw(1, map.rows, random),
                    .window_columns = draw(1, map.columns, random),
                    .stride_rows = draw(1, 4, random),
                    .stride_columns = draw(1, 4, random)};
    spec.padding = {draw(0, spec.window_rows - 1, random), draw(0, spec.window_rows - 1, random),
                    draw(0, spec.window_columns - 1, random), draw(0, spec.window_columns - 1, random)};
    return spec;
}

std::unique_ptr<ann::Layer> pool(MapShape map, const Pool2dSpec& spec) {
    if (spec.kind == PoolKind::max) return std::make_unique<ann::MaxPool2d>("pool", map, spec);
    return std::make_unique<ann::AveragePool2d>("pool", map, spec);
}

void check(MapShape map, const Pool2dSpec& spec, const ann::LaneCube& input, std::mt19937_64& random) {
    const auto layer = pool(map, spec);
    const auto output_gradient = test::normal_lanes(layer->output_shape().units(), input.samples(), random);
    const test::LayerRun run = test::run_layer(*layer, input, output_gradient, 1);
    const arma::mat inputs = test::samples_of(input);
    CHECK(test::relative_difference(test::samples_of(run.output), test::reference_pool(map, spec, inputs)) <
          test::kFewFloatOperations);
    CHECK(
        test::relative_difference(test::samples_of(run.input_gradient),
                                  test::reference_pool_gradient(map, spec, inputs, test::samples_of(output_gradient))) <
        test::kFewFloatOperations);
    CHECK(test::unused_lanes_are_zero(run.output));
    CHECK(test::unused_lanes_are_zero(run.input_gradient));
}

}  // namespace

TEST_CASE("Pooling: output and gradient equal the reference for random windows, strides and paddings", "[ann][pool]") {
    const test::ScopedIsa isa(GENERATE(from_range(test::supported_isas())));
    const PoolKind kind = GENERATE(PoolKind::max, PoolKind::average);
    const uword samples = GENERATE(1, 3, 16, 17, 100);
    std::mt19937_64 random(samples);
    for (int shape = 0; shape < 40; ++shape) {
        const MapShape map{draw(1, 5, random), draw(1, 9, random), draw(1, 9, random)};
        const Pool2dSpec spec = random_spec(kind, map, random);
        // Integers meet each other: among equal maxima the first one must win.
        check(map, spec, test::integer_lanes(map.units(), samples, random), random);
        check(map, spec, test::normal_lanes(map.units(), samples, random), random);
    }
}

TEST_CASE("Pooling: any number of threads gives the same bits", "[ann][pool][threads]") {
    const PoolKind kind = GENERATE(PoolKind::max, PoolKind::average);
    std::mt19937_64 random(4);
    for (const uword samples : {3, 50}) {
        const MapShape map{draw(1, 5, random), draw(1, 9, random), draw(1, 9, random)};
        test::check_threads(*pool(map, random_spec(kind, map, random)), samples, random);
    }
}

TEST_CASE("Pooling: AVX2 and AVX-512 give the same bits", "[ann][pool]") {
    if (!ann::kernel::supported(ann::kernel::Isa::avx512)) return;
    const PoolKind kind = GENERATE(PoolKind::max, PoolKind::average);
    std::mt19937_64 random(2);
    const MapShape map{3, 8, 8};
    const Pool2dSpec spec{.kind = kind, .window_rows = 3, .window_columns = 3, .padding = {0, 1, 0, 1}};
    const auto input = test::normal_lanes(map.units(), 21, random);
    const auto output_gradient = test::normal_lanes(map.channels * 16, 21, random);
    const auto run = [&](ann::kernel::Isa isa) {
        const test::ScopedIsa scoped(isa);
        return test::run_layer(*pool(map, spec), input, output_gradient, 2);
    };
    REQUIRE(test::same_bits(run(ann::kernel::Isa::avx2), run(ann::kernel::Isa::avx512)));
}

TEST_CASE("MaxPool2d: the first maximum in row-major order takes the gradient", "[ann][pool]") {
    const test::ScopedIsa isa(GENERATE(from_range(test::supported_isas())));
    const auto [a, b, c, d, winner] = GENERATE(table<float, float, float, float, uword>({
        {1, 2, 3, 4, 3},
        {4, 4, 1, 4, 0},
        {1, 3, 3, 2, 1},
        {0.0F, -0.0F, 0.0F, -0.0F, 0},
        {-0.0F, 0.0F, -1, 0.0F, 0},
        {9, 1, kNan, 9, 2},
        {kNan, 9, kNan, 9, 0},
        {-INFINITY, -INFINITY, -INFINITY, -INFINITY, 0},
        {1, INFINITY, 2, INFINITY, 1},
    }));
    const float pixels[] = {a, b, c, d};
    ann::LaneCube input(4, 1);
    for (uword unit = 0; unit < 4; ++unit) input.at(0, unit) = pixels[unit];
    ann::LaneCube output_gradient(1, 1);
    output_gradient.at(0, 0) = 5.0F;
    ann::MaxPool2d layer("pool", {1, 2, 2}, {});
    const auto run = test::run_layer(layer, input, output_gradient, 1);
    REQUIRE(std::memcmp(run.output.lanes(0, 0), &pixels[winner], sizeof(float)) == 0);
    for (uword unit = 0; unit < 4; ++unit) REQUIRE(run.input_gradient.at(0, unit) == (unit == winner ? 5.0F : 0.0F));
}

TEST_CASE("MaxPool2d: gradients equal central differences", "[ann][pool][gradient]") {
    std::mt19937_64 random(3);
    const MapShape map{2, 5, 5};
    const Pool2dSpec spec{.window_rows = 3, .window_columns = 3, .padding = {0, 1, 0, 1}};
    ann::MaxPool2d layer("pool", map, spec);
    // Distinct values far apart, so that no step changes a winner.
    ann::LaneCube input(map.units(), 3);
    for (uword sample = 0; sample < 3; ++sample) {
        const arma::uvec order = arma::regspace<arma::uvec>(0, map.units() - 1);
        arma::uvec shuffled = order;
        std::shuffle(shuffled.begin(), shuffled.end(), random);
        for (uword unit = 0; unit < map.units(); ++unit) input.at(sample, unit) = static_cast<float>(shuffled(unit));
    }
    const auto output_gradient = test::normal_lanes(layer.output_shape().units(), 3, random);
    const auto run = test::run_layer(layer, input, output_gradient, 1);
    const arma::mat pull = test::samples_of(output_gradient);
    arma::mat inputs = test::samples_of(input);
    for (uword k = 0; k < inputs.n_elem; ++k) {
        constexpr double kStep = 0.25;
        const double value = inputs(k);
        inputs(k) = value + kStep;
        const double above = arma::accu(pull % test::reference_pool(map, spec, inputs));
        inputs(k) = value - kStep;
        const double below = arma::accu(pull % test::reference_pool(map, spec, inputs));
        inputs(k) = value;
        const auto got = static_cast<double>(run.input_gradient.at(k / map.units(), k % map.units()));
        REQUIRE(std::abs(got - (above - below) / (2.0 * kStep)) < test::kFewFloatOperations * 10.0);
    }
}

TEST_CASE("AveragePool2d: the sum is divided by the pixels inside the map", "[ann][pool]") {
    ann::AveragePool2d layer(
        "pool", {1, 3, 3}, {.kind = PoolKind::average, .window_rows = 3, .window_columns = 3, .padding = {0, 1, 0, 1}});
    REQUIRE(layer.output_shape() == MapShape{1, 1, 1});
    ann::AveragePool2d overlapping(
        "pool", {1, 4, 4}, {.kind = PoolKind::average, .window_rows = 3, .window_columns = 3, .padding = {0, 1, 0, 1}});
    REQUIRE(overlapping.output_shape() == MapShape{1, 2, 2});
    ann::LaneCube input(16, 1);
    for (uword unit = 0; unit < 16; ++unit) input.at(0, unit) = 1.0F;
    const auto run = test::run_layer(overlapping, input, ann::LaneCube(4, 1), 1);
    for (uword unit = 0; unit < 4; ++unit) REQUIRE(run.output.at(0, unit) == 1.0F);
}

TEST_CASE("Pooling: sizes that cannot be are refused by name", "[ann][pool][error]") {
    const auto message = [](PoolKind kind, Pool2dSpec spec) {
        spec.kind = kind;
        try {
            static_cast<void>(pool({1, 4, 4}, spec));
        } catch (const ann::InvalidParameter& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    const PoolKind kind = GENERATE(PoolKind::max, PoolKind::average);
    CHECK(message(kind, {.window_rows = 0}) == "pool.window_rows = 0 must be > 0");
    CHECK(message(kind, {.window_columns = 0}) == "pool.window_columns = 0 must be > 0");
    CHECK(message(kind, {.stride_rows = 0}) == "pool.stride_rows = 0 must be > 0");
    CHECK(message(kind, {.stride_columns = 0}) == "pool.stride_columns = 0 must be > 0");
    CHECK(message(kind, {.window_rows = 5}) == "pool.window_rows = 5 must be <= 4, the size of the padded map");
    CHECK(message(kind, {.window_columns = 6, .padding = {0, 0, 1, 0}}) ==
          "pool.window_columns = 6 must be <= 5, the size of the padded map");
    CHECK(message(kind, {.padding = {2, 0, 0, 0}}) == "pool.padding top = 2 must be < 2, the size of the window");
    CHECK(message(kind, {.padding = {0, 2, 0, 0}}) == "pool.padding bottom = 2 must be < 2, the size of the window");
    CHECK(message(kind, {.padding = {0, 0, 2, 0}}) == "pool.padding left = 2 must be < 2, the size of the window");
    CHECK(message(kind, {.padding = {0, 0, 0, 3}}) == "pool.padding right = 3 must be < 2, the size of the window");
    CHECK_THROWS_AS(ann::MaxPool2d("pool", {1, 300, 300}, {.window_rows = 257, .window_columns = 256}),
                    ann::InvalidParameter);
}
