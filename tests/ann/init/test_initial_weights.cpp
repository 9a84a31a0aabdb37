#include <catch2/catch.hpp>
#include <cmath>

#include "ann/init/initial_weights.hpp"
#include "tests/support/bare_synapses.hpp"

using Catch::Matchers::WithinAbs;
using namespace stdpscope::ann;
using namespace stdpscope::test;

namespace {

arma::fmat drawn(std::uint64_t seed, std::uint32_t instance, double deviation = 0.05) {
    BareSynapses layer(300, 200, {.initial_deviation = deviation});
    layer.biases.fill(3.0F);
    draw_initial_weights(layer, seed, instance);
    REQUIRE(arma::all(layer.biases == 0.0F));
    return layer.weights;
}

bool same(const arma::fmat& left, const arma::fmat& right) {
    return arma::all(arma::vectorise(left == right));
}

}  // namespace

TEST_CASE("Initial weights: moments are those of N(0, deviation)", "[ann][init]") {
    const arma::vec weights = arma::conv_to<arma::vec>::from(arma::vectorise(drawn(1, 0)));
    const auto count = static_cast<double>(weights.n_elem);
    // Five standard errors each: deviation / sqrt(n), deviation / sqrt(2 n), sqrt(24 / n).
    CHECK_THAT(arma::mean(weights), WithinAbs(0.0, 5 * 0.05 / std::sqrt(count)));
    CHECK_THAT(arma::stddev(weights), WithinAbs(0.05, 5 * 0.05 / std::sqrt(2 * count)));
    CHECK_THAT(arma::mean(arma::pow(weights / 0.05, 4)), WithinAbs(3.0, 5 * std::sqrt(96 / count)));
}

TEST_CASE("Initial weights: each is drawn apart", "[ann][init]") {
    const arma::fmat weights = drawn(1, 0);
    const arma::fvec different = arma::unique(arma::vectorise(weights));
    // 60,000 draws of 32 bits: few come out alike, where floats are coarse or angles mirror each other.
    CHECK(different.n_elem > weights.n_elem * 99 / 100);
}

TEST_CASE("Initial weights: fixed by seed and layer, different for others", "[ann][init]") {
    CHECK(same(drawn(1, 0), drawn(1, 0)));
    CHECK_FALSE(same(drawn(1, 0), drawn(2, 0)));
    CHECK_FALSE(same(drawn(1, 0), drawn(1, 1)));
    CHECK(same(drawn(1, 0, 0.0), arma::fmat(200, 300, arma::fill::zeros)));
}
