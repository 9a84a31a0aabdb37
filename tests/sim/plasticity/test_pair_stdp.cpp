#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numeric>

#include "sim/plasticity/pair_stdp.hpp"
#include "spike_trains.hpp"

using namespace stdpscope;
using namespace stdpscope::sim;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using test::SpikeTrains;

namespace {

constexpr std::array kPairings = {Pairing::all_to_all, Pairing::nearest_symmetric, Pairing::nearest_pre_centred,
                                  Pairing::nearest_reduced};
constexpr std::array kTies = {Tie::no_pair, Tie::pre_first};

/// Four quadrants at once, all different: the window changes sign on both sides.
PairStdpParams four_quadrants() {
    return {.pre_post_potentiation = {0.011, 17.0},
            .pre_post_depression = {0.007, 41.0},
            .post_pre_potentiation = {0.005, 9.0},
            .post_pre_depression = {0.0083, 33.0},
            .bounds = {-1e6, 1e6}};
}

/// Whether pre spike i and post spike j form a pair, by the words of Pairing and Tie, from the whole trains.
bool is_pair(const SpikeTrains& trains, std::size_t i, std::size_t j, Pairing pairing, Tie tie) {
    const double pre = trains.pre_ms[i];
    const double post = trains.post_ms[j];
    const bool meet = tie == Tie::pre_first;
    if (pre == post) return meet;
    // Spikes of one train strictly between the two.
    const auto between = [&](const std::vector<double>& train) {
        return std::any_of(train.begin(), train.end(),
                           [&](double t) { return t > std::min(pre, post) && t < std::max(pre, post); });
    };
    const auto contains = [](const std::vector<double>& train, double time) {
        return std::find(train.begin(), train.end(), time) != train.end();
    };
    // With ties as pairs, a spike at the very time of the other neuron's spike is met first: it hides older ones.
    const bool pre_hides = meet && pre < post && contains(trains.pre_ms, post);
    const bool post_hides = meet && pre < post && contains(trains.post_ms, pre);
    switch (pairing) {
        case Pairing::all_to_all:
            return true;
        case Pairing::nearest_symmetric:
            return pre < post ? !between(trains.pre_ms) && !pre_hides : !between(trains.post_ms);
        case Pairing::nearest_pre_centred:
            return pre < post ? !between(trains.post_ms) && !post_hides : !between(trains.post_ms);
        case Pairing::nearest_reduced:
            return !between(trains.pre_ms) && !between(trains.post_ms) && !pre_hides && !post_hides;
    }
    return false;
}

double window(const PairStdpParams& params, double delta_ms, double up = 1.0, double down = 1.0) {
    const auto side = [&](const Quadrant& plus, const Quadrant& minus) {
        return up * plus.amplitude * std::exp(-std::abs(delta_ms) / plus.tau_ms) -
               down * minus.amplitude * std::exp(-std::abs(delta_ms) / minus.tau_ms);
    };
    return delta_ms >= 0.0 ? side(params.pre_post_potentiation, params.pre_post_depression)
                           : side(params.post_pre_potentiation, params.post_pre_depression);
}

/// The slow reference: walks the events in time and sums the window over all pairs that close at each, at the weight
/// before the event; bounds after each event.
double reference_weight(const PairStdpParams& params, const SpikeTrains& trains, double weight) {
    for (const test::SpikeEvent& event : test::events_of(trains)) {
        const double u = (weight - params.bounds.min) / (params.bounds.max - params.bounds.min);
        const double v = (weight - params.bounds.min) / params.dependence.reference_weight;
        const bool soft = params.dependence.scaling == WeightScaling::soft_bounds;
        const double up = std::pow(soft ? 1.0 - u : v, params.dependence.mu_plus);
        const double down = std::pow(soft ? u : v, params.dependence.mu_minus);
        double sum = 0.0;
        for (std::size_t i = 0; i < trains.pre_ms.size(); ++i) {
            for (std::size_t j = 0; j < trains.post_ms.size(); ++j) {
                if (std::max(trains.pre_ms[i], trains.post_ms[j]) != event.time_ms) continue;
                if (!is_pair(trains, i, j, params.pairing, params.tie)) continue;
                sum += window(params, trains.post_ms[j] - trains.pre_ms[i], up, down);
            }
        }
        weight = std::clamp(weight + sum, params.bounds.min, params.bounds.max);
    }
    return weight;
}

}  // namespace

TEST_CASE("PairStdp: a single pair of any delta changes the weight by the window", "[sim][stdp]") {
    const PairStdpParams params = four_quadrants();
    const double delta_ms = GENERATE(-300.0, -10.0, -1.0, -0.1, 0.1, 1.0, 10.0, 300.0);
    PairStdp synapse(params, /*initial_weight=*/0.0);  // 0, so that no digits cancel
    test::one_pair(synapse, delta_ms);
    REQUIRE_THAT(synapse.weight(), WithinRel(window(params, delta_ms), 1e-12));
}

TEST_CASE("PairStdp: spikes of the same step form no pair, or one of delta 0", "[sim][stdp]") {
    PairStdpParams params = four_quadrants();
    PairStdp apart(params, 0.0);
    test::one_pair(apart, 0.0);
    REQUIRE(apart.weight() == 0.0);
    params.tie = Tie::pre_first;
    PairStdp together(params, 0.0);
    test::one_pair(together, 0.0);
    REQUIRE_THAT(together.weight(), WithinRel(window(params, 0.0), 1e-12));
}

TEST_CASE("PairStdp: repeated pairs under weight dependence follow their geometric series", "[sim][stdp]") {
    // n pairs, far apart: the distance to the bound (soft bounds) or the weight (power law) shrinks by one factor each.
    const int n = 60;
    const double delta_ms = GENERATE(-8.0, 8.0);
    const double size = std::exp(-8.0 / 20.0) * (delta_ms > 0.0 ? 0.05 : 0.0525);
    const auto weight_after = [&](const WeightDependence& dependence) {
        PairStdp synapse({.pre_post_potentiation = {0.05, 20.0},
                          .post_pre_depression = {0.0525, 20.0},
                          .dependence = dependence,
                          .bounds = {-1.0, 3.0}},
                         0.5);
        for (int k = 0; k < n; ++k) {
            synapse.step(2000.0, {});
            test::one_pair(synapse, delta_ms);
        }
        return synapse.weight();
    };
    const double kept = std::pow(1.0 - size / 4.0, n);  // both bounds at mu = 1, range 4
    REQUIRE_THAT(weight_after(WeightDependence::multiplicative()),
                 WithinRel(delta_ms > 0.0 ? 3.0 - 2.5 * kept : -1.0 + 1.5 * kept, 1e-12));
    const double scaled = std::pow(1.0 - size / 2.0, n);  // from w_min, in units of 2
    REQUIRE_THAT(weight_after(WeightDependence::van_rossum(2.0)),
                 WithinRel(delta_ms > 0.0 ? std::min(0.5 + n * size, 3.0) : -1.0 + 1.5 * scaled, 1e-12));
    REQUIRE_THAT(weight_after(WeightDependence::additive()),
                 WithinRel(delta_ms > 0.0 ? std::min(0.5 + n * size, 3.0) : std::max(0.5 - n * size, -1.0), 1e-12));
    // One pair alone: Guetig's and Morrison's powers, 1.5 above w_min, 2.5 below w_max.
    const auto after_one = [&](const WeightDependence& dependence) {
        PairStdp synapse({.pre_post_potentiation = {0.05, 20.0},
                          .post_pre_depression = {0.0525, 20.0},
                          .dependence = dependence,
                          .bounds = {-1.0, 3.0}},
                         0.5);
        test::one_pair(synapse, delta_ms);
        return synapse.weight();
    };
    const double sign = delta_ms > 0.0 ? 1.0 : -1.0;
    REQUIRE_THAT(after_one(WeightDependence::guetig(0.3)),
                 WithinRel(0.5 + sign * size * std::pow((delta_ms > 0.0 ? 2.5 : 1.5) / 4.0, 0.3), 1e-12));
    REQUIRE_THAT(after_one(WeightDependence::power_law(0.4, 2.0)),
                 WithinRel(0.5 + sign * size * std::pow(1.5 / 2.0, delta_ms > 0.0 ? 0.4 : 1.0), 1e-12));
}

TEST_CASE("PairStdp: equal to the sum over all spike pairs, in every pairing, with and without coincidences",
          "[sim][stdp]") {
    std::mt19937_64 random(20);
    for (const Pairing pairing : kPairings) {
        for (const Tie tie : kTies) {
            for (const double coinciding : {0.0, 0.5}) {
                CAPTURE(static_cast<int>(pairing), static_cast<int>(tie), coinciding);
                PairStdpParams params = four_quadrants();
                params.pairing = pairing;
                params.tie = tie;
                const SpikeTrains trains = test::random_trains(40.0, 3000.0, coinciding, random);
                PairStdp synapse(params, 0.25);
                test::drive(synapse, trains, 3000.0);
                REQUIRE_THAT(synapse.weight(), WithinAbs(reference_weight(params, trains, 0.25), test::kPairSums));
            }
        }
    }
}

TEST_CASE("PairStdp: equal to the sum over pairs when updates depend on the weight and meet bounds", "[sim][stdp]") {
    std::mt19937_64 random(21);
    const std::array dependences = {WeightDependence::additive(), WeightDependence::multiplicative(),
                                    WeightDependence::van_rossum(0.5), WeightDependence::guetig(0.1),
                                    WeightDependence::power_law(0.4, 0.3)};
    for (const WeightDependence& dependence : dependences) {
        for (const Pairing pairing : kPairings) {
            CAPTURE(dependence.mu_plus, dependence.mu_minus, static_cast<int>(pairing));
            PairStdpParams params = four_quadrants();
            params.pre_post_potentiation.amplitude = 0.2;  // large: bounds are met often
            params.post_pre_depression.amplitude = 0.25;
            params.dependence = dependence;
            params.pairing = pairing;
            params.bounds = {0.0, 1.0};
            const SpikeTrains trains = test::random_trains(30.0, 2000.0, 0.2, random);
            PairStdp synapse(params, 0.5);
            test::drive(synapse, trains, 2000.0);
            // Guetig's exponent below 1 is steep near a bound, where it magnifies rounding.
            REQUIRE_THAT(synapse.weight(), WithinAbs(reference_weight(params, trains, 0.5), 1e-9));
        }
    }
}

TEST_CASE("PairStdp: the weight leaves its bounds on neither side, whatever the window and their signs",
          "[sim][stdp]") {
    std::mt19937_64 random(22);
    const SpikeTrains trains = test::random_trains(50.0, 2000.0, 0.2, random);
    const auto bounds =
        GENERATE(WeightBounds{0.0, 1.0}, WeightBounds{-1.0, 0.0}, WeightBounds{-0.5, 0.25}, WeightBounds{0.0, 0.0});
    const std::array dependences = {WeightDependence::additive(), WeightDependence::multiplicative(),
                                    WeightDependence::guetig(0.05), WeightDependence::power_law(0.4, 0.5)};
    for (int quadrant = 0; quadrant < 4; ++quadrant) {
        for (const WeightDependence& dependence : dependences) {
            if (bounds.min == bounds.max && dependence.mu_plus > 0.0) continue;
            PairStdpParams params{.pre_post_potentiation = {}, .post_pre_depression = {}, .bounds = bounds};
            std::array quadrants = {&params.pre_post_potentiation, &params.pre_post_depression,
                                    &params.post_pre_potentiation, &params.post_pre_depression};
            *quadrants[static_cast<std::size_t>(quadrant)] = {0.4, 20.0};
            params.dependence = dependence;
            PairStdp synapse(params, 0.5 * (bounds.min + bounds.max));
            double lowest = synapse.weight();
            double highest = synapse.weight();
            test::drive(synapse, trains, 2000.0, 1, [&](double, const WeightChange&) {
                lowest = std::min(lowest, synapse.weight());
                highest = std::max(highest, synapse.weight());
            });
            CAPTURE(quadrant, bounds.min, bounds.max, dependence.mu_plus);
            REQUIRE(lowest >= bounds.min);
            REQUIRE(highest <= bounds.max);
            // The additive rule gets as far as the bound that its one quadrant drives it to.
            if (dependence.mu_minus == 0.0) REQUIRE(synapse.weight() == (quadrant % 2 == 0 ? bounds.max : bounds.min));
        }
    }
}

TEST_CASE("PairStdp: two half steps equal one", "[sim][stdp]") {
    std::mt19937_64 random(23);
    const SpikeTrains trains = test::random_trains(30.0, 2000.0, 0.1, random);
    PairStdp whole(four_quadrants(), 0.0);
    PairStdp halves(four_quadrants(), 0.0);
    test::drive(whole, trains, 2000.0, 1);
    test::drive(halves, trains, 2000.0, 2);
    REQUIRE_THAT(halves.weight(), WithinAbs(whole.weight(), test::kPairSums));
}

TEST_CASE("PairStdp: parts and listed pairs of every change add up to it", "[sim][stdp]") {
    std::mt19937_64 random(24);
    const SpikeTrains trains = test::random_trains(50.0, 1500.0, 0.3, random);
    for (const Pairing pairing : kPairings) {
        for (const Tie tie : kTies) {
            CAPTURE(static_cast<int>(pairing), static_cast<int>(tie));
            PairStdpParams params = four_quadrants();
            params.bounds = {-0.02, 0.02};  // narrow: many changes are cut short
            params.pairing = pairing;
            params.tie = tie;
            params.listing = PairListing::on;
            PairStdp synapse(params, 0.0);
            double weight = 0.0;
            std::size_t listed = 0;
            test::drive(synapse, trains, 1500.0, 1, [&](double time_ms, const WeightChange& change) {
                REQUIRE_THAT(synapse.weight() - weight, WithinAbs(change.update, 1e-15));
                weight = synapse.weight();
                double pre_first = 0.0;
                double post_first = 0.0;
                for (const PairShare& share : synapse.pairs()) {
                    (share.pair.delta_ms() >= 0.0 ? pre_first : post_first) += share.update;
                    REQUIRE_THAT(std::max(share.pair.pre_ms, share.pair.post_ms), WithinAbs(time_ms, 1e-9));
                }
                listed += synapse.pairs().size();
                REQUIRE_THAT(change.pre_first, WithinAbs(pre_first, 1e-13));
                REQUIRE_THAT(change.post_first, WithinAbs(post_first, 1e-13));
                REQUIRE_THAT(change.pre_first + change.post_first + change.unpaired, WithinAbs(change.update, 1e-15));
            });
            std::size_t wanted = 0;
            for (std::size_t i = 0; i < trains.pre_ms.size(); ++i) {
                for (std::size_t j = 0; j < trains.post_ms.size(); ++j) {
                    wanted += is_pair(trains, i, j, pairing, tie) ? 1 : 0;
                }
            }
            if (pairing == Pairing::all_to_all) {
                REQUIRE(listed <= wanted);  // pairs more than 40 time constants apart are not listed
            } else {
                REQUIRE(listed == wanted);
            }
        }
    }
}

TEST_CASE("PairStdp: refuses parameters by name", "[sim][stdp]") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto refused = [](const std::string& name, auto change, double initial_weight = 0.5) {
        PairStdpParams params;
        change(params);
        test::require_refused(name, [&] { PairStdp(params, initial_weight); });
    };
    refused("pre_post_potentiation.amplitude", [](auto& p) { p.pre_post_potentiation.amplitude = -0.1; });
    refused("pre_post_depression.tau_ms", [](auto& p) { p.pre_post_depression.tau_ms = 0.0; });
    refused("post_pre_potentiation.tau_ms", [&](auto& p) { p.post_pre_potentiation.tau_ms = nan; });
    refused("post_pre_depression.amplitude", [&](auto& p) { p.post_pre_depression.amplitude = nan; });
    refused("w_max", [](auto& p) { p.bounds = {1.0, 0.0}; });
    refused("w_min", [&](auto& p) { p.bounds = {nan, 0.0}; });
    refused("w_max", [&](auto& p) { p.bounds = {0.0, nan}; });
    refused(
        "initial_weight", [](auto&) {}, 1.5);
    refused(
        "initial_weight", [](auto&) {}, nan);
    refused("mu_plus", [](auto& p) { p.dependence.mu_plus = -1.0; });
    refused("mu_minus", [&](auto& p) { p.dependence.mu_minus = nan; });
    refused("reference_weight", [](auto& p) { p.dependence = WeightDependence::power_law(0.4, 0.0); });
    refused("w_max", [](auto& p) {
        p.dependence = WeightDependence::multiplicative();
        p.bounds.max = std::numeric_limits<double>::infinity();
    });
    PairStdp synapse(PairStdpParams{}, 0.5);
    test::require_refused("dt_ms", [&] { synapse.step(-0.1, {}); });
    test::require_refused("dt_ms", [&] { synapse.step(nan, {}); });
}
