#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "sim/error.hpp"
#include "sim/plasticity/plasticity_rule.hpp"

/// Arrivals at one synapse, and the plain loops that the tests of all rules share.
namespace stdpscope::test {

/// A rule steps from event to event, the reference takes exp(-(t - s) / tau) at once: times add up to some thousand
/// roundings of 1e-16 of a few thousand ms, and sums to some thousand of 1e-16. Relative to the largest term times
/// the number of terms, absolute.
inline constexpr double kPairSums = 1e-11;

struct SpikeTrains {
    std::vector<double> pre_ms;
    std::vector<double> post_ms;
};

struct SpikeEvent {
    double time_ms = 0.0;
    bool pre = false;
    bool post = false;
};

/// Poisson trains on a grid of 0.1 ms. A share `coinciding` of the pre spikes falls together with a post spike.
inline SpikeTrains random_trains(double rate_hz, double duration_ms, double coinciding, std::mt19937_64& random) {
    SpikeTrains trains;
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    const double chance = rate_hz * 1e-4;
    const int steps = static_cast<int>(std::lround(duration_ms / 0.1));
    for (int step = 1; step <= steps; ++step) {
        const double time_ms = 0.1 * step;
        const bool pre = uniform(random) < chance;
        const bool post = uniform(random) < chance || (pre && uniform(random) < coinciding);
        if (pre) trains.pre_ms.push_back(time_ms);
        if (post) trains.post_ms.push_back(time_ms);
    }
    return trains;
}

/// Both trains merged in time; equal times make one event.
inline std::vector<SpikeEvent> events_of(const SpikeTrains& trains) {
    std::vector<SpikeEvent> events;
    auto pre = trains.pre_ms.begin();
    auto post = trains.post_ms.begin();
    while (pre != trains.pre_ms.end() || post != trains.post_ms.end()) {
        SpikeEvent event;
        const double next_pre = pre != trains.pre_ms.end() ? *pre : INFINITY;
        const double next_post = post != trains.post_ms.end() ? *post : INFINITY;
        event.time_ms = std::min(next_pre, next_post);
        if ((event.pre = next_pre == event.time_ms)) ++pre;
        if ((event.post = next_post == event.time_ms)) ++post;
        events.push_back(event);
    }
    return events;
}

/// Steps `synapse` from event to event and on to `end_ms`, each way in `parts` equal steps; `watch(time_ms, change)`
/// sees every step.
template <class Rule, class Watch>
void drive(Rule& synapse, const SpikeTrains& trains, double end_ms, int parts, Watch&& watch) {
    double now_ms = 0.0;
    const auto step_to = [&](double time_ms, const sim::SynapseInput& input) {
        const double dt_ms = (time_ms - now_ms) / parts;
        for (int part = 1; part < parts; ++part) watch(now_ms + part * dt_ms, synapse.step(dt_ms, {}));
        watch(time_ms, synapse.step(dt_ms, input));
        now_ms = time_ms;
    };
    for (const SpikeEvent& event : events_of(trains)) {
        step_to(event.time_ms, {.pre_spike = event.pre, .post_spike = event.post});
    }
    if (end_ms > now_ms) step_to(end_ms, {});
}

template <class Rule>
void drive(Rule& synapse, const SpikeTrains& trains, double end_ms, int parts = 1) {
    drive(synapse, trains, end_ms, parts, [](double, const sim::WeightChange&) {});
}

/// Steps once to `delta_ms` after a first spike at time 0: pre first for delta > 0, post first for delta < 0.
template <class Rule>
void one_pair(Rule& synapse, double delta_ms) {
    synapse.step(0.0, {.pre_spike = delta_ms >= 0.0, .post_spike = delta_ms <= 0.0});
    if (delta_ms != 0.0) synapse.step(std::abs(delta_ms), {.pre_spike = delta_ms<0.0, .post_spike = delta_ms> 0.0});
}

/// Requires `make()` to throw InvalidParameter for `parameter`, with a message that names it.
template <class Make>
void require_refused(const std::string& parameter, Make&& make) {
    CAPTURE(parameter);
    try {
        make();
    } catch (const sim::InvalidParameter& error) {
        REQUIRE(error.parameter() == parameter);
        REQUIRE_THAT(error.what(), Catch::Matchers::Contains(parameter));
        return;
    }
    FAIL("not refused");
}

}  // namespace stdpscope::test
