#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "sim/plasticity/voltage_stdp.hpp"
#include "spike_trains.hpp"

using namespace stdpscope;
using namespace stdpscope::sim;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using test::SpikeTrains;

namespace {

/// A membrane that steps between rest, depolarised and spike levels every 0.5 ms; spikes are 1 ms at +20 mV after a
/// post spike.
std::vector<double> random_voltage(const SpikeTrains& trains, int steps, std::mt19937_64& random) {
    std::uniform_real_distribution<double> level(-80.0, -40.0);
    std::vector<double> v_mv;
    std::size_t post = 0;
    for (int k = 0; k < steps; ++k) {
        const double now = 0.5 * k;
        while (post + 1 < trains.post_ms.size() && trains.post_ms[post + 1] <= now) ++post;
        const bool spiking = !trains.post_ms.empty() && now >= trains.post_ms[post] && now < trains.post_ms[post] + 1.0;
        v_mv.push_back(spiking ? 20.0 : level(random));
    }
    return v_mv;
}

/// Trains on the grid of 0.5 ms.
SpikeTrains coarse_trains(double duration_ms, double coinciding, std::mt19937_64& random) {
    SpikeTrains trains = test::random_trains(30.0, duration_ms, coinciding, random);
    for (std::vector<double>* train : {&trains.pre_ms, &trains.post_ms}) {
        for (double& t : *train) t = 0.5 * std::round(t / 0.5);
        train->erase(std::unique(train->begin(), train->end()), train->end());
    }
    return trains;
}

bool has(const std::vector<double>& train, double now) {
    return std::any_of(train.begin(), train.end(), [&](double t) { return std::abs(t - now) < 1e-6; });
}

template <class Watch>
void drive(VoltageStdp& synapse, const SpikeTrains& trains, const std::vector<double>& v_mv, int parts, Watch&& watch) {
    for (std::size_t k = 0; k < v_mv.size(); ++k) {
        const double now = 0.5 * static_cast<double>(k + 1);
        const double dt = 0.5 / parts;
        for (int part = 1; part < parts; ++part) watch(synapse.step(dt, {.post_v_mv = v_mv[k]}));
        watch(synapse.step(
            dt, {.pre_spike = has(trains.pre_ms, now), .post_spike = has(trains.post_ms, now), .post_v_mv = v_mv[k]}));
    }
}

/// The paper's equations by Heun's method at 0.5 us.
double fine_weight(const VoltageStdpParams& p, const SpikeTrains& trains, const std::vector<double>& v_mv, double w) {
    const int fine = 1000;
    const double h = 0.5 / fine;
    double x = 0.0;
    double u_minus = p.rest_mv;
    double u_plus = p.rest_mv;
    double mean = 0.0;
    const auto heun = [&](double value, double towards, double tau) {
        const double slope = (towards - value) / tau;
        return value + 0.5 * h * (slope + (towards - value - h * slope) / tau);
    };
    for (std::size_t k = 0; k < v_mv.size(); ++k) {
        const double u = v_mv[k];
        for (int step = 0; step < fine; ++step) {
            const auto growth = [&] {
                return p.a_ltp_per_mv2 * x * std::max(u - p.theta_plus_mv, 0.0) *
                       std::max(u_plus - p.theta_minus_mv, 0.0);
            };
            const double before = growth();
            x = heun(x, 0.0, p.tau_x_ms);
            u_minus = heun(u_minus, u, p.tau_minus_ms);
            u_plus = heun(u_plus, u, p.tau_plus_ms);
            mean = heun(mean, u - p.rest_mv, p.tau_homeostasis_ms);
            w = std::min(w + 0.5 * h * (before + growth()), p.bounds.max);
        }
        if (has(trains.pre_ms, 0.5 * static_cast<double>(k + 1))) {
            const double scale = p.homeostasis == Homeostasis::on ? mean * mean / p.reference_mv2 : 1.0;
            w = std::max(w - p.a_ltd_per_mv * scale * std::max(u_minus - p.theta_minus_mv, 0.0), p.bounds.min);
            x += 1.0 / p.tau_x_ms;
        }
    }
    return w;
}

}  // namespace

TEST_CASE("VoltageStdp: at a clamped membrane each pre spike depresses by a_ltd*(u - theta_minus)",
          "[sim][stdp][voltage]") {
    const VoltageStdpParams p{.bounds = {-1.0, 1.0}};
    VoltageStdp synapse(p, 0.0);
    synapse.step(500.0, {.post_v_mv = -50.0});  // below theta_plus
    const WeightChange change = synapse.step(0.0, {.pre_spike = true, .post_v_mv = -50.0});
    REQUIRE_THAT(synapse.weight(), WithinRel(-14e-5 * 20.6, 1e-12));
    REQUIRE(change.unpaired == change.update);  // no postsynaptic spike, no pair
    VoltageStdp at_rest(p, 0.0);
    at_rest.step(10.0, {.pre_spike = true});
    REQUIRE(at_rest.weight() == 0.0);
}

TEST_CASE("VoltageStdp: a clamp above theta_plus potentiates by the closed form", "[sim][stdp][voltage]") {
    const VoltageStdpParams p{.a_ltd_per_mv = 0.0, .bounds = {-10.0, 10.0}};
    VoltageStdp synapse(p, 0.0);
    synapse.step(1000.0, {.pre_spike = true, .post_v_mv = 0.0});  // u_plus has settled at 0
    synapse.step(30.0, {.post_v_mv = 0.0});
    const double wanted =
        8e-5 * 45.3 * 70.6 * (1.0 - std::exp(-2.0));  // the pre trace integrates to 1 - exp(-t / tau_x)
    REQUIRE_THAT(synapse.weight(), WithinRel(wanted, 1e-12));
}

TEST_CASE("VoltageStdp: potentiation begins within a step, where u_plus passes theta_minus", "[sim][stdp][voltage]") {
    const VoltageStdpParams p{.bounds = {-10.0, 10.0}};
    VoltageStdp synapse(p, 0.0);
    synapse.step(1000.0, {.pre_spike = true, .post_v_mv = -90.0});  // u_plus has settled below theta_minus
    synapse.step(30.0, {.post_v_mv = 0.0});
    const int points = 1000000;
    const double h = 30.0 / points;
    double integral = 0.0;
    for (int k = 0; k < points; ++k) {
        const double t = (k + 0.5) * h;
        integral += h * std::exp(-t / 15.0) / 15.0 * std::max(-90.0 * std::exp(-t / 7.0) + 70.6, 0.0);
    }
    REQUIRE_THAT(synapse.weight(), WithinRel(8e-5 * 45.3 * integral, 1e-8));
}

TEST_CASE("VoltageStdp: equal to fine-step integration of the paper's equations, with and without coincidences",
          "[sim][stdp][voltage]") {
    std::mt19937_64 random(90);
    for (const double coinciding : {0.0, 0.5}) {
        for (const Homeostasis homeostasis : {Homeostasis::off, Homeostasis::on}) {
            for (const WeightBounds& bounds : {WeightBounds{-100.0, 100.0}, WeightBounds{0.0, 0.02}}) {
                const VoltageStdpParams p{.homeostasis = homeostasis, .bounds = bounds};
                const SpikeTrains trains = coarse_trains(500.0, coinciding, random);
                const std::vector<double> v_mv = random_voltage(trains, 1000, random);
                VoltageStdp synapse(p, 0.01);
                drive(synapse, trains, v_mv, 1, [](const WeightChange&) {});
                CAPTURE(coinciding, static_cast<int>(homeostasis), bounds.max);
                // Heun's error is near (h / tau)^2 = 5e-9 a term, and 7e-9 once at the corner of u_plus.
                REQUIRE_THAT(synapse.weight(), WithinAbs(fine_weight(p, trains, v_mv, 0.01), 1e-7));
            }
        }
    }
}

TEST_CASE("VoltageStdp: bounds hold for every sign, halves equal the whole, parts add up", "[sim][stdp][voltage]") {
    std::mt19937_64 random(91);
    const SpikeTrains trains = coarse_trains(2000.0, 0.2, random);
    const std::vector<double> v_mv = random_voltage(trains, 4000, random);
    for (const WeightBounds& bounds : {WeightBounds{0.0, 0.02}, WeightBounds{-0.02, 0.0}, WeightBounds{-0.01, 0.01}}) {
        const VoltageStdpParams p{.a_ltd_per_mv = 5e-4, .bounds = bounds};
        VoltageStdp whole(p, 0.0);
        VoltageStdp halves(p, 0.0);
        bool was_low = false;
        bool was_high = false;
        drive(whole, trains, v_mv, 1, [&](const WeightChange& change) {
            REQUIRE(whole.weight() >= bounds.min);
            REQUIRE(whole.weight() <= bounds.max);
            was_low = was_low || whole.weight() == bounds.min;
            was_high = was_high || whole.weight() == bounds.max;
            double paired = 0.0;
            for (const PairShare& share : whole.pairs()) paired += share.update;
            REQUIRE_THAT(change.pre_first + change.post_first, WithinAbs(paired, 1e-14));
            REQUIRE_THAT(change.update, WithinAbs(paired + change.unpaired, 1e-14));
        });
        REQUIRE(was_low);
        REQUIRE(was_high);
        drive(halves, trains, v_mv, 2, [](const WeightChange&) {});
        REQUIRE_THAT(halves.weight(), WithinAbs(whole.weight(), test::kPairSums));
    }
}

TEST_CASE("VoltageStdp: refuses parameters by name", "[sim][stdp][voltage]") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto refused = [](const std::string& name, double VoltageStdpParams::*member, double value) {
        VoltageStdpParams params;
        params.*member = value;
        test::require_refused(name, [&] { VoltageStdp(params, 0.5); });
    };
    refused("a_ltd_per_mv", &VoltageStdpParams::a_ltd_per_mv, -1.0);
    refused("a_ltp_per_mv2", &VoltageStdpParams::a_ltp_per_mv2, nan);
    refused("theta_minus_mv", &VoltageStdpParams::theta_minus_mv, nan);
    refused("theta_plus_mv", &VoltageStdpParams::theta_plus_mv, nan);
    refused("theta_plus_mv - theta_minus_mv", &VoltageStdpParams::theta_plus_mv, -80.0);
    refused("tau_x_ms", &VoltageStdpParams::tau_x_ms, 0.0);
    refused("tau_minus_ms", &VoltageStdpParams::tau_minus_ms, 0.0);
    refused("tau_plus_ms", &VoltageStdpParams::tau_plus_ms, nan);
    refused("tau_homeostasis_ms", &VoltageStdpParams::tau_homeostasis_ms, -1.0);
    refused("reference_mv2", &VoltageStdpParams::reference_mv2, 0.0);
    refused("rest_mv", &VoltageStdpParams::rest_mv, nan);
    refused("pair_window_ms", &VoltageStdpParams::pair_window_ms, -1.0);
    VoltageStdp synapse({}, 0.5);
    test::require_refused("post_v_mv", [&] { synapse.step(0.1, {.post_v_mv = nan}); });
}
