#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "sim/random_stream.hpp"

using stdpscope::sim::RandomPurpose;
using stdpscope::sim::RandomStream;

TEST_CASE("RandomStream: a value depends on seed, purpose, instance and counters alone", "[sim][random]") {
    const RandomStream stream(7, RandomPurpose::spike_train, 3);
    const auto drawn = stream.words(11, 5);
    REQUIRE(drawn == RandomStream(7, RandomPurpose::spike_train, 3).words(11, 5));
    std::set<RandomStream::Block> others{drawn};
    others.insert(RandomStream(8, RandomPurpose::spike_train, 3).words(11, 5));
    others.insert(RandomStream(7 + (1ULL << 32), RandomPurpose::spike_train, 3).words(11, 5));
    others.insert(RandomStream(7, RandomPurpose::connectivity, 3).words(11, 5));
    others.insert(RandomStream(7, RandomPurpose::spike_train, 4).words(11, 5));
    others.insert(stream.words(12, 5));
    others.insert(stream.words(11 + (1ULL << 32), 5));
    others.insert(stream.words(11, 6));
    REQUIRE(others.size() == 8);
}

TEST_CASE("RandomStream: uniform, below and exponential stay in range and have the right means", "[sim][random]") {
    const RandomStream stream(1, RandomPurpose::initial_state);
    constexpr int kDraws = 20000;
    double uniform_sum = 0.0;
    double exponential_sum = 0.0;
    double below_sum = 0.0;
    for (int k = 0; k < kDraws; ++k) {
        const double uniform = stream.uniform(static_cast<std::uint64_t>(k), 0);
        REQUIRE((uniform >= 0.0 && uniform < 1.0));
        uniform_sum += uniform;
        const double exponential = stream.exponential(static_cast<std::uint64_t>(k), 1);
        REQUIRE((exponential >= 0.0 && std::isfinite(exponential)));
        exponential_sum += exponential;
        const auto below = stream.below(10, static_cast<std::uint64_t>(k), 2);
        REQUIRE(below < 10);
        below_sum += below;
    }
    // Five standard errors.
    REQUIRE(std::abs(uniform_sum / kDraws - 0.5) < 5 * 0.2887 / std::sqrt(kDraws));
    REQUIRE(std::abs(exponential_sum / kDraws - 1.0) < 5 * 1.0 / std::sqrt(kDraws));
    REQUIRE(std::abs(below_sum / kDraws - 4.5) < 5 * 2.872 / std::sqrt(kDraws));
}
