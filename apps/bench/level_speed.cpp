#include "apps/bench/level_speed.hpp"

#include <algorithm>
#include <limits>
#include <map>

namespace stdpscope::apps {
namespace {

using analysis::TraceLevel;

/// What is due at a step, one bit a stream of rows.
using StepKind = unsigned;

StepKind kind_of(std::uint64_t step, const analysis::TraceOptions& options) {
    const auto bit = [&](TraceLevel level, std::uint64_t every, std::uint64_t number) {
        return options.level >= level && number % every == 0 ? 1U << static_cast<unsigned>(level) : 0U;
    };
    return bit(TraceLevel::counts, options.record_every, step + 1) |
           bit(TraceLevel::samples, options.sample_every, step) | bit(TraceLevel::planes, options.planes_every, step) |
           bit(TraceLevel::full, options.updates_every, step);
}

/// Shares of all steps of a long training, but the first.
std::map<StepKind, double> frequencies(const analysis::TraceOptions& options) {
    constexpr std::uint64_t kSteps = 10000;
    std::map<StepKind, double> shares;
    for (std::uint64_t step = 1; step <= kSteps; ++step) shares[kind_of(step, options)] += 1.0 / kSteps;
    return shares;
}

StepKind most_frequent(const std::map<StepKind, double>& shares) {
    return std::max_element(shares.begin(), shares.end(),
                            [](const auto& one, const auto& other) { return one.second < other.second; })
        ->first;
}

double mean_of_usual_steps(const Turn& turn, StepKind usual, const analysis::TraceOptions& options) {
    double seconds = 0.0;
    std::size_t steps = 0;
    for (const TimedStep& step : turn.steps) {
        if (step.is_lead_in || kind_of(step.number, options) != usual) continue;
        seconds += step.seconds;
        ++steps;
    }
    // A turn of a step or two may have none of them.
    if (steps == 0) return turn.timed_seconds() / static_cast<double>(turn.timed_steps());
    return seconds / static_cast<double>(steps);
}

}  // namespace

double median(std::vector<double> values) {
    if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::vector<double> seconds_a_step(std::span<const Turn> turns, const analysis::TraceOptions& options) {
    const std::map<StepKind, double> shares = frequencies(options);
    const StepKind usual = most_frequent(shares);
    std::vector<double> seconds;
    std::map<StepKind, std::vector<double>> beyond;  // lead-ins too: kinds are rare
    for (const Turn& turn : turns) {
        const double mean = mean_of_usual_steps(turn, usual, options);
        seconds.push_back(mean);
        for (const TimedStep& step : turn.steps) {
            const StepKind kind = kind_of(step.number, options);
            if (kind != usual) beyond[kind].push_back(step.seconds - mean);
        }
    }
    double others = 0.0;
    for (const auto& [kind, times] : beyond) {
        if (const auto share = shares.find(kind); share != shares.end()) others += share->second * median(times);
    }
    for (double& each : seconds) each += others;
    return seconds;
}

std::vector<LevelSpeed> level_speeds(const std::vector<std::vector<Turn>>& turns,
                                     const std::vector<analysis::TraceOptions>& options, double batch_size) {
    std::vector<LevelSpeed> speeds;
    std::vector<double> reference;
    for (std::size_t level = 0; level < turns.size(); ++level) {
        const std::vector<double> steps = seconds_a_step(turns[level], options[level]);
        if (level == 0) reference = steps;
        LevelSpeed speed;
        std::vector<double> samples_per_second;
        std::vector<double> ratios;
        std::vector<double> waited;
        for (std::size_t round = 0; round < steps.size(); ++round) {
            samples_per_second.push_back(batch_size / steps[round]);
            if (round < reference.size()) ratios.push_back(reference[round] / steps[round]);
            waited.push_back(turns[level][round].waited_seconds / turns[level][round].timed_seconds());
            speed.seconds += turns[level][round].timed_seconds();
            speed.steps += turns[level][round].timed_steps();
        }
        if (!steps.empty()) {
            speed.samples_per_second = median(samples_per_second);
            speed.slowest = *std::min_element(samples_per_second.begin(), samples_per_second.end());
            speed.fastest = *std::max_element(samples_per_second.begin(), samples_per_second.end());
            speed.ratio = median(ratios);
            speed.waited_share = median(waited);
        }
        speeds.push_back(speed);
    }
    return speeds;
}

}  // namespace stdpscope::apps
