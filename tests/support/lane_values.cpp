#include "tests/support/lane_values.hpp"

#include <cstring>

namespace stdpscope::test {

using ann::LaneCube;
using arma::uword;

LaneCube normal_lanes(uword units, uword samples, std::mt19937_64& random) {
    std::normal_distribution<float> normal;
    LaneCube cube(units, samples);
    for (uword sample = 0; sample < samples; ++sample) {
        for (uword unit = 0; unit < units; ++unit) cube.at(sample, unit) = normal(random);
    }
    return cube;
}

LaneCube integer_lanes(uword units, uword samples, std::mt19937_64& random) {
    std::uniform_int_distribution<int> integer(-2, 2);
    LaneCube cube(units, samples);
    for (uword sample = 0; sample < samples; ++sample) {
        for (uword unit = 0; unit < units; ++unit) cube.at(sample, unit) = static_cast<float>(integer(random));
    }
    return cube;
}

arma::mat samples_of(const LaneCube& cube) {
    arma::mat samples(cube.units(), cube.samples());
    for (uword sample = 0; sample < cube.samples(); ++sample) {
        for (uword unit = 0; unit < cube.units(); ++unit) {
            samples(unit, sample) = static_cast<double>(cube.at(sample, unit));
        }
    }
    return samples;
}

bool unused_lanes_are_zero(const LaneCube& cube) {
    for (uword sample = cube.samples(); sample < cube.blocks() * ann::kLanes; ++sample) {
        for (uword unit = 0; unit < cube.units(); ++unit) {
            if (cube.at(sample, unit) != 0.0F) return false;
        }
    }
    return true;
}

bool same_bits(const LaneCube& a, const LaneCube& b) {
    return a.units() == b.units() && a.samples() == b.samples() &&
           std::memcmp(a.data(), b.data(), a.units() * a.blocks() * ann::kLanes * sizeof(float)) == 0;
}

bool same_bits(const arma::fmat& a, const arma::fmat& b) {
    if (arma::size(a) != arma::size(b)) return false;
    return a.is_empty() || std::memcmp(a.memptr(), b.memptr(), a.n_elem * sizeof(float)) == 0;
}

double relative_difference(const arma::mat& got, const arma::mat& want) {
    if (arma::size(got) != arma::size(want) || !got.is_finite()) return arma::datum::inf;
    const double difference = arma::abs(got - want).max();
    return difference == 0.0 ? 0.0 : difference / arma::abs(want).max();
}

}  // namespace stdpscope::test
