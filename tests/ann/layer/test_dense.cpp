#include "ann/layer/dense.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "ann/error.hpp"
#include "ann/optimizer/sgd.hpp"
#include "tests/ann/layer/layer_run.hpp"
#include "tests/support/lane_values.hpp"
#include "tests/support/scoped_isa.hpp"

using namespace stdpscope;
using ann::Dense;
using arma::uword;

namespace {

enum class UpdateTime { within_backward, after_backward };

}  // namespace

TEST_CASE("Dense: output and gradients equal the reference", "[ann][dense]") {
    const test::ScopedIsa isa(GENERATE(from_range(test::supported_isas())));
    const uword samples = GENERATE(1, 3, 16, 17, 22, 100);
    std::mt19937_64 random(samples);
    // Every remainder of the register tiles (up to 8 rows, 12 columns, panels of 16), and sums longer than one run of
    // 100 terms.
    for (uword units = 1; units <= 33; ++units) {
        CAPTURE(ann::kernel::active_kernels().isa, units);
        Dense layer("dense", {units % 7 + 1, 2, units % 3 + 1}, {.units = units});
        test::check_against_reference(layer, samples, random);
    }
    Dense wide("dense", {530, 1, 1}, {.units = 47});
    test::check_against_reference(wide, samples, random);
    Dense narrow("dense", {47, 1, 1}, {.units = 530});
    test::check_against_reference(narrow, samples, random);
    // The lower half of a single input unit is nothing but the bias.
    Dense single("dense", {1, 1, 1}, {.units = 19});
    test::check_against_reference(single, samples, random);
}

TEST_CASE("Dense: any number of threads gives the same bits", "[ann][dense][threads]") {
    const test::ScopedIsa isa(GENERATE(from_range(test::supported_isas())));
    std::mt19937_64 random(4);
    for (const uword samples : {3, 100}) {
        Dense layer("dense", {300, 1, 1}, {.units = 77});
        test::draw_weights(layer, random);
        test::check_threads(layer, samples, random);
    }
}

TEST_CASE("Dense: AVX2 and AVX-512 give the same bits", "[ann][dense]") {
    if (!ann::kernel::supported(ann::kernel::Isa::avx512)) return;
    const uword samples = GENERATE(34, 36, 37);
    const uword units = GENERATE(45, 77);
    std::mt19937_64 random(5);
    const auto input = test::normal_lanes(300, samples, random);
    const auto output_gradient = test::normal_lanes(units, samples, random);
    const auto run = [&](ann::kernel::Isa isa) {
        const test::ScopedIsa scoped(isa);
        Dense layer("dense", {300, 1, 1}, {.units = units});
        std::mt19937_64 weights(6);
        test::draw_weights(layer, weights);
        return test::run_layer(layer, input, output_gradient, 2);
    };
    REQUIRE(test::same_bits(run(ann::kernel::Isa::avx2), run(ann::kernel::Isa::avx512)));
}

TEST_CASE("Dense: a sample's bits do not depend on how full its block is", "[ann][dense]") {
    const test::ScopedIsa isa(GENERATE(from_range(test::supported_isas())));
    // Up to half a vector, units lie along the vectors. Runs of 100 terms and tiles of 6 vectors of units end within.
    const uword samples = GENERATE(1, 3, 4, 5, 8, 9, 16 + 2, 96 + 4);
    std::mt19937_64 random(samples);
    for (const uword units : {7, 16, 33, 63, 64, 250}) {
        Dense layer("dense", {211, 1, 1}, {.units = units});
        // Input gradients of up to four samples in a block of their own are summed along the units, if there are many.
        const uword in_last_block = samples % ann::kLanes;
        test::check_first_samples(layer, samples, random, units >= 64 && in_last_block <= 4 ? in_last_block : 0);
    }
}

TEST_CASE("Dense: an update within the backward pass has the bits of one after it", "[ann][dense][sgd][threads]") {
    const test::ScopedIsa isa(GENERATE(from_range(test::supported_isas())));
    const uword units = GENERATE(1, 7, 16, 37, 64);
    const uword samples = GENERATE(3, 16, 100);
    CAPTURE(ann::kernel::active_kernels().isa, units, samples);
    std::mt19937_64 random(11);
    const auto input = test::normal_lanes(30, samples, random);
    const auto output_gradient = test::normal_lanes(units, samples, random);
    struct Trained {
        arma::fmat weights;
        arma::fmat gradient;
    };
    const auto train = [&](UpdateTime time, int threads) {
        Dense layer("dense", {30, 1, 1}, {.units = units, .training = {.weight_rate = 0.5, .weight_decay = 2.0}});
        std::mt19937_64 weights(12);
        test::draw_weights(layer, weights);
        ann::Sgd sgd({.momentum = 0.9, .weight_decay = 0.01}, {&layer});
        for (int step = 0; step < 3; ++step) {
            if (time == UpdateTime::within_backward) sgd.begin_backward(0.1, samples);
            layer.backward({.threads = threads}, input, {}, output_gradient, nullptr);
            // A backward pass that was not begun updates nothing; it leaves the gradient.
            if (step == 1) layer.backward({.threads = threads}, input, {}, output_gradient, nullptr);
            sgd.compute(0.1, samples, threads);
            sgd.apply();
        }
        return Trained{.weights = layer.weights, .gradient = layer.weight_gradient};
    };
    const Trained after = train(UpdateTime::after_backward, 1);
    for (const int threads : {1, 2, 3, 4}) {
        const Trained within = train(UpdateTime::within_backward, threads);
        REQUIRE(test::same_bits(within.weights, after.weights));
        REQUIRE(test::same_bits(within.gradient, after.gradient));
    }
}

TEST_CASE("Dense: a NaN in one unit's gradient stays with that unit's weights", "[ann][dense]") {
    const test::ScopedIsa isa(GENERATE(from_range(test::supported_isas())));
    std::mt19937_64 random(10);
    Dense layer("dense", {13, 1, 1}, {.units = 37});
    const auto input = test::normal_lanes(13, 3, random);
    auto output_gradient = test::normal_lanes(37, 3, random);
    output_gradient.at(0, 20) = std::numeric_limits<float>::quiet_NaN();
    const auto run = test::run_layer(layer, input, output_gradient, 1);
    for (uword unit = 0; unit < 37; ++unit) {
        CAPTURE(unit);
        REQUIRE(run.weight_gradient.row(unit).has_nan() == (unit == 20));
        REQUIRE(std::isnan(run.bias_gradient(unit)) == (unit == 20));
    }
}

TEST_CASE("Dense: gradients equal central differences", "[ann][dense][gradient]") {
    std::mt19937_64 random(7);
    Dense layer("dense", {2, 3, 2}, {.units = 5});
    test::check_central_differences(layer, 3, random);
}

TEST_CASE("Dense: a batch of another size gives the same as a new layer", "[ann][dense]") {
    std::mt19937_64 random(8);
    Dense used("dense", {20, 1, 1}, {.units = 9});
    test::check_against_reference(used, 100, random);
    test::check_against_reference(used, 33, random);
    test::check_against_reference(used, 100, random);
}

TEST_CASE("Dense: without an input gradient the weight gradient is the same", "[ann][dense]") {
    std::mt19937_64 random(9);
    Dense layer("dense", {20, 1, 1}, {.units = 9});
    test::draw_weights(layer, random);
    const auto input = test::normal_lanes(20, 5, random);
    const auto output_gradient = test::normal_lanes(9, 5, random);
    const auto full = test::run_layer(layer, input, output_gradient, 1);
    layer.weight_gradient.zeros();
    layer.bias_gradient.zeros();
    layer.backward({}, input, full.output, output_gradient, nullptr);
    REQUIRE(test::same_bits(layer.weight_gradient, full.weight_gradient));
    REQUIRE(test::same_bits(layer.bias_gradient, full.bias_gradient));
}

TEST_CASE("Dense: no units are refused by name", "[ann][dense][error]") {
    REQUIRE_THROWS_MATCHES(Dense("dense3", {4, 1, 1}, {.units = 0}), ann::InvalidParameter,
                           Catch::Matchers::Message("dense3.units = 0 must be > 0"));
    REQUIRE_THROWS_AS(Dense("dense3", {0, 1, 1}, {.units = 4}), ann::InvalidParameter);
}
