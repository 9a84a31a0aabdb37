#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "sim/plasticity/inhibitory_stdp.hpp"
#include "spike_trains.hpp"

using namespace stdpscope;
using namespace stdpscope::sim;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using test::SpikeTrains;

namespace {

/// The sum over all spike pairs and pre spikes, event by event, with bounds.
double reference_weight(const InhibitoryStdpParams& p, const SpikeTrains& trains, double weight) {
    for (const test::SpikeEvent& event : test::events_of(trains)) {
        double sum = event.pre ? -2.0 * p.target_rate_hz / 1000.0 * p.tau_ms : 0.0;
        for (const double pre : trains.pre_ms) {
            for (const double post : trains.post_ms) {
                if (pre != post && std::max(pre, post) == event.time_ms) {
                    sum += std::exp(-std::abs(post - pre) / p.tau_ms);
                }
            }
        }
        weight = std::clamp(weight + p.learning_rate * sum, p.bounds.min, p.bounds.max);
    }
    return weight;
}

}  // namespace

TEST_CASE("InhibitoryStdp: a pair of either order gains eta*exp(-|delta|/tau), a pre spike loses eta*alpha",
          "[sim][stdp][inhibitory]") {
    const InhibitoryStdpParams p{.bounds = {-10.0, 10.0}};
    const double delta_ms = GENERATE(-50.0, -1.0, 1.0, 50.0);
    InhibitoryStdp synapse(p, 0.0);
    test::one_pair(synapse, delta_ms);
    const double alpha = 2.0 * 0.003 * 20.0;
    REQUIRE_THAT(synapse.alpha(), WithinRel(alpha, 1e-15));
    REQUIRE_THAT(synapse.weight(), WithinRel(1e-2 * (std::exp(-std::abs(delta_ms) / 20.0) - alpha), 1e-12));
}

TEST_CASE("InhibitoryStdp: equal to the sum over all spike pairs, with and without coincidences",
          "[sim][stdp][inhibitory]") {
    std::mt19937_64 random(50);
    for (const double coinciding : {0.0, 0.5}) {
        for (const WeightBounds& bounds : {WeightBounds{-1e6, 1e6}, WeightBounds{0.0, 0.05}}) {
            const InhibitoryStdpParams p{.target_rate_hz = 40.0, .bounds = bounds};
            const SpikeTrains trains = test::random_trains(40.0, 4000.0, coinciding, random);
            InhibitoryStdp synapse(p, 0.02);
            test::drive(synapse, trains, 4000.0);
            REQUIRE_THAT(synapse.weight(), WithinAbs(reference_weight(p, trains, 0.02), test::kPairSums));
        }
    }
}

TEST_CASE("InhibitoryStdp: at the target rate uncorrelated trains leave the weight at rest on average",
          "[sim][stdp][inhibitory]") {
    std::mt19937_64 random(51);
    const InhibitoryStdpParams p{.learning_rate = 1.0, .target_rate_hz = 20.0, .bounds = {-1e6, 1e6}};
    const auto drift_per_pre_spike = [&](double rate_hz) {
        const SpikeTrains trains = test::random_trains(rate_hz, 400e3, 0.0, random);
        InhibitoryStdp synapse(p, 0.0);
        test::drive(synapse, trains, 400e3);
        return synapse.weight() / static_cast<double>(trains.pre_ms.size());
    };
    // Mean 0; the standard error over 8000 spikes is about 0.02.
    REQUIRE_THAT(drift_per_pre_spike(20.0), WithinAbs(0.0, 0.08));
    REQUIRE(drift_per_pre_spike(30.0) > 0.2);
    REQUIRE(drift_per_pre_spike(10.0) < -0.2);
}

TEST_CASE("InhibitoryStdp: bounds hold for every sign, halves equal the whole, parts and pairs add up",
          "[sim][stdp][inhibitory]") {
    std::mt19937_64 random(52);
    const SpikeTrains trains = test::random_trains(40.0, 3000.0, 0.2, random);
    for (const double rate : {0.05, -0.05}) {
        for (const WeightBounds& bounds : {WeightBounds{0.0, 0.1}, WeightBounds{-0.1, 0.0}, WeightBounds{-0.1, 0.1}}) {
            const InhibitoryStdpParams p{
                .learning_rate = rate, .target_rate_hz = 40.0, .bounds = bounds, .listing = PairListing::on};
            InhibitoryStdp whole(p, 0.0);
            InhibitoryStdp halves(p, 0.0);
            bool was_low = false;
            bool was_high = false;
            test::drive(whole, trains, 3000.0, 1, [&](double, const WeightChange& change) {
                REQUIRE(whole.weight() >= bounds.min);
                REQUIRE(whole.weight() <= bounds.max);
                was_low = was_low || whole.weight() == bounds.min;
                was_high = was_high || whole.weight() == bounds.max;
                double paired = 0.0;
                for (const PairShare& share : whole.pairs()) paired += share.update;
                REQUIRE_THAT(change.pre_first + change.post_first, WithinAbs(paired, 1e-13));
                REQUIRE_THAT(change.update, WithinAbs(paired + change.unpaired, 1e-13));
            });
            REQUIRE(was_low);
            REQUIRE(was_high);
            test::drive(halves, trains, 3000.0, 2);
            REQUIRE_THAT(halves.weight(), WithinAbs(whole.weight(), test::kPairSums));
        }
    }
}

TEST_CASE("InhibitoryStdp: refuses parameters by name", "[sim][stdp][inhibitory]") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    test::require_refused("learning_rate", [&] { InhibitoryStdp({.learning_rate = nan}, 0.5); });
    test::require_refused("target_rate_hz", [] { InhibitoryStdp({.target_rate_hz = -1.0}, 0.5); });
    test::require_refused("tau_ms", [] { InhibitoryStdp({.tau_ms = 0.0}, 0.5); });
    test::require_refused("w_max", [] { InhibitoryStdp({.bounds = {1.0, 0.0}}, 0.5); });
    test::require_refused("initial_weight", [] { InhibitoryStdp({}, 2.0); });
}
