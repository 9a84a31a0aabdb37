#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "sim/plasticity/pre_post_factors.hpp"
#include "spike_trains.hpp"

using namespace stdpscope;
using namespace stdpscope::sim;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using test::SpikeTrains;

namespace {

double slow_trace(const std::vector<double>& train, double now, double tau) {
    double sum = 0.0;
    for (const double t : train) sum += t < now ? std::exp(-(now - t) / tau) : 0.0;
    return sum;
}

struct Factors {
    double release;
    double amplitude;
};

/// Sums over all pairs and triplets, event by event, each factor within its bounds.
Factors reference(const PrePostFactorsParams& p, const SpikeTrains& trains, Factors factors) {
    for (const test::SpikeEvent& event : test::events_of(trains)) {
        const double now = event.time_ms;
        const double x_plus = slow_trace(trains.pre_ms, now, p.tau_x_plus_ms);
        const double y_plus = slow_trace(trains.post_ms, now, p.tau_y_plus_ms);
        const double y_minus = slow_trace(trains.post_ms, now, p.tau_y_minus_ms);
        if (event.pre) {
            factors.release = std::clamp(factors.release + y_plus * (p.d_plus * x_plus - p.d_minus * y_minus),
                                         p.release_bounds.min, p.release_bounds.max);
        }
        if (event.post) {
            factors.amplitude = std::clamp(factors.amplitude + p.c_plus * x_plus * y_minus, p.amplitude_bounds.min,
                                           p.amplitude_bounds.max);
        }
    }
    return factors;
}

}  // namespace

TEST_CASE("PrePostFactors: post-pre lowers the release, post-pre-post raises the amplitude, by the closed forms",
          "[sim][stdp][factors]") {
    PrePostFactors pair({}, 0.5, 1.0);
    test::one_pair(pair, -10.0);
    REQUIRE_THAT(pair.release(), WithinRel(0.5 - 0.1771 * std::exp(-10.0 / 32.7) * std::exp(-10.0 / 230.2), 1e-12));
    REQUIRE(pair.amplitude() == 1.0);
    REQUIRE_THAT(pair.weight(), WithinRel(pair.release() * pair.amplitude(), 1e-15));

    PrePostFactors triplet({}, 0.5, 1.0);
    triplet.step(0.0, {.post_spike = true});
    triplet.step(5.0, {.pre_spike = true});
    triplet.step(10.0, {.post_spike = true});
    REQUIRE_THAT(triplet.amplitude(), WithinRel(1.0 + 0.0618 * std::exp(-10.0 / 66.6) * std::exp(-15.0 / 32.7), 1e-12));

    PrePostFactors alone({}, 0.5, 1.0);  // a first pre-post pair has nothing to build on
    test::one_pair(alone, 10.0);
    REQUIRE(alone.weight() == 0.5);
}

TEST_CASE("PrePostFactors: equal to the sums over all pairs and triplets, with and without coincidences and bounds",
          "[sim][stdp][factors]") {
    std::mt19937_64 random(80);
    for (const double coinciding : {0.0, 0.5}) {
        for (const double scale : {1e-5, 0.3}) {  // far from the bounds; into them again and again
            PrePostFactorsParams p;
            p.d_minus = 1.3 * scale;
            p.d_plus = 0.7 * scale;
            p.c_plus = 0.4 * scale;
            const SpikeTrains trains = test::random_trains(20.0, 4000.0, coinciding, random);
            PrePostFactors synapse(p, 0.5, 0.9);
            test::drive(synapse, trains, 4000.0);
            const Factors wanted = reference(p, trains, {0.5, 0.9});
            CAPTURE(coinciding, scale);
            REQUIRE_THAT(synapse.release(), WithinAbs(wanted.release, test::kPairSums));
            REQUIRE_THAT(synapse.amplitude(), WithinAbs(wanted.amplitude, test::kPairSums));
        }
    }
}

TEST_CASE("PrePostFactors: bounds hold for every sign, halves equal the whole, parts and pairs add up",
          "[sim][stdp][factors]") {
    std::mt19937_64 random(81);
    const SpikeTrains trains = test::random_trains(30.0, 3000.0, 0.2, random);
    for (const double c_plus : {0.05, -0.05}) {
        for (const WeightBounds& amplitudes :
             {WeightBounds{0.0, 2.0}, WeightBounds{-2.0, 0.0}, WeightBounds{-1.0, 1.0}}) {
            PrePostFactorsParams p;
            p.c_plus = c_plus;
            p.release_bounds = {0.1, 0.9};
            p.amplitude_bounds = amplitudes;
            PrePostFactors whole(p, 0.5, 0.0);
            PrePostFactors halves(p, 0.5, 0.0);
            double before = whole.weight();
            bool was_low = false;
            bool was_high = false;
            test::drive(whole, trains, 3000.0, 1, [&](double, const WeightChange& change) {
                REQUIRE(whole.release() >= 0.1);
                REQUIRE(whole.release() <= 0.9);
                REQUIRE(whole.amplitude() >= amplitudes.min);
                REQUIRE(whole.amplitude() <= amplitudes.max);
                was_low = was_low || whole.release() == 0.1;
                was_high = was_high || whole.release() == 0.9;
                REQUIRE_THAT(whole.weight() - before, WithinAbs(change.update, 1e-14));
                before = whole.weight();
                double paired = 0.0;
                for (const PairShare& share : whole.pairs()) paired += share.update;
                REQUIRE_THAT(change.update, WithinAbs(paired, 1e-14));
            });
            REQUIRE(was_low);
            REQUIRE(was_high);
            REQUIRE(whole.amplitude() == (c_plus > 0.0 ? amplitudes.max : amplitudes.min));
            test::drive(halves, trains, 3000.0, 2);
            REQUIRE_THAT(halves.weight(), WithinAbs(whole.weight(), test::kPairSums));
        }
    }
}

TEST_CASE("PrePostFactors: refuses parameters by name", "[sim][stdp][factors]") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto refused = [](const std::string& name, auto change) {
        PrePostFactorsParams params;
        change(params);
        test::require_refused(name, [&] { PrePostFactors(params, 0.5, 1.0); });
    };
    refused("d_minus", [&](auto& p) { p.d_minus = nan; });
    refused("d_plus", [&](auto& p) { p.d_plus = nan; });
    refused("c_plus", [&](auto& p) { p.c_plus = nan; });
    refused("tau_y_minus_ms", [](auto& p) { p.tau_y_minus_ms = 0.0; });
    refused("tau_y_plus_ms", [](auto& p) { p.tau_y_plus_ms = -1.0; });
    refused("tau_x_plus_ms", [&](auto& p) { p.tau_x_plus_ms = nan; });
    refused("release_bounds.max", [](auto& p) { p.release_bounds.max = 1.5; });
    refused("release_bounds.min", [](auto& p) { p.release_bounds.min = -0.5; });
    refused("amplitude_bounds.max", [](auto& p) { p.amplitude_bounds = {1.0, 0.0}; });
    test::require_refused("initial_release", [] { PrePostFactors({}, 1.1, 1.0); });
    test::require_refused("initial_amplitude", [&] { PrePostFactors({}, 0.5, nan); });
}
