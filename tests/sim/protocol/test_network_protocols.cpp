#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <set>
#include <utility>
#include <vector>

#include "sim/protocol/kernel_throughput.hpp"
#include "sim/protocol/pair_window.hpp"
#include "sim/protocol/song2000.hpp"
#include "sim/protocol/vogels_abbott.hpp"

using Catch::Matchers::WithinAbs;
using namespace stdpscope::sim;

namespace {

struct Outcome {
    double rate_hz = 0.0;
    double mean_weight = 0.0;  ///< as a fraction of w_max

    Outcome& operator+=(const Outcome& more) {
        rate_hz += more.rate_hz;
        mean_weight += more.mean_weight;
        return *this;
    }
};

/// Song, Miller & Abbott 2000 step by step, in double precision: forward Euler; a spike is delivered with its weight
/// as it was before its own depression and is felt from the next step on; spikes of the same step form no pair.
Outcome slow_song(std::uint64_t seed, double seconds) {
    constexpr double kStepMs = 0.1;
    constexpr double kMaxWeight = 0.01;
    constexpr double kPotentiation = 0.01 * kMaxWeight;
    constexpr double kDepression = 1.05 * kPotentiation;
    struct Input {
        double weight = 0.0;
        double trace = 0.0;
        long trace_step = 0;

        [[nodiscard]] double trace_at(long step) const {
            return trace * std::exp(static_cast<double>(trace_step - step) * kStepMs / 20.0);
        }
    };
    std::mt19937_64 random(seed);
    std::uniform_real_distribution<double> first_weight(0.0, kMaxWeight);
    std::geometric_distribution<long> silent_steps(15.0 * kStepMs * 1e-3);
    std::vector<Input> inputs(1000);
    std::set<std::pair<long, std::size_t>> next_spikes;  // step, input
    for (std::size_t k = 0; k < inputs.size(); ++k) {
        inputs[k].weight = first_weight(random);
        next_spikes.emplace(silent_steps(random), k);
    }
    const double post_decay = std::exp(-kStepMs / 20.0);
    double v_mv = -60.0;
    double conductance = 0.0;
    double post_trace = 0.0;
    double spikes = 0.0;
    const long steps = std::lround(seconds * 1e3 / kStepMs);
    for (long step = 0; step < steps; ++step) {
        v_mv += kStepMs / 10.0 * (conductance * (0.0 - v_mv) - 74.0 - v_mv);
        conductance -= kStepMs / 5.0 * conductance;
        post_trace *= post_decay;
        const bool spike = v_mv > -54.0;
        if (spike) {
            v_mv = -60.0;
            spikes += 1.0;
            for (Input& input : inputs) {
                input.weight = std::min(input.weight + kPotentiation * input.trace_at(step), kMaxWeight);
            }
        }
        while (next_spikes.begin()->first == step) {
            const std::size_t k = next_spikes.begin()->second;
            Input& input = inputs[k];
            conductance += input.weight;
            input.weight = std::max(input.weight - kDepression * post_trace, 0.0);
            input.trace = input.trace_at(step) + 1.0;
            input.trace_step = step;
            next_spikes.erase(next_spikes.begin());
            next_spikes.emplace(step + 1 + silent_steps(random), k);
        }
        if (spike) post_trace += 1.0;
    }
    double sum = 0.0;
    for (const Input& input : inputs) sum += input.weight;
    return {spikes / seconds, sum / (1000.0 * kMaxWeight)};
}

}  // namespace

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

TEST_CASE("Song 2000: rate and mean weight are those of a slow reference", "[sim][protocol]") {
    constexpr int kSeeds = 8;
    constexpr double kSeconds = 100.0;
    Outcome sum;
    Outcome slow_sum;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        const ProtocolResult result = run_song2000({.biological_seconds = kSeconds, .seed = seed});
        sum += {result.rates[1].rate_hz, result.mean_weight};
        slow_sum += slow_song(seed, kSeconds);
    }
    // Standard deviations of one seed: 1.6 Hz, most of it from the first weights' mean, and 0.003. Pairs made by spikes
    // of the same step shift the means by 3.9 Hz and 0.006.
    REQUIRE_THAT(sum.rate_hz / kSeeds, WithinAbs(slow_sum.rate_hz / kSeeds, 1.9));
    REQUIRE_THAT(sum.mean_weight / kSeeds, WithinAbs(slow_sum.mean_weight / kSeeds, 0.003));
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
