#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "sim/plasticity/reward_stdp.hpp"
#include "spike_trains.hpp"

using namespace stdpscope;
using namespace stdpscope::sim;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;
using test::SpikeTrains;

namespace {

struct Reward {
    double time_ms;
    double amount;
};

/// Drives the rule over trains and rewards together (rewards at times of no spike).
template <class Watch>
void drive(RewardStdp& synapse, const SpikeTrains& trains, const std::vector<Reward>& rewards, double end_ms, int parts,
           Watch&& watch) {
    struct Event {
        double time_ms;
        SynapseInput input;
    };
    std::vector<Event> events;
    for (const test::SpikeEvent& e : test::events_of(trains)) {
        events.push_back({e.time_ms, {.pre_spike = e.pre, .post_spike = e.post}});
    }
    for (const Reward& reward : rewards) events.push_back({reward.time_ms, {.reward = reward.amount}});
    events.push_back({end_ms, {}});
    std::stable_sort(events.begin(), events.end(),
                     [](const Event& a, const Event& b) { return a.time_ms < b.time_ms; });
    double now_ms = 0.0;
    for (const Event& event : events) {
        for (int part = 1; part < parts; ++part) watch(synapse.step((event.time_ms - now_ms) / parts, {}));
        watch(synapse.step((event.time_ms - now_ms) / parts, event.input));
        now_ms = event.time_ms;
    }
}

/// dw = learning_rate * sum over pairs and rewards of the integral of their product: each pair opens an eligibility
/// at its second spike, each reward a pulse of dopamine, and products of exponentials integrate by hand. No bounds.
double reference_weight(const RewardStdpParams& p, const SpikeTrains& trains, const std::vector<Reward>& rewards,
                        double end_ms) {
    const double te = p.tau_eligibility_ms;
    const double td = p.tau_dopamine_ms;
    const double tb = te * td / (te + td);
    double sum = 0.0;
    for (const double pre : trains.pre_ms) {
        for (const double post : trains.post_ms) {
            if (pre == post) continue;
            const double mark = post > pre ? p.a_plus * std::exp(-(post - pre) / p.tau_plus_ms)
                                           : -p.a_minus * std::exp(-(pre - post) / p.tau_minus_ms);
            const double opened = std::max(pre, post);
            sum -= mark * p.baseline * te * (1.0 - std::exp(-(end_ms - opened) / te));
            for (const Reward& reward : rewards) {
                const double from = std::max(opened, reward.time_ms);
                const double product = std::exp(-(from - opened) / te) * std::exp(-(from - reward.time_ms) / td);
                sum += mark * reward.amount * product * tb * (1.0 - std::exp(-(end_ms - from) / tb));
            }
        }
    }
    return p.learning_rate * sum;
}

std::vector<Reward> some_rewards() {
    return {{300.05, 0.5}, {777.77, 1.5}, {1500.03, -0.7}, {1503.01, 2.0}, {2600.06, 0.3}};
}

}  // namespace

TEST_CASE("RewardStdp: a pair changes the weight when the reward comes, by the closed form", "[sim][stdp][reward]") {
    const double delta_ms = GENERATE(-15.0, 15.0);
    const RewardStdpParams p{.bounds = {-10.0, 10.0}};
    RewardStdp synapse(p, 0.0);
    test::one_pair(synapse, delta_ms);
    REQUIRE(synapse.weight() == 0.0);  // without dopamine nothing
    synapse.step(1000.0, {.reward = 0.5});
    REQUIRE(synapse.weight() == 0.0);
    const WeightChange change = synapse.step(1e5, {});
    const double mark = (delta_ms > 0.0 ? 0.1 : -0.15) * std::exp(-15.0 / 20.0);
    const double wanted = 1e-3 * mark * std::exp(-1.0) * 0.5 * (1000.0 * 200.0 / 1200.0);
    REQUIRE_THAT(synapse.weight(), WithinRel(wanted, 1e-12));
    // Reported with the pair that earned it.
    REQUIRE_THAT(delta_ms > 0.0 ? change.pre_first : change.post_first, WithinRel(wanted, 1e-12));
    REQUIRE(synapse.pairs().size() == 1);
    REQUIRE_THAT(synapse.pairs()[0].pair.delta_ms(), WithinAbs(delta_ms, 1e-12));
}

TEST_CASE("RewardStdp: equal to the sum over all pairs and rewards, with and without coincidences and baseline",
          "[sim][stdp][reward]") {
    std::mt19937_64 random(60);
    for (const double coinciding : {0.0, 0.5}) {
        for (const double baseline : {0.0, 0.2, -0.1}) {
            RewardStdpParams p{.baseline = baseline, .bounds = {-1e6, 1e6}};
            const SpikeTrains trains = test::random_trains(30.0, 3000.0, coinciding, random);
            RewardStdp synapse(p, 0.0);
            drive(synapse, trains, some_rewards(), 3000.0, 1, [](const WeightChange&) {});
            CAPTURE(coinciding, baseline);
            REQUIRE_THAT(synapse.weight(),
                         WithinAbs(reference_weight(p, trains, some_rewards(), 3000.0), test::kPairSums));
        }
    }
}

TEST_CASE("RewardStdp: bounds hold at every moment, also where dopamine passes the baseline within a step",
          "[sim][stdp][reward]") {
    // Eligibility +0.1 exp(-15/20); dopamine 1 falls through the baseline 0.4: the weight rises to its bound, then
    // falls.
    const RewardStdpParams p{.baseline = 0.4, .learning_rate = 0.02, .bounds = {0.0, 0.03}};
    RewardStdp coarse(p, 0.0);
    RewardStdp fine(p, 0.0);
    for (RewardStdp* synapse : {&coarse, &fine}) {
        test::one_pair(*synapse, 15.0);
        synapse->step(0.0, {.reward = 1.0});
    }
    coarse.step(400.0, {});
    double highest = 0.0;
    for (int k = 0; k < 40000; ++k) {
        fine.step(0.01, {});
        highest = std::max(highest, fine.weight());
    }
    REQUIRE(highest == 0.03);
    REQUIRE(fine.weight() < 0.03);
    REQUIRE_THAT(coarse.weight(), WithinAbs(fine.weight(), 1e-12));
}

TEST_CASE("RewardStdp: bounds hold for every sign, halves equal the whole, parts add up", "[sim][stdp][reward]") {
    std::mt19937_64 random(61);
    const SpikeTrains trains = test::random_trains(40.0, 3000.0, 0.2, random);
    for (const double rate : {0.05, -0.05}) {
        for (const WeightBounds& bounds : {WeightBounds{0.0, 0.1}, WeightBounds{-0.1, 0.0}, WeightBounds{-0.1, 0.1}}) {
            const RewardStdpParams p{.a_minus = 0.1, .baseline = 0.3, .learning_rate = rate, .bounds = bounds};
            RewardStdp whole(p, 0.0);
            RewardStdp halves(p, 0.0);
            bool was_low = false;
            bool was_high = false;
            drive(whole, trains, some_rewards(), 3000.0, 1, [&](const WeightChange& change) {
                REQUIRE(whole.weight() >= bounds.min);
                REQUIRE(whole.weight() <= bounds.max);
                was_low = was_low || whole.weight() == bounds.min;
                was_high = was_high || whole.weight() == bounds.max;
                REQUIRE_THAT(change.update, WithinAbs(change.pre_first + change.post_first, 1e-13));
                REQUIRE(change.unpaired == 0.0);
            });
            REQUIRE(was_low);
            REQUIRE(was_high);
            drive(halves, trains, some_rewards(), 3000.0, 2, [](const WeightChange&) {});
            REQUIRE_THAT(halves.weight(), WithinAbs(whole.weight(), test::kPairSums));
        }
    }
}

TEST_CASE("RewardStdp: refuses parameters by name", "[sim][stdp][reward]") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const auto refused = [](const std::string& name, double RewardStdpParams::*member, double value) {
        RewardStdpParams params;
        params.*member = value;
        test::require_refused(name, [&] { RewardStdp(params, 0.5); });
    };
    refused("a_plus", &RewardStdpParams::a_plus, nan);
    refused("a_minus", &RewardStdpParams::a_minus, nan);
    refused("tau_plus_ms", &RewardStdpParams::tau_plus_ms, 0.0);
    refused("tau_minus_ms", &RewardStdpParams::tau_minus_ms, nan);
    refused("tau_eligibility_ms", &RewardStdpParams::tau_eligibility_ms, -1.0);
    refused("tau_dopamine_ms", &RewardStdpParams::tau_dopamine_ms, 0.0);
    refused("baseline", &RewardStdpParams::baseline, nan);
    refused("learning_rate", &RewardStdpParams::learning_rate, nan);
    RewardStdp synapse({}, 0.5);
    test::require_refused("reward", [&] { synapse.step(0.1, {.reward = nan}); });
}
