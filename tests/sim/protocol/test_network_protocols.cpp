#include <catch2/catch.hpp>
#include <cmath>

#include "sim/protocol/kernel_throughput.hpp"
#include "sim/protocol/pair_window.hpp"
#include "sim/protocol/song2000.hpp"
#include "sim/protocol/vogels_abbott.hpp"

using Catch::Matchers::WithinAbs;
using namespace stdpscope::sim;

TEST_CASE("Pair window: the closed form to a millionth of full scale, delays included", "[sim][protocol]") {
    const auto delays = GENERATE(std::pair(0.0, 0.0), std::pair(0.8, 0.0), std::pair(0.0, 0.8), std::pair(0.3, 1.0));
    const PairWindowParams params{.axonal_delay_ms = delays.first, .dendritic_delay_ms = delays.second};
    const auto points = run_pair_window(params);
    REQUIRE(points.size() == 200);
    double largest_error = 0.0;
    for (const PairWindowPoint& point : points) {
        const double difference = point.difference_ms + delays.second - delays.first;
        const double change =
            difference > 0.0 ? 60 * 0.005 * std::exp(-difference / 20.0) : -60 * 0.00525 * std::exp(difference / 20.0);
        largest_error = std::max(largest_error, std::abs(point.change - change));
    }
    // 60 roundings to 2^-30 of w_max = 2, and amplitudes in floats.
    REQUIRE(largest_error < 2e-7);
}

TEST_CASE("Song 2000: the weights compete", "[sim][protocol]") {
    const ProtocolResult result = run_song2000({.biological_seconds = 50.0, .seed = 2});
    REQUIRE(result.rates[0].rate_hz == Approx(15.0).epsilon(0.01));
    REQUIRE((result.rates[1].rate_hz > 10.0 && result.rates[1].rate_hz < 60.0));
    REQUIRE(result.plastic_synapses == 1000);
    REQUIRE((result.mean_weight > 0.3 && result.mean_weight < 0.55));
}

TEST_CASE("Vogels & Abbott: irregular activity at the expected rates", "[sim][protocol]") {
    const auto excitation = GENERATE(RecurrentExcitation::plastic, RecurrentExcitation::fixed);
    const ProtocolResult result =
        run_vogels_abbott({.excitation = excitation}, {.biological_seconds = 1.0, .seed = 2, .threads = 2});
    for (const PopulationRate& rate : result.rates) REQUIRE((rate.rate_hz > 12.0 && rate.rate_hz < 24.0));
    REQUIRE(static_cast<double>(result.synapses) == Approx(0.02 * 4000 * 4000).epsilon(0.02));
    REQUIRE((result.plastic_synapses > 0) == (excitation == RecurrentExcitation::plastic));
}

TEST_CASE("Kernel throughput: updates are counted, one a spike and synapse", "[sim][protocol]") {
    const ProtocolResult result = run_kernel_throughput({.neurons = 100}, {.biological_seconds = 2.0, .seed = 2});
    REQUIRE(result.plastic_synapses == 10'000);
    const PlasticityCounts& counts = result.counts;
    const double counted = static_cast<double>(counts.pre_post_potentiation + counts.post_pre_depression +
                                               counts.pre_post_unchanged + counts.post_pre_unchanged);
    // Those before a synapse's first spike of the other side, and spikes of the same step, are no updates.
    REQUIRE((counted < result.weight_updates && counted > 0.9 * result.weight_updates));
    REQUIRE(std::abs(result.mean_weight - 0.5) < 0.01);
}
