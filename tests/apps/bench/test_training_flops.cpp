#include <catch2/catch.hpp>

#include "ann/builtin_networks.hpp"
#include "ann/network.hpp"
#include "apps/bench/training_flops.hpp"

using namespace stdpscope;

TEST_CASE("training_flop_per_sample counts forward and both gradients, but the first data gradient", "[apps][bench]") {
    const ann::Network network(ann::lenet(), 0);
    const double conv1 = 20.0 * 25 * 24 * 24;
    const double conv2 = 50.0 * 500 * 8 * 8;
    const double dense = 800.0 * 500 + 500.0 * 10;
    REQUIRE(apps::training_flop_per_sample(network.synapse_layers()) == 2 * (2 * conv1 + 3 * (conv2 + dense)));
}
