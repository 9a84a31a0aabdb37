#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "sim/plasticity/calcium_plasticity.hpp"
#include "spike_trains.hpp"

using namespace stdpscope;
using namespace stdpscope::sim;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using test::SpikeTrains;

namespace {

/// Sum of the calcium of all spikes that have let it in by `now` (not: before).
double slow_calcium(const CalciumPlasticityParams& p, const SpikeTrains& trains, double now) {
    double sum = 0.0;
    const auto add = [&](double opened, double amount) {
        if (opened <= now) sum += amount * std::exp(-(now - opened) / p.tau_calcium_ms);
    };
    for (const double pre : trains.pre_ms) add(pre + p.pre_delay_ms, p.c_pre);
    for (const double post : trains.post_ms) add(post, p.c_post);
    return sum;
}

/// Small steps of rho's equation at the calcium of the step's middle. A threshold lies within one step of where it
/// should: an error of gamma / tau * h / 2 at each passing.
double fine_rho(const CalciumPlasticityParams& p, const SpikeTrains& trains, double rho, double end_ms, double h) {
    const auto steps = static_cast<int>(std::lround(end_ms / h));
    for (int k = 0; k < steps; ++k) {
        const double calcium = slow_calcium(p, trains, (k + 0.5) * h);
        const auto slope = [&](double r) {
            const double drift = p.bistability == Bistability::on ? -r * (1.0 - r) * (p.rho_star - r) : 0.0;
            return (drift + (calcium > p.theta_p ? p.gamma_p * (1.0 - r) : 0.0) -
                    (calcium > p.theta_d ? p.gamma_d * r : 0.0)) /
                   p.tau_ms;
        };
        rho += h * slope(rho + 0.5 * h * slope(rho));
    }
    return rho;
}

/// Change of rho by 60 pairings at 1 Hz from rho = 0.5, without bistability.
double change_by_pairing(CalciumPlasticityParams p, double delta_ms) {
    p.bistability = Bistability::off;
    SpikeTrains trains;
    for (int k = 0; k < 60; ++k) {
        trains.pre_ms.push_back(500.0 + 1000.0 * k);
        trains.post_ms.push_back(500.0 + 1000.0 * k + delta_ms);
    }
    CalciumPlasticity synapse(p, 0.5);
    test::drive(synapse, trains, 61e3);
    return synapse.rho() - 0.5;
}

std::array<CalciumPlasticityParams, 9> all_sets() {
    using P = CalciumPlasticityParams;
    return {P::dp(),
            P::dpd(),
            P::dpd_prime(),
            P::p(),
            P::d(),
            P::d_prime(),
            P::hippocampal_slices(),
            P::hippocampal_cultures(),
            P::cortical_slices()};
}

}  // namespace

TEST_CASE("CalciumPlasticity: one postsynaptic spike, by the times above the thresholds", "[sim][stdp][calcium]") {
    CalciumPlasticityParams p;  // c_post = 2: above theta_d = 1 for tau ln 2, above theta_p = 1.3 for tau ln(2 / 1.3)
    p.bistability = Bistability::off;
    CalciumPlasticity synapse(p, 0.5);
    synapse.step(0.0, {.post_spike = true});
    synapse.step(100.0, {});
    const double both_ms = 20.0 * std::log(2.0 / 1.3);
    const double d_only_ms = 20.0 * std::log(2.0) - both_ms;
    const double rate = 521.808;
    const double middle = 321.808 / rate + (0.5 - 321.808 / rate) * std::exp(-rate * both_ms / 150e3);
    REQUIRE_THAT(synapse.rho(), WithinRel(middle * std::exp(-200.0 * d_only_ms / 150e3), 1e-13));
    REQUIRE_THAT(synapse.calcium(), WithinRel(2.0 * std::exp(-5.0), 1e-13));
}

TEST_CASE("CalciumPlasticity: presynaptic calcium comes after its delay, within a step or over several",
          "[sim][stdp][calcium]") {
    CalciumPlasticity once({}, 0.5);
    once.step(0.0, {.pre_spike = true});
    REQUIRE(once.calcium() == 0.0);
    once.step(20.0, {});
    REQUIRE_THAT(once.calcium(), WithinRel(std::exp(-(20.0 - 13.7) / 20.0), 1e-13));
    CalciumPlasticity often({}, 0.5);
    often.step(0.0, {.pre_spike = true});
    for (int k = 0; k < 200; ++k) often.step(0.1, {});
    REQUIRE_THAT(often.calcium(), WithinRel(std::exp(-(20.0 - 13.7) / 20.0), 1e-12));
}

TEST_CASE("CalciumPlasticity: each set gives the window of its name", "[sim][stdp][calcium]") {
    // Graupner & Brunel 2012, figure 2: signs of the change along delta.
    using P = CalciumPlasticityParams;
    REQUIRE(change_by_pairing(P::dp(), -20.0) < -0.01);
    REQUIRE(change_by_pairing(P::dp(), 20.0) > 0.01);
    REQUIRE(change_by_pairing(P::dpd(), -25.0) < -0.01);
    REQUIRE(change_by_pairing(P::dpd(), 5.0) > 0.01);
    REQUIRE(change_by_pairing(P::dpd(), 35.0) < -0.002);
    REQUIRE(change_by_pairing(P::dpd_prime(), -40.0) < -0.01);
    REQUIRE(change_by_pairing(P::dpd_prime(), 5.0) > 0.01);
    REQUIRE(change_by_pairing(P::dpd_prime(), 60.0) < -0.01);
    for (const double delta_ms : {-40.0, -5.0, 0.0, 5.0, 40.0}) {
        CAPTURE(delta_ms);
        REQUIRE(change_by_pairing(P::p(), delta_ms) > 0.01);
        REQUIRE(change_by_pairing(P::d_prime(), delta_ms) < -0.01);
    }
    REQUIRE(change_by_pairing(P::d(), 5.0) < -0.01);
    REQUIRE(change_by_pairing(P::d(), -5.0) < -0.01);
    REQUIRE(change_by_pairing(P::d(), 40.0) == 0.0);
}

TEST_CASE("CalciumPlasticity: equal to fine-step integration, with and without coincidences", "[sim][stdp][calcium]") {
    std::mt19937_64 random(100);
    for (CalciumPlasticityParams p : all_sets()) {
        for (const double coinciding : {0.0, 0.5}) {
            for (const Bistability bistability : {Bistability::off, Bistability::on}) {
                p.bistability = bistability;
                p.tau_ms /= 20.0;  // faster, so that a short run moves far
                const SpikeTrains trains = test::random_trains(20.0, 600.0, coinciding, random);
                CalciumPlasticity synapse(p, 0.3);
                test::drive(synapse, trains, 600.0);
                CAPTURE(p.gamma_p, coinciding, static_cast<int>(bistability));
                // At most 100 passings, of h / 2 * gamma / tau = 2e-5 and of either sign.
                REQUIRE_THAT(synapse.rho(), WithinAbs(fine_rho(p, trains, 0.3, 600.0, 2e-3), 2e-4));
                p.tau_ms *= 20.0;
            }
        }
    }
}

TEST_CASE("CalciumPlasticity: without calcium the synapse drifts to the nearer stable state", "[sim][stdp][calcium]") {
    CalciumPlasticity low({}, 0.45);
    CalciumPlasticity high({}, 0.55);
    CalciumPlasticity kept({.bistability = Bistability::off}, 0.45);
    for (int k = 0; k < 100; ++k) {
        const WeightChange change = low.step(60e3, {});
        REQUIRE(change.unpaired == change.update);
        high.step(60e3, {});
        kept.step(60e3, {});
    }
    REQUIRE(low.weight() < 1e-6);
    REQUIRE(high.weight() > 1.0 - 1e-6);
    REQUIRE(kept.weight() == 0.45);
}

TEST_CASE("CalciumPlasticity: bounds hold for every sign, halves equal the whole, parts add up",
          "[sim][stdp][calcium]") {
    std::mt19937_64 random(101);
    const SpikeTrains trains = test::random_trains(40.0, 3000.0, 0.2, random);
    for (CalciumPlasticityParams p : all_sets()) {
        for (const WeightBounds& bounds : {WeightBounds{0.0, 1.0}, WeightBounds{-2.0, 0.0}, WeightBounds{-1.0, 0.5}}) {
            p.bounds = bounds;
            CalciumPlasticity whole(p, bounds.min);
            CalciumPlasticity halves(p, bounds.min);
            double before = whole.weight();
            test::drive(whole, trains, 3000.0, 1, [&](double, const WeightChange& change) {
                REQUIRE(whole.weight() >= bounds.min);
                REQUIRE(whole.weight() <= bounds.max);
                REQUIRE_THAT(whole.weight() - before, WithinAbs(change.update, 1e-13));
                before = whole.weight();
                double paired = 0.0;
                for (const PairShare& share : whole.pairs()) paired += share.update;
                REQUIRE_THAT(change.pre_first + change.post_first, WithinAbs(paired, 1e-14));
                REQUIRE_THAT(change.update, WithinAbs(paired + change.unpaired, 1e-13));
            });
            test::drive(halves, trains, 3000.0, 2);
            REQUIRE_THAT(halves.weight(), WithinAbs(whole.weight(), 1e-10));
        }
    }
}

TEST_CASE("CalciumPlasticity: refuses parameters by name", "[sim][stdp][calcium]") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto refused = [](const std::string& name, double CalciumPlasticityParams::*member, double value) {
        CalciumPlasticityParams params;
        params.*member = value;
        test::require_refused(name, [&] { CalciumPlasticity(params, 0.5); });
    };
    refused("tau_calcium_ms", &CalciumPlasticityParams::tau_calcium_ms, 0.0);
    refused("c_pre", &CalciumPlasticityParams::c_pre, -1.0);
    refused("c_post", &CalciumPlasticityParams::c_post, nan);
    refused("pre_delay_ms", &CalciumPlasticityParams::pre_delay_ms, -1.0);
    refused("theta_d", &CalciumPlasticityParams::theta_d, 0.0);
    refused("theta_p", &CalciumPlasticityParams::theta_p, nan);
    refused("gamma_d", &CalciumPlasticityParams::gamma_d, -1.0);
    refused("gamma_p", &CalciumPlasticityParams::gamma_p, nan);
    refused("tau_ms", &CalciumPlasticityParams::tau_ms, 0.0);
    refused("rho_star", &CalciumPlasticityParams::rho_star, 1.5);
    refused("pair_window_ms", &CalciumPlasticityParams::pair_window_ms, nan);
    test::require_refused("w_max", [] { CalciumPlasticity({.bounds = {0.5, 0.5}}, 0.5); });
    test::require_refused("w_max", [] {
        CalciumPlasticity({.bounds = {0.0, std::numeric_limits<double>::infinity()}}, 0.5);
    });
    test::require_refused("initial_weight", [] { CalciumPlasticity({}, 1.5); });
}
