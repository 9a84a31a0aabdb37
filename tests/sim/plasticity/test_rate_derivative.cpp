#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "sim/plasticity/rate_derivative.hpp"
#include "spike_trains.hpp"

using namespace stdpscope;
using namespace stdpscope::sim;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using test::SpikeTrains;

namespace {

/// What one pair has done by `end_ms`: its jump, and the integral of its product of exponentials so far.
double pair_by(const RateDerivativeParams& p, double pre, double post, double end_ms) {
    const double tp = p.tau_pre_ms;
    const double tr = p.tau_rate_ms;
    const double product_tau = tp * tr / (tp + tr);
    const double from = std::max(pre, post);
    const double start = std::exp(-(from - pre) / tp) * std::exp(-(from - post) / tr);
    const double jump = post >= pre ? std::exp(-(post - pre) / tp) / tr : 0.0;
    return p.learning_rate *
           (jump - start * product_tau / (tr * tr) * (1.0 - std::exp(-(end_ms - from) / product_tau)));
}

double reference_weight(const RateDerivativeParams& p, const SpikeTrains& trains, double end_ms) {
    double sum = 0.0;
    for (const double pre : trains.pre_ms) {
        for (const double post : trains.post_ms) sum += pair_by(p, pre, post, end_ms);
    }
    return sum;
}

}  // namespace

TEST_CASE("RateDerivative: a pair alone gives the window of its closed form", "[sim][stdp][rate]") {
    const double delta_ms = GENERATE(-60.0, -10.0, -0.1, 0.0, 0.1, 10.0, 60.0);
    const double tp = 17.0;
    const double tr = GENERATE(17.0, 40.0);
    RateDerivative synapse({.learning_rate = 0.3, .tau_pre_ms = tp, .tau_rate_ms = tr, .bounds = {-1.0, 1.0}}, 0.0);
    test::one_pair(synapse, delta_ms);
    synapse.step(3000.0, {});
    const double wanted = delta_ms >= 0.0 ? 0.3 * std::exp(-delta_ms / tp) / (tp + tr)
                                          : -0.3 * std::exp(delta_ms / tr) / (tp + tr) * tp / tr;
    REQUIRE_THAT(synapse.weight(), WithinRel(wanted, 1e-11));
}

TEST_CASE("RateDerivative: equal to the sum over all spike pairs, with and without coincidences", "[sim][stdp][rate]") {
    std::mt19937_64 random(70);
    for (const double coinciding : {0.0, 0.5}) {
        const RateDerivativeParams p{.tau_pre_ms = 25.0, .tau_rate_ms = 60.0, .bounds = {-1e6, 1e6}};
        const SpikeTrains trains = test::random_trains(40.0, 3000.0, coinciding, random);
        RateDerivative synapse(p, 0.0);
        test::drive(synapse, trains, 3010.0);
        REQUIRE_THAT(synapse.weight(), WithinAbs(reference_weight(p, trains, 3010.0), test::kPairSums));
    }
}

TEST_CASE("RateDerivative: equal to fine-step integration of its three equations", "[sim][stdp][rate]") {
    std::mt19937_64 random(71);
    const RateDerivativeParams p{.tau_pre_ms = 25.0, .tau_rate_ms = 60.0, .bounds = {-0.01, 0.01}};
    const SpikeTrains trains = test::random_trains(40.0, 1000.0, 0.2, random);
    RateDerivative synapse(p, 0.0);
    test::drive(synapse, trains, 1000.0);
    const double h = 1e-3;
    double x = 0.0;
    double r = 0.0;
    double w = 0.0;
    std::size_t i = 0;
    std::size_t j = 0;
    for (int k = 1; k <= 1000000; ++k) {  // Heun's method
        const double x_next = x * (1.0 - h / 25.0 + 0.5 * h * h / 625.0);
        const double r_next = r * (1.0 - h / 60.0 + 0.5 * h * h / 3600.0);
        w += 0.2 * 0.5 * h * (x * -r / 60.0 + x_next * -r_next / 60.0);
        w = std::clamp(w, -0.01, 0.01);
        x = x_next;
        r = r_next;
        const double now = h * k;
        if (i < trains.pre_ms.size() && trains.pre_ms[i] <= now + 0.5 * h) {
            x += 1.0;
            ++i;
        }
        if (j < trains.post_ms.size() && trains.post_ms[j] <= now + 0.5 * h) {
            w = std::clamp(w + 0.2 * x / 60.0, -0.01, 0.01);
            r += 1.0 / 60.0;
            ++j;
        }
    }
    REQUIRE_THAT(synapse.weight(), WithinAbs(w, 1e-9));
}

TEST_CASE("RateDerivative: the weight follows the postsynaptic rate, up when it rises and back when it falls",
          "[sim][stdp][rate]") {
    // Pre at 100 Hz all along; post at 20 Hz, 100 Hz for a second, 20 Hz again, in between the pre spikes.
    const RateDerivativeParams p{.tau_pre_ms = 50.0, .tau_rate_ms = 50.0, .bounds = {-10.0, 10.0}};
    SpikeTrains trains;
    for (int k = 0; k < 300; ++k) trains.pre_ms.push_back(5.0 + 10.0 * k);
    for (int k = 0; k < 300; ++k) {
        if (k % 5 == 0 || (k >= 100 && k < 200)) trains.post_ms.push_back(10.0 + 10.0 * k);
    }
    std::array<double, 3> weights{};
    for (const int second : {1, 2, 3}) {
        SpikeTrains until = trains;
        std::erase_if(until.pre_ms, [&](double t) { return t > 1000.0 * second; });
        std::erase_if(until.post_ms, [&](double t) { return t > 1000.0 * second; });
        RateDerivative synapse(p, 0.0);
        test::drive(synapse, until, 1000.0 * second);
        weights[static_cast<std::size_t>(second - 1)] = synapse.weight();
    }
    REQUIRE(weights[1] - weights[0] > 0.01);
    REQUIRE(weights[2] - weights[1] < -0.01);
    REQUIRE_THAT(weights[2] - weights[0], WithinAbs(0.0, 0.1 * (weights[1] - weights[0])));
}

TEST_CASE("RateDerivative: bounds hold for every sign, halves equal the whole, parts add up", "[sim][stdp][rate]") {
    std::mt19937_64 random(72);
    const SpikeTrains trains = test::random_trains(50.0, 3000.0, 0.2, random);
    for (const double rate : {0.4, -0.4}) {
        for (const WeightBounds& bounds :
             {WeightBounds{0.0, 0.02}, WeightBounds{-0.02, 0.0}, WeightBounds{-0.01, 0.01}}) {
            const RateDerivativeParams p{.learning_rate = rate, .bounds = bounds};
            RateDerivative whole(p, 0.0);
            RateDerivative halves(p, 0.0);
            bool was_low = false;
            bool was_high = false;
            test::drive(whole, trains, 3000.0, 1, [&](double, const WeightChange& change) {
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
            REQUIRE(was_low);
            REQUIRE(was_high);
            test::drive(halves, trains, 3000.0, 2);
            REQUIRE_THAT(halves.weight(), WithinAbs(whole.weight(), test::kPairSums));
        }
    }
}

TEST_CASE("RateDerivative: refuses parameters by name", "[sim][stdp][rate]") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    test::require_refused("learning_rate", [&] { RateDerivative({.learning_rate = nan}, 0.5); });
    test::require_refused("tau_pre_ms", [] { RateDerivative({.tau_pre_ms = 0.0}, 0.5); });
    test::require_refused("tau_rate_ms", [&] { RateDerivative({.tau_rate_ms = nan}, 0.5); });
    test::require_refused("w_max", [] { RateDerivative({.bounds = {1.0, -1.0}}, 0.5); });
    test::require_refused("initial_weight", [&] { RateDerivative({}, nan); });
}
