#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <vector>

#include "ann/epoch_order.hpp"

using namespace stdpscope::ann;

namespace {

std::vector<arma::uword> order(std::uint64_t seed, arma::uword epoch, arma::uword count) {
    std::vector<arma::uword> drawn(count);
    draw_epoch_order(seed, epoch, drawn);
    return drawn;
}

}  // namespace

TEST_CASE("Epoch order: a permutation, fixed by seed and epoch", "[ann][trainer]") {
    const arma::uword count = GENERATE(1, 2, 1000);
    auto sorted = order(1, 0, count);
    std::sort(sorted.begin(), sorted.end());
    for (arma::uword k = 0; k < count; ++k) REQUIRE(sorted[k] == k);
    CHECK(order(1, 0, count) == order(1, 0, count));
    if (count < 1000) return;
    CHECK(order(1, 0, count) != order(1, 1, count));
    CHECK(order(1, 0, count) != order(2, 0, count));
}

TEST_CASE("Epoch order: every permutation of three is as likely", "[ann][trainer]") {
    std::vector<int> times(9, 0);  // first * 3 + second
    for (std::uint64_t seed = 0; seed < 6000; ++seed) {
        const auto drawn = order(seed, 2, 3);
        ++times[drawn[0] * 3 + drawn[1]];
    }
    for (std::size_t k = 0; k < 9; ++k) {
        if (k % 4 == 0) continue;                // first = second cannot be
        CHECK(std::abs(times[k] - 1000) < 145);  // 5 deviations of 28.9
    }
}
