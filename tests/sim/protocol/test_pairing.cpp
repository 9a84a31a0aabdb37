#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "analysis/classify/category.hpp"
#include "sim/plasticity/calcium_plasticity.hpp"
#include "sim/plasticity/inhibitory_stdp.hpp"
#include "sim/plasticity/pre_post_factors.hpp"
#include "sim/plasticity/rate_derivative.hpp"
#include "sim/plasticity/reward_stdp.hpp"
#include "sim/plasticity/table_stdp.hpp"
#include "sim/plasticity/triplet_stdp.hpp"
#include "sim/plasticity/voltage_stdp.hpp"
#include "sim/protocol/pairing.hpp"
#include "sim/protocol/pairing_presets.hpp"
#include "tests/sim/plasticity/spike_trains.hpp"

using namespace stdpscope;
using namespace stdpscope::sim;
using analysis::Category;
using Catch::Matchers::WithinAbs;

namespace {

/// S4-pair: 60 pairings at 1 Hz, delta in {-100 .. -1, 1 .. 100} ms, w(0) = 1 in [0, 2]. The mark is 1e-6 of full scale
/// (2); rounding of 60 sums leaves 1e-13.
constexpr int kPairings = 60;
constexpr double kRounding = 1e-12;

/// Largest error over all deltas of the weight after the protocol against `wanted(delta)`.
template <class Make, class Wanted>
double largest_error(Make&& make, Wanted&& wanted, const SynapticDelays& delays = {}, double tail_ms = 1000.0) {
    double largest = 0.0;
    for (int delta = -100; delta <= 100; ++delta) {
        if (delta == 0) continue;
        auto synapse = make();
        const PairingResult result = run_pairing(
            synapse,
            {.delta_ms = 1.0 * delta, .repetitions = kPairings, .rate_hz = 1.0, .delays = delays, .tail_ms = tail_ms});
        const double error = std::abs(result.weight_after - result.weight_before - wanted(1.0 * delta));
        largest = std::max(largest, error);
    }
    return largest;
}

/// Sum over the later pairings of the exponential that carries one pairing's trace to the next: pairings 1 s apart.
double geometric(int terms, double tau_ms) {
    double sum = 0.0;
    for (int k = 1; k <= terms; ++k) sum += std::exp(-1000.0 * k / tau_ms);
    return sum;
}

Category category_of_part(double delta_ms, double change) {
    return analysis::category_of(analysis::sign_of(delta_ms), analysis::sign_of(change));
}

}  // namespace

TEST_CASE("S4-pair: PairStdp meets the analytic window, delays of 0 included", "[sim][pairing]") {
    const PairStdpParams params{
        .pre_post_potentiation = {0.005, 20.0}, .post_pre_depression = {0.00525, 20.0}, .bounds = {0.0, 2.0}};
    const auto window = [](double delta_ms) {
        return delta_ms > 0.0   ? 60 * 0.005 * std::exp(-delta_ms / 20.0)
               : delta_ms < 0.0 ? -60 * 0.00525 * std::exp(delta_ms / 20.0)
                                : 0.0;
    };
    const auto make = [&] { return PairStdp(params, 1.0); };
    REQUIRE(largest_error(make, window) < kRounding);
    // Pairings 1 s apart leave one partner on each side: every pairing scheme is the same.
    for (const Pairing pairing : {Pairing::nearest_symmetric, Pairing::nearest_pre_centred, Pairing::nearest_reduced}) {
        PairStdpParams nearest = params;
        nearest.pairing = pairing;
        REQUIRE(largest_error([&] { return PairStdp(nearest, 1.0); }, window) < kRounding);
    }
    const SynapticDelays delays{.axonal_ms = 3.0, .dendritic_ms = 0.5};
    REQUIRE(largest_error(
                make, [&](double delta_ms) { return window(delta_ms - 2.5); }, delays) < kRounding);
    const SynapticDelays equal{.axonal_ms = 0.8, .dendritic_ms = 0.8};
    REQUIRE(largest_error(make, window, equal) < kRounding);
    const SynapticDelays shift{.axonal_ms = 7.0};  // delta = 7 arrives at the same time: no pair
    REQUIRE(largest_error(
                make, [&](double delta_ms) { return window(delta_ms - 7.0); }, shift) < kRounding);
}

TEST_CASE("S4-pair: every other rule with a closed form meets it", "[sim][pairing]") {
    const WeightBounds wide{-100.0, 100.0};
    SECTION("TableStdp: 60 times the table") {
        const TableStdpParams params{
            .window = {{-100.0, 0.0}, {-10.0, -0.004}, {0.0, 0.001}, {30.0, 0.005}, {90.0, 0.0}}, .bounds = {0.0, 2.0}};
        const TableStdp table(params, 1.0);
        REQUIRE(largest_error([&] { return TableStdp(params, 1.0); },
                              [&](double delta_ms) { return 60 * table.window(delta_ms); }) < kRounding);
    }
    SECTION("InhibitoryStdp: symmetric window less alpha, and pairs with the other pairings") {
        const InhibitoryStdpParams params{.bounds = wide};
        const auto wanted = [&](double delta_ms) {
            return 0.01 * 60 * (std::exp(-std::abs(delta_ms) / 20.0) - 2 * 0.003 * 20.0);
        };
        // The next pairing's share is exp(-900 / 20) = 3e-20 at most.
        REQUIRE(largest_error([&] { return InhibitoryStdp(params, 0.0); }, wanted) < kRounding);
    }
    SECTION("RateDerivative: the window of its two exponentials") {
        const RateDerivativeParams params{.bounds = wide};
        const auto wanted = [&](double delta_ms) {
            return 60 * std::copysign(0.2 / 40.0 * std::exp(-std::abs(delta_ms) / 20.0), delta_ms);
        };
        REQUIRE(largest_error([&] { return RateDerivative(params, 0.0); }, wanted) < kRounding);
    }
    SECTION("TripletStdp: pairs, and triplets with all earlier pairings") {
        TripletStdpParams params = TripletStdpParams::hippocampal_full(TripletPairing::all_to_all);
        params.bounds = wide;
        const auto wanted = [&](double delta_ms) {
            const auto trace = [&](int k, double offset_ms, double tau_ms) {
                // k earlier pairings at offset + 1000, 2000, ... ms, and this one at `offset_ms` if > 0.
                const double now = offset_ms > 0.0 ? std::exp(-offset_ms / tau_ms) : 0.0;
                return now + std::exp(-offset_ms / tau_ms) * geometric(k, tau_ms);
            };
            double sum = 0.0;
            for (int k = 0; k < kPairings; ++k) {
                sum -= trace(k, -delta_ms, params.tau_minus_ms) *
                       (params.a2_minus + params.a3_minus * geometric(k, params.tau_x_ms));
                sum += trace(k, delta_ms, params.tau_plus_ms) *
                       (params.a2_plus + params.a3_plus * geometric(k, params.tau_y_ms));
            }
            return sum;
        };
        REQUIRE(largest_error([&] { return TripletStdp(params, 0.0); }, wanted) < kRounding);
    }
    SECTION("PrePostFactors: pairs and triplets with all earlier pairings, in each factor") {
        PrePostFactorsParams params;
        params.d_minus *= 0.01;  // away from the bounds
        params.d_plus *= 0.01;
        params.c_plus *= 0.01;
        const auto wanted = [&](double delta_ms) {
            const auto trace = [&](int k, double offset_ms, double tau_ms) {
                return std::exp(-offset_ms / tau_ms) * ((offset_ms > 0.0 ? 1.0 : 0.0) + geometric(k, tau_ms));
            };
            double release = 0.5;
            double amplitude = 1.0;
            for (int k = 0; k < kPairings; ++k) {
                const double y_plus = trace(k, -delta_ms, params.tau_y_plus_ms);
                const double y_minus = trace(k, -delta_ms, params.tau_y_minus_ms);
                release += y_plus * (params.d_plus * geometric(k, params.tau_x_plus_ms) - params.d_minus * y_minus);
                amplitude +=
                    params.c_plus * trace(k, delta_ms, params.tau_x_plus_ms) * geometric(k, params.tau_y_minus_ms);
            }
            return release * amplitude - 0.5;
        };
        REQUIRE(largest_error([&] { return PrePostFactors(params, 0.5, 1.0); }, wanted) < kRounding);
    }
    SECTION("CalciumPlasticity: times above the thresholds after each of a pairing's two influxes") {
        CalciumPlasticityParams params;
        params.bistability = Bistability::off;
        const auto wanted = [&](double delta_ms) {
            const double lag_ms = delta_ms - params.pre_delay_ms;  // of the postsynaptic influx behind the other
            const double first = lag_ms > 0.0 ? params.c_pre : params.c_post;
            const double gap_ms = std::abs(lag_ms);
            const double second = first * std::exp(-gap_ms / 20.0) + params.c_pre + params.c_post - first;
            double rho = 0.5;
            const auto after = [&](double calcium, double for_ms) {
                const double p_ms = std::clamp(20.0 * std::log(calcium / 1.3), 0.0, for_ms);
                const double d_ms = std::clamp(20.0 * std::log(calcium / 1.0), 0.0, for_ms) - p_ms;
                const double rest = 321.808 / 521.808;
                rho = rest + (rho - rest) * std::exp(-521.808 * p_ms / 150e3);
                rho *= std::exp(-200.0 * d_ms / 150e3);
            };
            for (int k = 0; k < kPairings; ++k) {
                after(first, gap_ms);
                after(second, 500.0);
            }
            return rho - 0.5;
        };
        REQUIRE(largest_error([&] { return CalciumPlasticity(params, 0.5); }, wanted) < kRounding);
    }
    SECTION("RewardStdp: each pairing's eligibility times each reward's dopamine") {
        const RewardStdpParams params{.learning_rate = 1e-4, .bounds = wide};
        for (const double delta_ms : {-20.0, 20.0}) {
            RewardStdp synapse(params, 0.0);
            run_pairing(synapse, {.delta_ms = delta_ms, .tail_ms = 1e5, .reward = 0.5, .reward_delay_ms = 400.0});
            const double mark = delta_ms > 0.0 ? 0.1 * std::exp(-1.0) : -0.15 * std::exp(-1.0);
            double sum = 0.0;
            for (int pair = 0; pair < kPairings; ++pair) {
                for (int reward = 0; reward < kPairings; ++reward) {
                    const double lag = 1000.0 * (reward - pair) + 400.0;
                    sum += lag > 0.0 ? std::exp(-lag / 1000.0) : std::exp(lag / 200.0);
                }
            }
            const double wanted = 1e-4 * mark * 0.5 * sum * 1000.0 * 200.0 / 1200.0;
            REQUIRE_THAT(synapse.weight(), WithinAbs(wanted, kRounding));
        }
    }
}

TEST_CASE("Pairing: the voltage rule sees forced spikes: post-pre depresses, pre-post potentiates", "[sim][pairing]") {
    const auto change = [](double delta_ms) {
        VoltageStdp synapse({.bounds = {0.0, 2.0}}, 1.0);
        return run_pairing(synapse, {.delta_ms = delta_ms}).change;
    };
    for (const double delta_ms : {2.0, 5.0, 10.0}) {
        REQUIRE(change(delta_ms).pre_first > 0.0);
        REQUIRE(category_of_part(delta_ms, change(delta_ms).update) == Category::pre_post_potentiation);
        REQUIRE(change(-delta_ms).post_first < 0.0);
        REQUIRE(category_of_part(-delta_ms, change(-delta_ms).update) == Category::post_pre_depression);
    }
}

TEST_CASE("Pairing: each published experiment gives the category of Table 5 that it should, at every delta",
          "[sim][pairing]") {
    struct Wanted {
        Category pre_first;
        Category post_first;
    };
    using C = Category;
    const std::map<std::string, Wanted> wanted = {
        {"bi-poo-1998", {C::pre_post_potentiation, C::post_pre_depression}},
        {"table5-pre-post-potentiation", {C::pre_post_potentiation, C::unchanged}},
        {"table5-pre-post-depression", {C::pre_post_depression, C::unchanged}},
        {"table5-post-pre-potentiation", {C::unchanged, C::post_pre_potentiation}},
        {"table5-post-pre-depression", {C::unchanged, C::post_pre_depression}},
        {"bell-1997", {C::pre_post_depression, C::post_pre_potentiation}},
        {"letzkus-2006-proximal", {C::pre_post_potentiation, C::post_pre_depression}},
        {"letzkus-2006-distal", {C::pre_post_depression, C::post_pre_potentiation}},
        {"fino-2010", {C::pre_post_depression, C::post_pre_potentiation}},
    };
    int experiments = 0;
    for (PairingExperiment experiment : pairing_experiments()) {
        CAPTURE(experiment.name);
        const Wanted& should = wanted.at(experiment.name);
        ++experiments;
        experiment.rule.listing = PairListing::on;
        for (const double delta_ms : experiment.deltas_ms) {
            CAPTURE(delta_ms);
            PairingProtocol protocol = experiment.protocol;
            protocol.delta_ms = delta_ms;
            PairStdp synapse(experiment.rule, experiment.initial_weight);
            const PairingResult result = run_pairing(synapse, protocol, [&](const WeightChange& change) {
                // Each part of each change, and each pair that it is made of.
                if (change.pre_first != 0.0) REQUIRE(category_of_part(+1.0, change.pre_first) == should.pre_first);
                if (change.post_first != 0.0) REQUIRE(category_of_part(-1.0, change.post_first) == should.post_first);
                for (const PairShare& share : synapse.pairs()) {
                    if (share.update == 0.0) continue;
                    REQUIRE(category_of_part(share.pair.delta_ms(), share.update) ==
                            (share.pair.delta_ms() >= 0.0 ? should.pre_first : should.post_first));
                }
            });
            // And the experiment as a whole. A flat side shows the pairs across pairings alone, below exp(-900 / 20).
            const Category side = delta_ms >= 0.0 ? should.pre_first : should.post_first;
            if (side == C::unchanged) {
                REQUIRE_THAT(result.change.update, WithinAbs(0.0, 1e-18));
            } else {
                REQUIRE(category_of_part(delta_ms, result.weight_after - result.weight_before) == side);
                REQUIRE(std::abs(result.change.update) > 1e-4);
            }
            REQUIRE_THAT(run_experiment(experiment, delta_ms).weight_after, WithinAbs(result.weight_after, 0.0));
        }
    }
    REQUIRE(experiments == static_cast<int>(wanted.size()));
}

TEST_CASE("Pairing: Bi & Poo's window ends near +69 % at +2 ms and -26 % at -2 ms", "[sim][pairing]") {
    REQUIRE_THAT(run_experiment(bi_poo_1998(), 2.0).weight_after,
                 WithinAbs(1.0 + 0.777 * std::exp(-2.0 / 16.8), 1e-12));
    REQUIRE_THAT(run_experiment(bi_poo_1998(), -2.0).weight_after,
                 WithinAbs(1.0 - 0.273 * std::exp(-2.0 / 33.7), 1e-12));
}

TEST_CASE("steps_of: arrivals, delays, the forced spike and the reward, each at its time", "[sim][pairing]") {
    // Pre at 0 + 2, post at 10 + 1: 9 ms apart at the synapse; spike 3 ms wide; reward 5 ms after the second arrival.
    const std::vector<ProtocolStep> steps = steps_of({.delta_ms = 10.0,
                                                      .repetitions = 2,
                                                      .rate_hz = 10.0,
                                                      .delays = {.axonal_ms = 2.0, .dendritic_ms = 1.0},
                                                      .tail_ms = 50.0,
                                                      .reward = 0.7,
                                                      .reward_delay_ms = 5.0,
                                                      .spike_width_ms = 3.0});
    REQUIRE(steps.size() == 9);
    const std::array times = {0.0, 9.0, 12.0, 14.0, 100.0, 109.0, 112.0, 114.0, 164.0};
    double now = 0.0;
    for (std::size_t k = 0; k < steps.size(); ++k) {
        CAPTURE(k);
        now += steps[k].dt_ms;
        REQUIRE_THAT(now, WithinAbs(times[k], 1e-9));
        REQUIRE(steps[k].input.pre_spike == (k % 4 == 0 && k < 8));
        REQUIRE(steps[k].input.post_spike == (k % 4 == 1));
        REQUIRE(steps[k].input.reward == (k % 4 == 3 ? 0.7 : 0.0));
        REQUIRE(steps[k].input.post_v_mv == (k % 4 == 2 ? 33.0 : -70.6));
    }
    // Arrivals at the same time are one step.
    const std::vector<ProtocolStep> together =
        steps_of({.delta_ms = 0.1, .repetitions = 1, .delays = {.axonal_ms = 0.1}});
    REQUIRE(together.front().input.pre_spike);
    REQUIRE(together.front().input.post_spike);
    REQUIRE(together.size() == 3);
}

TEST_CASE("Pairing: bursts: two post spikes around a pre spike are the triplet of Pfister & Gerstner",
          "[sim][pairing]") {
    TripletStdpParams params = TripletStdpParams::hippocampal_full(TripletPairing::all_to_all);
    params.bounds = {-1.0, 1.0};
    TripletStdp synapse(params, 0.0);
    run_pairing(synapse, {.delta_ms = -5.0, .repetitions = 1, .post_spikes = 2, .burst_interval_ms = 15.0});
    const double wanted =
        -params.a2_minus * std::exp(-5.0 / params.tau_minus_ms) +
        std::exp(-10.0 / params.tau_plus_ms) * (params.a2_plus + params.a3_plus * std::exp(-15.0 / params.tau_y_ms));
    REQUIRE_THAT(synapse.weight(), WithinAbs(wanted, kRounding));

    // Three pre spikes from the second of which on one post spike: 0, 5, 10 and 5 ms.
    PairStdp pairs({.pre_post_potentiation = {0.01, 20.0}, .post_pre_depression = {0.02, 20.0}, .bounds = {-1.0, 1.0}},
                   0.0);
    run_pairing(pairs, {.delta_ms = 5.0, .repetitions = 1, .pre_spikes = 3});
    REQUIRE_THAT(pairs.weight(), WithinAbs((0.01 - 0.02) * std::exp(-5.0 / 20.0), kRounding));
}

TEST_CASE("steps_of: refuses protocols by the name of the setting", "[sim][pairing]") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    test::require_refused("delta_ms", [&] { (void)steps_of({.delta_ms = nan}); });
    test::require_refused("repetitions", [] { (void)steps_of({.repetitions = 0}); });
    test::require_refused("pre_spikes", [] { (void)steps_of({.pre_spikes = 0}); });
    test::require_refused("post_spikes", [] { (void)steps_of({.post_spikes = -1}); });
    test::require_refused("burst_interval_ms", [] { (void)steps_of({.burst_interval_ms = 0.0}); });
    test::require_refused("rate_hz", [] { (void)steps_of({.rate_hz = 0.0}); });
    test::require_refused("axonal_ms", [] { (void)steps_of({.delays = {.axonal_ms = -0.1}}); });
    test::require_refused("dendritic_ms", [&] { (void)steps_of({.delays = {.dendritic_ms = nan}}); });
    test::require_refused("tail_ms", [] { (void)steps_of({.tail_ms = -1.0}); });
    test::require_refused("reward", [&] { (void)steps_of({.reward = nan}); });
    test::require_refused("reward_delay_ms", [] { (void)steps_of({.reward_delay_ms = -1.0}); });
    test::require_refused("spike_v_mv", [&] { (void)steps_of({.spike_v_mv = nan}); });
    test::require_refused("spike_width_ms", [] { (void)steps_of({.spike_width_ms = 0.0}); });
}
