#include "sim/protocol/pairing.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "sim/error.hpp"
#include "sim/require.hpp"

namespace stdpscope::sim {
namespace {

/// Arrivals closer than this are one event.
constexpr double kSameTimeMs = 1e-9;

struct Event {
    double time_ms = 0.0;
    bool pre_spike = false;
    bool post_spike = false;
    bool spike_over = false;
    double reward = 0.0;
};

void require_count(const std::string& name, int count) {
    if (count < 1) throw InvalidParameter(name, std::to_string(count), "must be >= 1");
}

void check_protocol(const PairingProtocol& protocol) {
    require_finite("delta_ms", protocol.delta_ms);
    require_count("repetitions", protocol.repetitions);
    require_positive("rate_hz", protocol.rate_hz);
    require_count("pre_spikes", protocol.pre_spikes);
    require_count("post_spikes", protocol.post_spikes);
    require_positive("burst_interval_ms", protocol.burst_interval_ms);
    check(protocol.delays);
    require_not_negative("tail_ms", protocol.tail_ms);
    require_finite("reward", protocol.reward);
    require_not_negative("reward_delay_ms", protocol.reward_delay_ms);
    require_finite("rest_v_mv", protocol.rest_v_mv);
    require_finite("spike_v_mv", protocol.spike_v_mv);
    require_positive("spike_width_ms", protocol.spike_width_ms);
}

std::vector<Event> events_of(const PairingProtocol& protocol) {
    double delta_ms = protocol.delays.delta_at_synapse_ms(protocol.delta_ms);
    if (std::abs(delta_ms) < kSameTimeMs) delta_ms = 0.0;
    const double pre_from_ms = std::max(0.0, -delta_ms);
    const double post_from_ms = std::max(0.0, delta_ms);
    std::vector<Event> events;
    for (int k = 0; k < protocol.repetitions; ++k) {
        const double start_ms = 1e3 / protocol.rate_hz * k;
        for (int spike = 0; spike < protocol.pre_spikes; ++spike) {
            const double time_ms = start_ms + pre_from_ms + protocol.burst_interval_ms * spike;
            events.push_back({.time_ms = time_ms, .pre_spike = true});
        }
        for (int spike = 0; spike < protocol.post_spikes; ++spike) {
            const double time_ms = start_ms + post_from_ms + protocol.burst_interval_ms * spike;
            events.push_back({.time_ms = time_ms, .post_spike = true});
            events.push_back({.time_ms = time_ms + protocol.spike_width_ms, .spike_over = true});
        }
        if (protocol.reward == 0.0) continue;
        const double second_ms = start_ms + std::max(pre_from_ms, post_from_ms);
        events.push_back({.time_ms = second_ms + protocol.reward_delay_ms, .reward = protocol.reward});
    }
    std::stable_sort(events.begin(), events.end(),
                     [](const Event& a, const Event& b) { return a.time_ms < b.time_ms; });
    return events;
}

}  // namespace

std::vector<ProtocolStep> steps_of(const PairingProtocol& protocol) {
    check_protocol(protocol);
    std::vector<ProtocolStep> steps;
    double now_ms = -1.0;  // before the first event, so that it opens a step of its own
    int spikes_on = 0;
    double v_mv = protocol.rest_v_mv;
    for (const Event& event : events_of(protocol)) {
        if (steps.empty() || event.time_ms - now_ms >= kSameTimeMs) {
            const double dt_ms = steps.empty() ? event.time_ms : event.time_ms - now_ms;
            steps.push_back({.dt_ms = dt_ms, .input = {.post_v_mv = v_mv}});
            now_ms = event.time_ms;
        }
        SynapseInput& input = steps.back().input;
        input.pre_spike = input.pre_spike || event.pre_spike;
        input.post_spike = input.post_spike || event.post_spike;
        input.reward += event.reward;
        spikes_on += (event.post_spike ? 1 : 0) - (event.spike_over ? 1 : 0);
        v_mv = spikes_on > 0 ? protocol.spike_v_mv : protocol.rest_v_mv;
    }
    steps.push_back({.dt_ms = protocol.tail_ms, .input = {.post_v_mv = v_mv}});
    return steps;
}

}  // namespace stdpscope::sim
