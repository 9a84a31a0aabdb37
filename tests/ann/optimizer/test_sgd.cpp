#include <catch2/catch.hpp>
#include <cstdint>
#include <cmath>
#include <random>
#include <vector>

#include "ann/optimizer/sgd.hpp"
#include "tests/support/bare_synapses.hpp"
#include "tests/support/tolerances.hpp"

using Catch::Matchers::WithinAbs;
using namespace stdpscope::ann;
using namespace stdpscope::test;

namespace {

/// The two lines of cnn_train in double precision, one parameter at a time.
struct SlowParameter {
    double value = 0.0;
    double velocity = 0.0;

    void step(double momentum, double decay, double rate, double mean_gradient) {
        velocity = momentum * velocity - decay * value - mean_gradient;
        value = value + rate * velocity;
    }
};

void fill(arma::fmat& matrix, std::mt19937_64& random) {
    std::normal_distribution<float> normal(0.0F, 1.0F);
    for (float& value : matrix) value = normal(random);
}

void fill(arma::fvec& vector, std::mt19937_64& random) {
    std::normal_distribution<float> normal(0.0F, 1.0F);
    for (float& value : vector) value = normal(random);
}

}  // namespace

TEST_CASE("Sgd: many steps follow a slow double-precision twin", "[ann][optimizer]") {
    const SynapseTraining training{.weight_rate = 0.5, .bias_rate = 2.0, .weight_decay = 1.5, .bias_decay = 0.25};
    const SgdSpec spec{.momentum = 0.9, .weight_decay = 0.01, .learning_rates = {0.1}};
    BareSynapses layer(37, 5, training);
    std::mt19937_64 random(4);
    fill(layer.weights, random);
    fill(layer.biases, random);
    std::vector<SlowParameter> weights(layer.weights.n_elem);
    std::vector<SlowParameter> biases(layer.biases.n_elem);
    for (std::size_t k = 0; k < weights.size(); ++k) weights[k].value = layer.weights[k];
    for (std::size_t k = 0; k < biases.size(); ++k) biases[k].value = layer.biases[k];

    Sgd sgd(spec, {&layer});
    for (int step = 0; step < 30; ++step) {
        fill(layer.weight_gradient, random);
        fill(layer.bias_gradient, random);
        const arma::uword batch = step % 7 == 6 ? 3 : 8;
        for (std::size_t k = 0; k < weights.size(); ++k) {
            weights[k].step(0.9, 0.01 * 1.5, 0.1 * 0.5, layer.weight_gradient[k] / static_cast<double>(batch));
        }
        for (std::size_t k = 0; k < biases.size(); ++k) {
            biases[k].step(0.9, 0.01 * 0.25, 0.1 * 2.0, layer.bias_gradient[k] / static_cast<double>(batch));
        }
        sgd.compute(0.1, batch, 1);
        sgd.apply();
    }
    // Values near 1, 30 steps of a few float operations.
    for (std::size_t k = 0; k < weights.size(); ++k) {
        REQUIRE_THAT(layer.weights[k], WithinAbs(weights[k].value, 10 * kFewFloatOperations));
    }
    for (std::size_t k = 0; k < biases.size(); ++k) {
        REQUIRE_THAT(layer.biases[k], WithinAbs(biases[k].value, 10 * kFewFloatOperations));
    }
}

TEST_CASE("Sgd: compute leaves the weights alone, apply makes the next ones current", "[ann][optimizer]") {
    BareSynapses layer(3, 2, {});
    layer.weights.fill(1.0F);
    layer.weight_gradient.fill(8.0F);
    layer.bias_gradient.fill(-4.0F);
    Sgd sgd({.momentum = 0.5, .weight_decay = 0.0, .learning_rates = {0.25}}, {&layer});
    sgd.compute(0.25, 4, 1);
    CHECK(arma::all(arma::vectorise(layer.weights) == 1.0F));
    CHECK(arma::all(arma::vectorise(sgd.next_weights(0)) == 0.5F));  // 1 - 0.25 * 8 / 4
    CHECK(arma::all(sgd.next_biases(0) == 0.25F));
    sgd.apply();
    CHECK(arma::all(arma::vectorise(layer.weights) == 0.5F));
    CHECK(arma::all(layer.biases == 0.25F));
    sgd.compute(0.25, 4, 1);
    CHECK(arma::all(arma::vectorise(sgd.next_weights(0)) == -0.25F));  // velocity 0.5 * -2 - 2 = -3
}

TEST_CASE("Sgd: apply exchanges memory that begins on a cache line", "[ann][optimizer]") {
    BareSynapses layer(7, 3, {});
    Sgd sgd({}, {&layer});
    const float* const now = layer.weights.memptr();
    const float* const next = layer.next_weights.memptr();
    for (const float* weights : {now, next}) CHECK(reinterpret_cast<std::uintptr_t>(weights) % 64 == 0);
    sgd.compute(0.1, 1, 1);
    sgd.apply();
    CHECK(layer.weights.memptr() == next);
    CHECK(layer.next_weights.memptr() == now);
}

TEST_CASE("Sgd: the same bits for any number of threads", "[ann][optimizer]") {
    const auto trained = [](int threads) {
        BareSynapses layer(400, 101, {});
        std::mt19937_64 random(9);
        fill(layer.weights, random);
        fill(layer.weight_gradient, random);
        Sgd sgd({}, {&layer});
        for (int step = 0; step < 3; ++step) {
            sgd.compute(0.01, 100, threads);
            sgd.apply();
        }
        return layer.weights;
    };
    const arma::fmat one = trained(1);
    for (const int threads : {2, 3, 4}) CHECK(arma::all(arma::vectorise(trained(threads) == one)));
}

TEST_CASE("Sgd: each epoch has its rate, later ones the last", "[ann][optimizer]") {
    const Sgd sgd({.learning_rates = {0.05, 0.005, 0.0005}}, {});
    CHECK(sgd.learning_rate(0) == 0.05);
    CHECK(sgd.learning_rate(2) == 0.0005);
    CHECK(sgd.learning_rate(99) == 0.0005);
}
