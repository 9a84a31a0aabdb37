#include "ann/layer/conv2d.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <optional>
#include <random>

#include "ann/error.hpp"
#include "tests/ann/layer/layer_run.hpp"
#include "tests/support/lane_values.hpp"
#include "tests/support/reference_layers.hpp"
#include "tests/support/scoped_isa.hpp"

using namespace stdpscope;
using ann::Conv2d;
using ann::Conv2dSpec;
using ann::MapShape;
using arma::uword;

namespace {

uword draw(uword least, uword most, std::mt19937_64& random) {
    return std::uniform_int_distribution<uword>(least, most)(random);
}

/// Any kernel, stride and padding that fit.
Conv2dSpec random_spec(MapShape map, std::mt19937_64& random) {
    Conv2dSpec spec{.channels = draw(1, 11, random),
                    .stride_rows = draw(1, 3, random),
                    .stride_columns = draw(1, 3, random),
                    .padding = {draw(0, 3, random), draw(0, 3, random), draw(0, 3, random), draw(0, 3, random)}};
    const uword rows = map.rows + spec.padding.top + spec.padding.bottom;
    const uword columns = map.columns + spec.padding.left + spec.padding.right;
    spec.kernel_rows = draw(1, std::min<uword>(rows, 5), random);
    spec.kernel_columns = draw(1, std::min<uword>(columns, 10), random);
    return spec;
}

/// A layer that is computed by minimal filtering: five kernel columns, outputs of whole tiles, channels enough.
struct FilteredLayer {
    MapShape map;
    Conv2dSpec spec;
};
FilteredLayer random_filtered(std::mt19937_64& random) {
    const uword columns = 4 * draw(1, 5, random);
    const uword kernel_rows = draw(1, 6, random);
    const uword pad_left = draw(0, 4, random);
    const uword pad_right = draw(0, std::min<uword>(4, columns + 3 - pad_left), random);
    const uword pad_top = draw(0, 3, random);
    const uword pad_bottom = draw(0, 3, random);
    const uword rows = draw(1, 9, random);
    const uword least_rows = kernel_rows > pad_top + pad_bottom ? kernel_rows - pad_top - pad_bottom : 1;
    return {.map = {draw(8, 20, random), std::max(rows, least_rows), columns + 4 - pad_left - pad_right},
            .spec = {.channels = draw(8, 40, random),
                     .kernel_rows = kernel_rows,
                     .kernel_columns = 5,
                     .padding = {.top = pad_top, .bottom = pad_bottom, .left = pad_left, .right = pad_right}}};
}

std::string text(MapShape map, const Conv2dSpec& spec) {
    return map.text() + " -> " + std::to_string(spec.channels) + ", kernel " + std::to_string(spec.kernel_rows) + "x" +
           std::to_string(spec.kernel_columns) + ", stride " + std::to_string(spec.stride_rows) + "x" +
           std::to_string(spec.stride_columns) + ", padding " + std::to_string(spec.padding.top) + " " +
           std::to_string(spec.padding.bottom) + " " + std::to_string(spec.padding.left) + " " +
           std::to_string(spec.padding.right);
}

/// Keeps some of the values, the others become zero, of either sign.
void make_sparse(ann::LaneCube& cube, double kept, std::mt19937_64& random) {
    std::bernoulli_distribution keep(kept);
    for (uword sample = 0; sample < cube.samples(); ++sample) {
        for (uword unit = 0; unit < cube.units(); ++unit) {
            if (!keep(random)) cube.at(sample, unit) *= 0.0F;
        }
    }
}

void check(MapShape map, const Conv2dSpec& spec, uword samples, std::mt19937_64& random) {
    INFO(ann::kernel::isa_name(ann::kernel::active_kernels().isa) << " " << text(map, spec));
    Conv2d layer("conv", map, spec);
    test::check_against_reference(layer, samples, random);
}

void check_first_samples(MapShape map, const Conv2dSpec& spec, uword samples, std::mt19937_64& random) {
    INFO(text(map, spec) << ", " << samples << " samples");
    Conv2d layer("conv", map, spec);
    test::check_first_samples(layer, samples, random);
}

}  // namespace

TEST_CASE("Conv2d: output and gradients equal the reference for random shapes, strides and paddings", "[ann][conv]") {
    const test::ScopedIsa isa(GENERATE(from_range(test::supported_isas())));
    const uword samples = GENERATE(1, 3, 16, 17, 100);
    std::mt19937_64 random(samples);
    const int shapes = samples < 100 ? 40 : 6;
    for (int shape = 0; shape < shapes; ++shape) {
        const MapShape map{draw(1, 4, random), draw(1, 7, random), draw(1, 12, random)};
        check(map, random_spec(map, random), samples, random);
    }
}

TEST_CASE("Conv2d: layers of five kernel columns, whole tiles and channels enough are filtered", "[ann][conv]") {
    const auto is_filtered = [](MapShape map, const Conv2dSpec& spec) {
        return ann::Conv2dWinograd::fits(Conv2d("conv", map, spec).geometry());
    };
    CHECK(is_filtered({20, 12, 12}, {.channels = 50, .kernel_rows = 5, .kernel_columns = 5}));
    CHECK(is_filtered({32, 16, 16}, {.channels = 32, .kernel_rows = 5, .kernel_columns = 5, .padding = {2, 2, 2, 2}}));
    CHECK(is_filtered({8, 1, 8}, {.channels = 8, .kernel_columns = 5}));
    CHECK_FALSE(is_filtered({1, 28, 28}, {.channels = 20, .kernel_rows = 5, .kernel_columns = 5}));
    CHECK_FALSE(is_filtered({8, 1, 9}, {.channels = 8, .kernel_columns = 5}));
    CHECK_FALSE(is_filtered({8, 1, 8}, {.channels = 8, .kernel_columns = 3}));
    CHECK_FALSE(is_filtered({8, 2, 8}, {.channels = 8, .kernel_columns = 5, .stride_rows = 2}));
    CHECK_FALSE(is_filtered({8, 1, 11}, {.channels = 8, .kernel_columns = 5, .stride_columns = 2}));
    std::mt19937_64 random(19);
    for (int shape = 0; shape < 20; ++shape) {
        const FilteredLayer layer = random_filtered(random);
        CHECK(is_filtered(layer.map, layer.spec));
    }
}

TEST_CASE("Conv2d: filtered layers equal the reference for any rows, paddings and channels", "[ann][conv]") {
    const test::ScopedIsa isa(GENERATE(from_range(test::supported_isas())));
    const uword samples = GENERATE(1, 5, 8, 16, 20, 57);
    std::mt19937_64 random(20 + samples);
    const int shapes = samples < 30 ? 10 : 4;
    for (int shape = 0; shape < shapes; ++shape) {
        const FilteredLayer layer = random_filtered(random);
        check(layer.map, layer.spec, samples, random);
    }
}

TEST_CASE("Conv2d: a filtered sample's bits depend neither on its block nor on threads", "[ann][conv][threads]") {
    const test::ScopedIsa isa(GENERATE(from_range(test::supported_isas())));
    const uword samples = GENERATE(1, 3, 4, 5, 8, 9, 16 + 2, 16 + 7);
    std::mt19937_64 random(200 + samples);
    for (int shape = 0; shape < 6; ++shape) {
        const FilteredLayer filtered = random_filtered(random);
        check_first_samples(filtered.map, filtered.spec, samples, random);
        Conv2d layer("conv", filtered.map, filtered.spec);
        test::draw_weights(layer, random);
        test::check_threads(layer, samples + 32, random);
    }
}

TEST_CASE("Conv2d: filtered sums without a term that is not zero are exact", "[ann][conv]") {
    const test::ScopedIsa isa(GENERATE(from_range(test::supported_isas())));
    const uword samples = GENERATE(3, 16 + 6, 16 + 12);
    std::mt19937_64 random(300 + samples);
    uword zeros = 0;
    uword back_zeros = 0;
    uword weight_zeros = 0;
    uword weight_terms = 0;
    std::optional<Conv2d> same;
    FilteredLayer filtered;
    for (int turn = 0; turn < 8; ++turn) {
        // Each layer twice: of the first time nothing must be left.
        if (turn % 2 == 0) {
            filtered = random_filtered(random);
            same.emplace("conv", filtered.map, filtered.spec);
        }
        Conv2d& layer = *same;
        INFO(text(filtered.map, filtered.spec));
        test::draw_weights(layer, random);
        ann::LaneCube input = test::normal_lanes(filtered.map.units(), samples, random);
        ann::LaneCube gradient = test::normal_lanes(layer.output_shape().units(), samples, random);
        for (ann::LaneCube* cube : {&input, &gradient}) make_sparse(*cube, 0.02, random);
        const test::LayerRun run = test::run_layer(layer, input, gradient, 2);

        // Terms by their number: inputs that are not zero are 1, and so are all weights.
        const arma::mat ones(arma::size(layer.weights), arma::fill::ones);
        const arma::mat terms =
            test::reference_forward(layer.geometry(), ones, arma::vec(filtered.spec.channels, arma::fill::zeros),
                                    arma::mat(arma::abs(arma::sign(test::samples_of(input)))));
        const test::ReferenceGradients back =
            test::reference_backward(layer.geometry(), ones, arma::mat(arma::abs(arma::sign(test::samples_of(input)))),
                                     arma::mat(arma::abs(arma::sign(test::samples_of(gradient)))));
        zeros += arma::accu(terms == 0.0);
        back_zeros += arma::accu(back.input == 0.0);
        const uword positions = layer.output_shape().rows * layer.output_shape().columns;
        arma::umat kept(arma::size(terms));
        for (uword sample = 0; sample < samples; ++sample) {
            for (uword unit = 0; unit < layer.output_shape().units(); ++unit) {
                kept(unit, sample) = run.output.at(sample, unit) == layer.biases(unit / positions) ? 1 : 0;
            }
        }
        CHECK(arma::accu(kept != arma::umat(terms == 0.0)) == 0);
        CHECK(arma::accu((test::samples_of(run.input_gradient) == 0.0) != (back.input == 0.0)) == 0);
        CHECK(arma::accu((arma::conv_to<arma::mat>::from(run.weight_gradient) == 0.0) != (back.weights == 0.0)) == 0);
        weight_zeros += arma::accu(back.weights == 0.0);
        weight_terms += arma::accu(back.weights != 0.0);
        CHECK(test::unused_lanes_are_zero(run.output));
    }
    CHECK(weight_zeros > 0);
    CHECK(weight_terms > 0);
    CHECK(zeros > 0);
    CHECK(back_zeros > 0);
}

TEST_CASE("Conv2d: every register tile gives the reference's numbers", "[ann][conv]") {
    const test::ScopedIsa isa(GENERATE(from_range(test::supported_isas())));
    std::mt19937_64 random(11);
    for (uword columns = 1; columns <= 17; ++columns) {
        for (uword channels = 1; channels <= 9; ++channels) {
            // Output columns and channels out, and for the input gradient the same of the other side.
            check({2, 1, columns + 1}, {.channels = channels, .kernel_columns = 2}, 2, random);
            check({channels, 1, columns}, {.channels = 2, .kernel_columns = 1}, 2, random);
        }
    }
    for (uword kernel_columns = 1; kernel_columns <= 17; ++kernel_columns) {
        for (uword channels = 1; channels <= 9; ++channels) {
            check({1, 2, 17}, {.channels = channels, .kernel_rows = 2, .kernel_columns = kernel_columns}, 2, random);
        }
    }
}

TEST_CASE("Conv2d: the built-in networks' layers equal the reference", "[ann][conv]") {
    const test::ScopedIsa isa(GENERATE(from_range(test::supported_isas())));
    std::mt19937_64 random(12);
    check({1, 28, 28}, {.channels = 20, .kernel_rows = 5, .kernel_columns = 5}, 3, random);
    check({20, 12, 12}, {.channels = 50, .kernel_rows = 5, .kernel_columns = 5}, 3, random);
    check({32, 8, 8}, {.channels = 64, .kernel_rows = 5, .kernel_columns = 5, .padding = {2, 2, 2, 2}}, 2, random);
}

TEST_CASE("Conv2d: any number of threads gives the same bits", "[ann][conv][threads]") {
    const test::ScopedIsa isa(GENERATE(from_range(test::supported_isas())));
    std::mt19937_64 random(16);
    for (int shape = 0; shape < 6; ++shape) {
        const MapShape map{draw(1, 4, random), draw(1, 7, random), draw(1, 12, random)};
        const Conv2dSpec spec = random_spec(map, random);
        INFO(text(map, spec));
        Conv2d layer("conv", map, spec);
        test::draw_weights(layer, random);
        test::check_threads(layer, shape % 2 == 0 ? 3 : 50, random);
    }
    // Long enough for threads to run at the same time.
    Conv2d layer("conv", {20, 12, 12}, {.channels = 30, .kernel_rows = 5, .kernel_columns = 5});
    test::draw_weights(layer, random);
    test::check_threads(layer, 50, random);
}

TEST_CASE("Conv2d: AVX2 and AVX-512 give the same bits", "[ann][conv]") {
    if (!ann::kernel::supported(ann::kernel::Isa::avx512)) return;
    std::mt19937_64 random(13);
    for (int shape = 0; shape < 45; ++shape) {
        MapShape map{draw(1, 12, random), draw(1, 9, random), draw(1, 20, random)};
        Conv2dSpec spec = random_spec(map, random);
        if (shape >= 30) {
            const FilteredLayer filtered = random_filtered(random);
            map = filtered.map;
            spec = filtered.spec;
        }
        INFO(text(map, spec));
        const auto run = [&](ann::kernel::Isa isa) {
            const test::ScopedIsa scoped(isa);
            Conv2d layer("conv", map, spec);
            std::mt19937_64 same(static_cast<unsigned>(shape));
            test::draw_weights(layer, same);
            const auto input = test::normal_lanes(map.units(), 21, same);
            const auto output_gradient = test::normal_lanes(layer.output_shape().units(), 21, same);
            return test::run_layer(layer, input, output_gradient, 2);
        };
        REQUIRE(test::same_bits(run(ann::kernel::Isa::avx2), run(ann::kernel::Isa::avx512)));
    }
}

TEST_CASE("Conv2d: a sample's bits do not depend on how full its block is", "[ann][conv]") {
    const test::ScopedIsa isa(GENERATE(from_range(test::supported_isas())));
    // Up to half a block, several columns share a vector; 16 samples fill one each.
    const uword samples = GENERATE(1, 3, 4, 5, 8, 9, 16 + 2);
    std::mt19937_64 random(100 + samples);
    for (int shape = 0; shape < 12; ++shape) {
        const MapShape map{draw(1, 6, random), draw(1, 9, random), draw(1, 14, random)};
        Conv2dSpec spec = random_spec(map, random);
        spec.channels = draw(1, 40, random);
        if (shape < 9) spec.stride_columns = 1;
        check_first_samples(map, spec, samples, random);
    }
}

TEST_CASE("Conv2d: nor where threads sum many rows at a time", "[ann][conv]") {
    const test::ScopedIsa isa(GENERATE(from_range(test::supported_isas())));
    std::mt19937_64 random(17);
    // Enough groups of outputs and blocks that rows are not cut; of few columns, tiles of many outputs.
    for (const uword columns : {5, 6, 7}) {
        const Conv2dSpec spec{.channels = 40, .kernel_rows = 3, .kernel_columns = 3};
        check_first_samples({2, 15, columns}, spec, 100, random);
    }
}

TEST_CASE("Conv2d: gradients equal central differences", "[ann][conv][gradient]") {
    std::mt19937_64 random(14);
    const Conv2dSpec spec{.channels = 3,
                          .kernel_rows = 3,
                          .kernel_columns = 2,
                          .stride_rows = 1,
                          .stride_columns = 2,
                          .padding = {1, 0, 0, 1}};
    Conv2d layer("conv", {2, 4, 5}, spec);
    test::check_central_differences(layer, 3, random);
}

TEST_CASE("Conv2d: padding stays zero when the batch size changes", "[ann][conv]") {
    std::mt19937_64 random(15);
    Conv2d layer("conv", {2, 5, 5}, {.channels = 3, .kernel_rows = 3, .kernel_columns = 3, .padding = {1, 1, 1, 1}});
    for (const uword samples : {7, 100, 33}) test::check_against_reference(layer, samples, random);
}

TEST_CASE("Conv2d: a filtered layer takes batches of any size in turn", "[ann][conv]") {
    const test::ScopedIsa isa(GENERATE(from_range(test::supported_isas())));
    std::mt19937_64 random(18);
    // One tile a row: rows of few lanes end within a vector. Of one row, half of the samples of a block have none.
    const uword rows = GENERATE(6, 1);
    Conv2d layer("conv", {9, rows, 4},
                 {.channels = 10, .kernel_rows = 3, .kernel_columns = 5, .padding = {1, 1, 2, 2}});
    for (const uword samples : {100, 5, 104, 97, 33}) {
        test::check_against_reference(layer, samples, random);
        test::check_against_reference(layer, 112, random);
        // What was no number in a batch of whole blocks is forgotten in one of as many, the last of few samples.
        ann::LaneCube input(layer.input_shape().units(), 112);
        ann::LaneCube gradient(layer.output_shape().units(), 112);
        for (ann::LaneCube* cube : {&input, &gradient}) cube->cube().fill(std::numeric_limits<float>::quiet_NaN());
        static_cast<void>(test::run_layer(layer, input, gradient, 2));
    }
}

TEST_CASE("Conv2d: output size is MatConvNet's, rounded down", "[ann][conv]") {
    const Conv2d layer("conv", {1, 10, 10},
                       {.channels = 4, .kernel_rows = 3, .kernel_columns = 4, .stride_rows = 2, .stride_columns = 3});
    REQUIRE(layer.output_shape() == MapShape{4, 4, 3});
    const Conv2d padded("conv", {1, 10, 10},
                        {.channels = 4,
                         .kernel_rows = 3,
                         .kernel_columns = 4,
                         .stride_rows = 2,
                         .stride_columns = 3,
                         .padding = {0, 1, 2, 1}});
    REQUIRE(padded.output_shape() == MapShape{4, 5, 4});
}

TEST_CASE("Conv2d: sizes that cannot be are refused by name", "[ann][conv][error]") {
    const auto message = [](MapShape map, const Conv2dSpec& spec) {
        try {
            Conv2d("conv2", map, spec);
        } catch (const ann::InvalidParameter& error) {
            return std::string(error.what());
        }
        return std::string();
    };
    CHECK(message({1, 4, 4}, {.channels = 0}) == "conv2.channels = 0 must be > 0");
    CHECK(message({1, 4, 4}, {.channels = 1, .kernel_rows = 0}) == "conv2.kernel_rows = 0 must be > 0");
    CHECK(message({1, 4, 4}, {.channels = 1, .kernel_columns = 0}) == "conv2.kernel_columns = 0 must be > 0");
    CHECK(message({1, 4, 4}, {.channels = 1, .stride_rows = 0}) == "conv2.stride_rows = 0 must be > 0");
    CHECK(message({1, 4, 4}, {.channels = 1, .stride_columns = 0}) == "conv2.stride_columns = 0 must be > 0");
    CHECK(message({1, 4, 4}, {.channels = 1, .kernel_rows = 7, .padding = {1, 1, 0, 0}}) ==
          "conv2.kernel_rows = 7 must be <= 6, the size of the padded map");
    CHECK(message({1, 4, 4}, {.channels = 1, .kernel_columns = 5}) ==
          "conv2.kernel_columns = 5 must be <= 4, the size of the padded map");
    CHECK(message({0, 4, 4}, {.channels = 1}) == "conv2.input = 0x4x4 must have units");
}
