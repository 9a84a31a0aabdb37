#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "sim/plasticity/pair_stdp.hpp"
#include "sim/plasticity/table_stdp.hpp"
#include "spike_trains.hpp"

using namespace stdpscope;
using namespace stdpscope::sim;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using test::SpikeTrains;

namespace {

/// A window of no simple form: signs change on both sides, and the two sides differ.
TableStdpParams crooked() {
    return {
        .window = {{-60.0, 0.0}, {-25.0, 0.02}, {-3.0, -0.05}, {0.0, 0.01}, {0.5, 0.08}, {20.0, -0.01}, {45.0, 0.004}},
        .bounds = {-1e6, 1e6}};
}

/// Interpolation by walking through all intervals.
double slow_window(const std::vector<WindowPoint>& points, double delta_ms) {
    for (std::size_t k = 0; k + 1 < points.size(); ++k) {
        const WindowPoint& a = points[k];
        const WindowPoint& b = points[k + 1];
        if (delta_ms < a.delta_ms || delta_ms > b.delta_ms) continue;
        return (a.update * (b.delta_ms - delta_ms) + b.update * (delta_ms - a.delta_ms)) / (b.delta_ms - a.delta_ms);
    }
    return 0.0;
}

/// The sum over all spike pairs, event by event, with bounds.
double reference_weight(const TableStdpParams& params, const SpikeTrains& trains, double weight) {
    for (const test::SpikeEvent& event : test::events_of(trains)) {
        double sum = 0.0;
        for (const double pre : trains.pre_ms) {
            for (const double post : trains.post_ms) {
                if (std::max(pre, post) == event.time_ms) sum += slow_window(params.window, post - pre);
            }
        }
        weight = std::clamp(weight + sum, params.bounds.min, params.bounds.max);
    }
    return weight;
}

}  // namespace

TEST_CASE("TableStdp: the window holds at its points, between them, at its edges and outside", "[sim][stdp]") {
    const TableStdp synapse(crooked(), 0.0);
    for (const WindowPoint& point : crooked().window) {
        REQUIRE_THAT(synapse.window(point.delta_ms), WithinAbs(point.update, 1e-16));
    }
    REQUIRE_THAT(synapse.window(-14.0), WithinAbs(-0.015, 1e-15));
    REQUIRE_THAT(synapse.window(0.25), WithinAbs(0.045, 1e-15));
    REQUIRE(synapse.window(45.1) == 0.0);
    REQUIRE(synapse.window(-60.1) == 0.0);
    REQUIRE(synapse.window(std::numeric_limits<double>::quiet_NaN()) == 0.0);
}

TEST_CASE("TableStdp: a single pair changes the weight by the window, one at the same time by W(0)", "[sim][stdp]") {
    const double delta_ms = GENERATE(-61.0, -60.0, -30.0, -0.1, 0.0, 0.1, 30.0, 45.0, 46.0);
    TableStdp synapse(crooked(), 0.0);
    test::one_pair(synapse, delta_ms);
    REQUIRE_THAT(synapse.weight(), WithinAbs(slow_window(crooked().window, delta_ms), 1e-15));
}

TEST_CASE("TableStdp: equal to the sum over all spike pairs, with and without coincidences and bounds", "[sim][stdp]") {
    std::mt19937_64 random(30);
    for (const double coinciding : {0.0, 0.5}) {
        for (const WeightBounds& bounds : {WeightBounds{-1e6, 1e6}, WeightBounds{-0.1, 0.1}}) {
            CAPTURE(coinciding, bounds.max);
            TableStdpParams params = crooked();
            params.bounds = bounds;
            const SpikeTrains trains = test::random_trains(40.0, 3000.0, coinciding, random);
            TableStdp synapse(params, 0.05);
            test::drive(synapse, trains, 3000.0);
            // At a grid of 0.1 ms a delta may round across a corner, where W is continuous.
            REQUIRE_THAT(synapse.weight(), WithinAbs(reference_weight(params, trains, 0.05), test::kPairSums));
        }
    }
}

TEST_CASE("TableStdp: a finely sampled exponential window gives PairStdp, in every pairing", "[sim][stdp]") {
    std::mt19937_64 random(31);
    const SpikeTrains trains = test::random_trains(30.0, 2000.0, 0.2, random);
    for (const Pairing pairing :
         {Pairing::all_to_all, Pairing::nearest_symmetric, Pairing::nearest_pre_centred, Pairing::nearest_reduced}) {
        PairStdpParams pair_params;
        pair_params.pairing = pairing;
        pair_params.tie = Tie::pre_first;
        pair_params.bounds = {-10.0, 10.0};
        TableStdpParams table_params{.window = {}, .pairing = pairing, .bounds = pair_params.bounds};
        for (int k = -10000; k < 0; ++k) {
            table_params.window.push_back({0.1 * k, -0.00525 * std::exp(0.1 * k / 20.0)});
        }
        table_params.window.push_back({-1e-9, -0.00525});
        for (int k = 0; k <= 10000; ++k) {
            table_params.window.push_back({0.1 * k, 0.005 * std::exp(-0.1 * k / 20.0)});
        }
        PairStdp pair_rule(pair_params, 0.0);
        TableStdp table_rule(table_params, 0.0);
        test::drive(pair_rule, trains, 2000.0);
        test::drive(table_rule, trains, 2000.0);
        CAPTURE(static_cast<int>(pairing));
        REQUIRE_THAT(table_rule.weight(), WithinAbs(pair_rule.weight(), 1e-9));
    }
}

TEST_CASE("TableStdp: the weight leaves its bounds on neither side, parts and pairs add up", "[sim][stdp]") {
    std::mt19937_64 random(32);
    const SpikeTrains trains = test::random_trains(60.0, 2000.0, 0.3, random);
    const auto bounds = GENERATE(WeightBounds{0.0, 0.1}, WeightBounds{-0.1, 0.0}, WeightBounds{-0.02, 0.05});
    TableStdpParams params = crooked();
    params.bounds = bounds;
    params.listing = PairListing::on;
    TableStdp synapse(params, 0.0);
    bool was_low = false;
    bool was_high = false;
    test::drive(synapse, trains, 2000.0, 2, [&](double, const WeightChange& change) {
        REQUIRE(synapse.weight() >= bounds.min);
        REQUIRE(synapse.weight() <= bounds.max);
        was_low = was_low || synapse.weight() == bounds.min;
        was_high = was_high || synapse.weight() == bounds.max;
        double pre_first = 0.0;
        double post_first = 0.0;
        for (const PairShare& share : synapse.pairs()) {
            (share.pair.delta_ms() >= 0.0 ? pre_first : post_first) += share.update;
        }
        REQUIRE_THAT(change.pre_first, WithinAbs(pre_first, 1e-13));
        REQUIRE_THAT(change.post_first, WithinAbs(post_first, 1e-13));
        REQUIRE_THAT(change.update, WithinAbs(pre_first + post_first, 1e-13));
    });
    REQUIRE(was_low);
    REQUIRE(was_high);
}

TEST_CASE("TableStdp: refuses tables by the name of the point", "[sim][stdp]") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto refused = [](const std::string& name, std::vector<WindowPoint> window) {
        test::require_refused(name, [&] { TableStdp({.window = std::move(window)}, 0.5); });
    };
    refused("window", {});
    refused("window", {{0.0, 1.0}});
    refused("window[1].delta_ms", {{0.0, 1.0}, {0.0, 2.0}});
    refused("window[2].delta_ms", {{0.0, 1.0}, {2.0, 2.0}, {1.0, 0.0}});
    refused("window[1].delta_ms", {{0.0, 1.0}, {nan, 2.0}});
    refused("window[0].update", {{0.0, nan}, {1.0, 2.0}});
    test::require_refused("initial_weight", [] { TableStdp({.window = {{0.0, 0.0}, {1.0, 0.0}}}, 2.0); });
}
