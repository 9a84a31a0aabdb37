#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <random>

#include "sim/error.hpp"
#include "sim/stimulus/geometric_intervals.hpp"
#include "sim/stimulus/stimulus.hpp"

using Catch::Matchers::Contains;
using namespace stdpscope::sim;

namespace {

using Trains = std::map<std::uint32_t, std::vector<Step>>;

/// All spikes of [0, end), asked for in windows of a given length; checks the order within each step.
Trains trains_of(Stimulus& stimulus, Step end, Step window_steps, std::uint32_t first = 0) {
    Trains trains;
    SpikeWindow window;
    for (Step begin = 0; begin < end; begin += window_steps) {
        stimulus.fill(window, begin, std::min(end, begin + window_steps));
        for (Step step = window.begin(); step < window.end(); ++step) {
            std::uint32_t last = 0;
            for (const std::uint32_t neuron : window.at(step)) {
                REQUIRE((neuron > last || neuron == window.at(step).front()));
                last = neuron;
                trains[first + neuron].push_back(step);
            }
        }
    }
    return trains;
}

Trains trains_of(const StimulusModel& model, std::uint32_t first, std::uint32_t count, Step end, Step window_steps) {
    const RandomStream random(5, RandomPurpose::spike_train, 2);
    const TimeGrid grid(0.1);
    const auto stimulus = make_stimulus(model, first, count, grid, random);
    return trains_of(*stimulus, end, window_steps, first);
}

std::size_t spikes_in(const Trains& trains, Step begin, Step end) {
    std::size_t spikes = 0;
    for (const auto& [neuron, train] : trains) {
        for (const Step step : train) spikes += step >= begin && step < end ? 1 : 0;
    }
    return spikes;
}

}  // namespace

TEST_CASE("Poisson: rate and variance are those of the process", "[sim][stimulus]") {
    const double rate_hz = GENERATE(15.0, 900.0);
    const Trains trains = trains_of(PoissonParams{rate_hz}, 0, 200, 100'001, 1000);
    const double expected = rate_hz * 10.0;
    double sum = 0.0;
    double squares = 0.0;
    for (const auto& [neuron, train] : trains) {
        const auto count = static_cast<double>(train.size());
        sum += count;
        squares += (count - expected) * (count - expected);
        for (std::size_t k = 1; k < train.size(); ++k) REQUIRE(train[k] > train[k - 1]);
        REQUIRE(train.front() >= 1);
    }
    REQUIRE(std::abs(sum / 200 - expected) < 5 * std::sqrt(expected / 200));
    const double binomial = expected * (1.0 - rate_hz * 1e-4);
    REQUIRE(squares / 200 == Approx(binomial).epsilon(5 * std::sqrt(2.0 / 200)));
}

TEST_CASE("Stimuli: a train depends neither on windows nor on its neighbours", "[sim][stimulus]") {
    const auto ramp = [](double t) { return 10.0 + t * 0.02; };
    const StimulusModel model =
        GENERATE_COPY(StimulusModel(PoissonParams{40.0}), StimulusModel(InhomogeneousPoissonParams{ramp}),
                      StimulusModel(RegularParams{3.0, 7.7}));
    const Trains all = trains_of(model, 0, 20, 10'000, 10'000);
    REQUIRE(all.size() == 20);
    REQUIRE(trains_of(model, 0, 20, 10'000, 64) == all);
    const Trains part = trains_of(model, 7, 5, 10'000, 1);
    REQUIRE(part.size() == 5);
    for (const auto& [neuron, train] : part) REQUIRE(train == all.at(neuron));
}

TEST_CASE("Poisson: no rate, no spikes; a rate above one spike a step is named", "[sim][stimulus]") {
    REQUIRE(trains_of(PoissonParams{0.0}, 0, 10, 100'000, 1000).empty());
    REQUIRE_THROWS_WITH(trains_of(PoissonParams{1e4}, 0, 1, 10, 10),
                        Contains("rate_hz = 10000 must be >= 0 and below"));
    REQUIRE_THROWS_AS(trains_of(PoissonParams{-1.0}, 0, 1, 10, 10), InvalidParameter);
    REQUIRE_THROWS_AS(trains_of(PoissonParams{std::nan("")}, 0, 1, 10, 10), InvalidParameter);
}

TEST_CASE("Inhomogeneous Poisson: each piece has its own rate", "[sim][stimulus]") {
    const auto rate = piecewise_rate({{100.0, 50.0}, {300.0, 0.0}, {400.0, 200.0}});
    REQUIRE(rate(99.99) == 0.0);
    REQUIRE(rate(100.0) == 50.0);
    REQUIRE(rate(350.0) == 0.0);
    REQUIRE(rate(1e9) == 200.0);
    const Trains trains = trains_of(InhomogeneousPoissonParams{rate}, 0, 500, 5000, 100);
    REQUIRE(spikes_in(trains, 0, 1000) == 0);
    REQUIRE(spikes_in(trains, 3000, 4000) == 0);
    const double first = 500 * 50.0 * 0.2;
    const double last = 500 * 200.0 * 0.1;
    REQUIRE(std::abs(static_cast<double>(spikes_in(trains, 1000, 3000)) - first) < 5 * std::sqrt(first));
    REQUIRE(std::abs(static_cast<double>(spikes_in(trains, 4000, 5000)) - last) < 5 * std::sqrt(last));
    REQUIRE_THROWS_WITH(piecewise_rate({{2.0, 1.0}, {2.0, 3.0}}), Contains("from_ms = 2 must be later"));
    REQUIRE_THROWS_WITH(trains_of(InhomogeneousPoissonParams{}, 0, 1, 10, 10), Contains("must be a function"));
    const auto wild = [](double t) { return t > 0.3 ? 2e4 : 0.0; };
    REQUIRE_THROWS_WITH(trains_of(InhomogeneousPoissonParams{wild}, 0, 1, 10, 10), Contains("rate_hz = 20000"));
}

TEST_CASE("Regular: spikes at the nearest steps", "[sim][stimulus]") {
    const Trains trains = trains_of(RegularParams{0.0, 0.25}, 0, 2, 11, 3);
    REQUIRE(trains.at(0) == std::vector<Step>{0, 3, 5, 8, 10});
    REQUIRE(trains.at(1) == trains.at(0));
    REQUIRE_THROWS_WITH(trains_of(RegularParams{0.0, 0.05}, 0, 1, 10, 10), Contains("period_ms = 0.05"));
    REQUIRE_THROWS_WITH(trains_of(RegularParams{-1.0, 5.0}, 0, 1, 10, 10), Contains("first_ms = -1"));
}

TEST_CASE("Recorded: times may come in any order, none twice", "[sim][stimulus]") {
    const RecordedParams params{{{0.5, 0.0, 0.32}, {}, {0.1}}};
    const Trains trains = trains_of(params, 0, 3, 100, 2);
    REQUIRE(trains == Trains{{0, {0, 3, 5}}, {2, {1}}});
    REQUIRE(trains_of(params, 2, 1, 100, 100) == Trains{{2, {1}}});
    REQUIRE_THROWS_WITH(trains_of(params, 0, 4, 10, 10), Contains("3 trains must hold one train for each neuron"));
    REQUIRE_THROWS_WITH(trains_of(RecordedParams{{{0.3, 0.31}}}, 0, 1, 10, 10), Contains("must not name a step twice"));
    REQUIRE_THROWS_WITH(trains_of(RecordedParams{{{-0.3}}}, 0, 1, 10, 10), Contains("times_ms = -0.3"));
}

TEST_CASE("Geometric intervals: every one as the exact logarithm gives it", "[sim][stimulus]") {
    std::mt19937_64 random(31);
    for (const double scale : {0.1, 0.72, 10.0, 666.2, 5e4, 1e9, 1e15, std::numeric_limits<double>::infinity()}) {
        const GeometricIntervals intervals(scale);
        const auto same = [&](std::uint32_t word) { return intervals(word) == intervals.exact(word); };
        for (const std::uint32_t word : {0U, 1U, 2U, 0x7FFFFFFFU, 0x80000000U, 0xFFFFFFFEU, 0xFFFFFFFFU}) {
            CAPTURE(scale, word);
            REQUIRE(same(word));
        }
        std::uint64_t differ = 0;
        for (int k = 0; k < 200000; ++k) differ += same(static_cast<std::uint32_t>(random())) ? 0 : 1;
        // Words at which the product is next to a whole number of steps.
        for (int steps = 1; scale < 1e5 && steps < 3000; ++steps) {
            const double word = std::exp(-steps / scale) * 0x1p32;
            if (!(word > 4.0)) break;
            for (int off = -3; off <= 3; ++off) {
                differ += same(static_cast<std::uint32_t>(std::lround(word)) + static_cast<std::uint32_t>(off)) ? 0 : 1;
            }
        }
        CAPTURE(scale);
        REQUIRE(differ == 0);
    }
}
