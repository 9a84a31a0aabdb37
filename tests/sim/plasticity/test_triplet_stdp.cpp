#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "sim/plasticity/triplet_stdp.hpp"
#include "spike_trains.hpp"

using namespace stdpscope;
using namespace stdpscope::sim;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using test::SpikeTrains;

namespace {

constexpr std::array kPairings = {TripletPairing::all_to_all, TripletPairing::nearest};

std::array<TripletStdpParams, 4> all_sets(TripletPairing pairing) {
    return {TripletStdpParams::visual_cortex_full(pairing), TripletStdpParams::visual_cortex_minimal(pairing),
            TripletStdpParams::hippocampal_full(pairing), TripletStdpParams::hippocampal_minimal(pairing)};
}

/// Sum of exp(-(now - t) / tau) over the spikes before `now`: all of them, or the last one only.
double slow_trace(const std::vector<double>& train, double now, double tau, TripletPairing pairing) {
    double sum = 0.0;
    for (const double t : train) {
        if (t >= now) break;
        if (pairing == TripletPairing::nearest) sum = 0.0;
        sum += std::exp(-(now - t) / tau);
    }
    return sum;
}

/// The sum over all pairs and triplets, event by event, with bounds.
double reference_weight(const TripletStdpParams& p, const SpikeTrains& trains, double weight) {
    for (const test::SpikeEvent& event : test::events_of(trains)) {
        const double now = event.time_ms;
        double sum = 0.0;
        if (event.pre) {
            sum -= slow_trace(trains.post_ms, now, p.tau_minus_ms, p.pairing) *
                   (p.a2_minus + p.a3_minus * slow_trace(trains.pre_ms, now, p.tau_x_ms, p.pairing));
        }
        if (event.post) {
            sum += slow_trace(trains.pre_ms, now, p.tau_plus_ms, p.pairing) *
                   (p.a2_plus + p.a3_plus * slow_trace(trains.post_ms, now, p.tau_y_ms, p.pairing));
        }
        weight = std::clamp(weight + sum, p.bounds.min, p.bounds.max);
    }
    return weight;
}

}  // namespace

TEST_CASE("TripletStdp: a pair alone is the pair rule, a third spike adds its triplet", "[sim][stdp][triplet]") {
    TripletStdpParams p = TripletStdpParams::hippocampal_full(TripletPairing::all_to_all);
    p.bounds = {-1.0, 1.0};
    TripletStdp pre_post(p, 0.0);
    test::one_pair(pre_post, 10.0);
    REQUIRE_THAT(pre_post.weight(), WithinRel(p.a2_plus * std::exp(-10.0 / p.tau_plus_ms), 1e-12));
    TripletStdp post_pre(p, 0.0);
    test::one_pair(post_pre, -10.0);
    REQUIRE_THAT(post_pre.weight(), WithinRel(-p.a2_minus * std::exp(-10.0 / p.tau_minus_ms), 1e-12));

    // post - pre - post at 0, 5, 15 ms.
    TripletStdp triplet(p, 0.0);
    triplet.step(0.0, {.post_spike = true});
    triplet.step(5.0, {.pre_spike = true});
    triplet.step(10.0, {.post_spike = true});
    const double wanted = -p.a2_minus * std::exp(-5.0 / p.tau_minus_ms) +
                          std::exp(-10.0 / p.tau_plus_ms) * (p.a2_plus + p.a3_plus * std::exp(-15.0 / p.tau_y_ms));
    REQUIRE_THAT(triplet.weight(), WithinRel(wanted, 1e-12));
}

TEST_CASE("TripletStdp: visual cortex at 10 ms depresses at low pairing rates and potentiates at high ones",
          "[sim][stdp][triplet]") {
    // The frequency effect that the rule was made for (Sjoestroem et al. 2001; Pfister & Gerstner 2006, figure 5):
    // 60 pre-post pairings give no change at 0.1 Hz, and the more the higher the rate.
    TripletStdpParams p = TripletStdpParams::visual_cortex_minimal(TripletPairing::all_to_all);
    p.bounds = {-10.0, 10.0};
    double previous = -1.0;
    for (const double rate_hz : {0.1, 10.0, 20.0, 40.0, 50.0}) {
        TripletStdp synapse(p, 0.0);
        for (int k = 0; k < 60; ++k) {
            synapse.step(k == 0 ? 0.0 : 1e3 / rate_hz - 10.0, {.pre_spike = true});
            synapse.step(10.0, {.post_spike = true});
        }
        CAPTURE(rate_hz);
        if (rate_hz == 0.1) REQUIRE_THAT(synapse.weight(), WithinAbs(0.0, 1e-3));
        REQUIRE(synapse.weight() > previous);
        previous = synapse.weight();
    }
    REQUIRE(previous > 0.4);
}

TEST_CASE("TripletStdp: equal to the sum over all pairs and triplets, with and without coincidences",
          "[sim][stdp][triplet]") {
    std::mt19937_64 random(40);
    for (const TripletPairing pairing : kPairings) {
        for (TripletStdpParams p : all_sets(pairing)) {
            for (const double coinciding : {0.0, 0.5}) {
                const SpikeTrains trains = test::random_trains(40.0, 4000.0, coinciding, random);
                for (const WeightBounds& bounds : {WeightBounds{-1e6, 1e6}, WeightBounds{0.0, 0.3}}) {
                    p.bounds = bounds;
                    CAPTURE(static_cast<int>(pairing), p.a3_plus, coinciding, bounds.max);
                    TripletStdp synapse(p, 0.2);
                    test::drive(synapse, trains, 4000.0);
                    REQUIRE_THAT(synapse.weight(), WithinAbs(reference_weight(p, trains, 0.2), test::kPairSums));
                }
            }
        }
    }
}

TEST_CASE("TripletStdp: bounds hold for every sign, halves equal the whole, parts and pairs add up",
          "[sim][stdp][triplet]") {
    std::mt19937_64 random(41);
    const SpikeTrains trains = test::random_trains(60.0, 2000.0, 0.3, random);
    bool low_met = false;
    bool high_met = false;
    for (const TripletPairing pairing : kPairings) {
        for (const double sign : {1.0, -1.0}) {
            for (const WeightBounds& bounds :
                 {WeightBounds{0.0, 0.02}, WeightBounds{-0.02, 0.0}, WeightBounds{-0.01, 0.01}}) {
                TripletStdpParams p = TripletStdpParams::hippocampal_full(pairing);
                for (double* a : {&p.a2_plus, &p.a3_plus, &p.a2_minus, &p.a3_minus}) *a *= sign;
                p.bounds = bounds;
                p.listing = PairListing::on;
                TripletStdp whole(p, 0.0);
                TripletStdp halves(p, 0.0);
                bool was_low = false;
                bool was_high = false;
                test::drive(whole, trains, 2000.0, 1, [&](double, const WeightChange& change) {
                    REQUIRE(whole.weight() >= bounds.min);
                    REQUIRE(whole.weight() <= bounds.max);
                    was_low = was_low || whole.weight() == bounds.min;
                    was_high = was_high || whole.weight() == bounds.max;
                    double pre_first = 0.0;
                    double post_first = 0.0;
                    for (const PairShare& share : whole.pairs()) {
                        (share.pair.delta_ms() >= 0.0 ? pre_first : post_first) += share.update;
                    }
                    REQUIRE_THAT(change.pre_first, WithinAbs(pre_first, 1e-13));
                    REQUIRE_THAT(change.post_first, WithinAbs(post_first, 1e-13));
                    REQUIRE_THAT(change.update, WithinAbs(pre_first + post_first, 1e-13));
                });
                REQUIRE((was_low || was_high));
                if (bounds.min != 0.0) low_met = low_met || was_low;
                if (bounds.max != 0.0) high_met = high_met || was_high;
                test::drive(halves, trains, 2000.0, 2);
                REQUIRE_THAT(halves.weight(), WithinAbs(whole.weight(), test::kPairSums));
            }
        }
    }
    REQUIRE(low_met);
    REQUIRE(high_met);
}

TEST_CASE("TripletStdp: refuses parameters by name", "[sim][stdp][triplet]") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto refused = [](const std::string& name, double TripletStdpParams::*member, double value) {
        TripletStdpParams params;
        params.*member = value;
        test::require_refused(name, [&] { TripletStdp(params, 0.5); });
    };
    refused("a2_plus", &TripletStdpParams::a2_plus, nan);
    refused("a3_plus", &TripletStdpParams::a3_plus, nan);
    refused("a2_minus", &TripletStdpParams::a2_minus, nan);
    refused("a3_minus", &TripletStdpParams::a3_minus, nan);
    refused("tau_plus_ms", &TripletStdpParams::tau_plus_ms, 0.0);
    refused("tau_minus_ms", &TripletStdpParams::tau_minus_ms, -1.0);
    refused("tau_x_ms", &TripletStdpParams::tau_x_ms, nan);
    refused("tau_y_ms", &TripletStdpParams::tau_y_ms, 0.0);
    test::require_refused("initial_weight", [] { TripletStdp({}, -0.1); });
}
