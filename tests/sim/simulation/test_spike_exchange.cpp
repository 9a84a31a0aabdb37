#include "sim/simulation/spike_exchange.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <vector>

using namespace stdpscope::sim;

namespace {

constexpr Step kSteps = 64;
constexpr Step kHistory = 16;

/// Spikes of every neuron, one list a neuron, in steps of 1 ms.
using Trains = std::vector<std::vector<double>>;

Trains random_trains(std::size_t neurons, double probability, std::mt19937_64& random) {
    Trains trains(neurons);
    std::bernoulli_distribution fires(probability);
    for (auto& train : trains) {
        for (Step step = 0; step < kSteps; ++step) {
            if (fires(random)) train.push_back(static_cast<double>(step));
        }
    }
    return trains;
}

std::vector<std::uint32_t> fired_at(const Trains& trains, Step step) {
    std::vector<std::uint32_t> fired;
    for (std::size_t neuron = 0; neuron < trains.size(); ++neuron) {
        for (const double spike : trains[neuron]) {
            if (spike == static_cast<double>(step)) fired.push_back(static_cast<std::uint32_t>(neuron));
        }
    }
    return fired;
}

/// A thread's neurons of every population. Whether they are sources is all one to the exchange.
std::vector<PopulationSlice> slices_of(const std::vector<Trains>& populations, std::uint32_t thread,
                                       std::uint32_t threads) {
    std::vector<PopulationSlice> slices;
    for (std::size_t k = 0; k < populations.size(); ++k) {
        const auto size = static_cast<std::uint32_t>(populations[k].size());
        const PopulationSpec spec{.name = "sources", .size = size, .model = RecordedParams{populations[k]}};
        slices.emplace_back(spec, k, PostRange{size * thread / threads, size * (thread + 1) / threads}, TimeGrid(1.0),
                            /*seed=*/1, Horizon{.history_steps = kHistory, .window_steps = kSteps});
        slices.back().fill_window(0);
    }
    return slices;
}

std::vector<std::uint32_t> received(const SpikeExchange& exchange, int thread, std::size_t population, Step step) {
    const auto spikes = exchange.spikes(thread, population, step);
    return {spikes.begin(), spikes.end()};
}

}  // namespace

TEST_CASE("SpikeExchange: every thread has all spikes of the recent past, neurons ascending", "[sim][simulation]") {
    std::mt19937_64 random(11);
    const int threads = GENERATE(2, 3, 4);
    // 400 neurons fill more than what a block has room for at first; with 3 neurons one of 4 threads has none.
    const double probability = GENERATE(0.02, 0.5);
    const std::vector<Trains> populations = {random_trains(400, probability, random),
                                             random_trains(50, probability, random),
                                             random_trains(3, probability, random)};
    const Step block = 8;
    std::vector<std::vector<PopulationSlice>> slices;
    for (int thread = 0; thread < threads; ++thread) {
        slices.push_back(
            slices_of(populations, static_cast<std::uint32_t>(thread), static_cast<std::uint32_t>(threads)));
    }

    SpikeExchange exchange({0, 2}, populations.size(), threads, kHistory);
    REQUIRE(exchange.has(0));
    REQUIRE_FALSE(exchange.has(1));
    REQUIRE(exchange.has(2));
    REQUIRE(exchange.spikes(0, 0, -1).empty());
    for (Step begin = 0; begin < kSteps; begin += block) {
        for (int thread = 0; thread < threads; ++thread) {
            exchange.send(thread, slices[static_cast<std::size_t>(thread)], begin, begin + block);
        }
        for (int thread = 0; thread < threads; ++thread) {
            exchange.receive(thread, begin, begin + block);
            for (const std::size_t population : {std::size_t{0}, std::size_t{2}}) {
                for (Step step = std::max<Step>(0, begin + block - kHistory); step < begin + block; ++step) {
                    CAPTURE(thread, population, step);
                    REQUIRE(received(exchange, thread, population, step) == fired_at(populations[population], step));
                }
            }
        }
    }
}

TEST_CASE("SpikeExchange: a thread may send its next block before the others have received this one",
          "[sim][simulation]") {
    std::mt19937_64 random(12);
    const std::vector<Trains> populations = {random_trains(40, 0.2, random)};
    const std::vector<PopulationSlice> first = slices_of(populations, 0, 2);
    const std::vector<PopulationSlice> second = slices_of(populations, 1, 2);
    SpikeExchange exchange({0}, 1, 2, kHistory);
    exchange.send(0, first, 0, 4);
    exchange.send(1, second, 0, 4);
    for (Step begin = 0; begin + 4 < kSteps; begin += 4) {
        exchange.receive(0, begin, begin + 4);
        exchange.send(0, first, begin + 4, begin + 8);
        exchange.receive(1, begin, begin + 4);
        exchange.send(1, second, begin + 4, begin + 8);
        for (Step step = begin; step < begin + 4; ++step) {
            CAPTURE(step);
            REQUIRE(received(exchange, 0, 0, step) == fired_at(populations[0], step));
            REQUIRE(received(exchange, 1, 0, step) == fired_at(populations[0], step));
        }
    }
}

TEST_CASE("SpikeExchange: blocks may differ in length", "[sim][simulation]") {
    std::mt19937_64 random(13);
    const std::vector<Trains> populations = {random_trains(40, 0.2, random)};
    const std::vector<PopulationSlice> first = slices_of(populations, 0, 2);
    const std::vector<PopulationSlice> second = slices_of(populations, 1, 2);
    SpikeExchange exchange({0}, 1, 2, kHistory);
    Step begin = 0;
    for (const Step length : {8, 1, 3, 16, 2}) {
        exchange.send(0, first, begin, begin + length);
        exchange.send(1, second, begin, begin + length);
        for (const int thread : {0, 1}) {
            exchange.receive(thread, begin, begin + length);
            for (Step step = begin; step < begin + length; ++step) {
                CAPTURE(thread, step);
                REQUIRE(received(exchange, thread, 0, step) == fired_at(populations[0], step));
            }
        }
        begin += length;
    }
}
