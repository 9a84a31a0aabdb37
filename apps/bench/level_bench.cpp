#include "apps/bench/level_bench.hpp"

#include <algorithm>
#include <limits>

#include "ann/network.hpp"
#include "ann/trainer.hpp"
#include "apps/bench/noise_examples.hpp"
#include "apps/bench/training_flops.hpp"
#include "apps/peak_memory.hpp"
#include "apps/traced_run.hpp"

namespace stdpscope::apps {
namespace {

using analysis::TraceLevel;

TurnPlan turn_plan(const BenchTime& time, std::size_t levels) {
    constexpr double kMostRounds = 1000.0;
    const double a_level = time.seconds / static_cast<double>(levels);
    const double rounds = std::clamp(a_level / time.turn_seconds, static_cast<double>(time.fewest_rounds), kMostRounds);
    const double turn_seconds = a_level / std::floor(rounds);
    return {.rounds = static_cast<std::size_t>(rounds),
            .warm_up_seconds = std::min(time.seconds / 5, 2.0),
            .turn_seconds = turn_seconds};
}

/// Every update of every step would fill the disk in a minute.
TraceLife life_of(const analysis::TraceOptions& options) {
    return options.level == TraceLevel::full && options.updates_every == 1 ? TraceLife::one_turn : TraceLife::whole_run;
}

double update_bytes_a_step(const analysis::TraceHeader& header) {
    double weights = 0.0;
    for (const ann::SynapseLayer& layer : header.layers) {
        weights += static_cast<double>(layer.geometry.weight_rows() * layer.geometry.weight_columns());
    }
    return header.options.level < TraceLevel::full
               ? 0.0
               : weights * sizeof(float) / static_cast<double>(header.options.updates_every);
}

double all_seconds(const std::vector<Turn>& turns) {
    double seconds = 0.0;
    for (const Turn& turn : turns) {
        for (const TimedStep& step : turn.steps) seconds += step.seconds;
    }
    return seconds;
}

}  // namespace

BenchResult measure_levels(const ResolvedConfiguration& resolved, const std::vector<analysis::TraceOptions>& levels,
                           const BenchTime& time, const std::function<void(std::size_t, std::size_t)>& round_done) {
    const ann::NetworkSpec& spec = resolved.network;
    ann::TrainerOptions options = trainer_options(resolved);
    ann::Network network = build_network(resolved);
    check_traceable(resolved, network);
    const MachinePeaks before = measure_peaks(options.threads);
    restart_peak_memory();  // the matrices of the peaks are no part of training
    const NoiseExamples examples(spec.input, network.output_shape().units(), spec.batch_size, options.seed);
    analysis::TraceHeader header = trace_header(resolved, network, examples.size());
    std::vector<LevelListener> listeners;
    for (const analysis::TraceOptions& level : levels) {
        header.options = level;
        listeners.emplace_back(header, life_of(level));
    }
    const TurnPlan plan = turn_plan(time, levels.size());
    TurnTaking turns(listeners, plan, [&](std::size_t round) {
        if (round_done) round_done(round, plan.rounds);
    });
    options.epochs = std::numeric_limits<std::int32_t>::max();
    options.stop_requested = &turns.is_over();
    ann::Trainer trainer = build_trainer(resolved, network, examples, nullptr, options);
    trainer.add(turns);
    trainer.run();
    const std::uint64_t peak_memory = peak_memory_bytes();

    BenchResult result{.network = spec.name,
                       .batch_size = spec.batch_size,
                       .threads = options.threads,
                       .rounds = plan.rounds,
                       .flop_per_sample = training_flop_per_sample(network.synapse_layers()),
                       .peaks = best_of(before, measure_peaks(options.threads)),
                       .peak_memory_bytes = peak_memory,
                       .diverged = turns.met_bad_loss()};
    const std::vector<LevelSpeed> speeds = level_speeds(turns.turns(), levels, static_cast<double>(spec.batch_size));
    for (std::size_t level = 0; level < levels.size(); ++level) {
        header.options = levels[level];
        const double steps_per_second = speeds[level].samples_per_second / static_cast<double>(spec.batch_size);
        result.levels.push_back({.options = levels[level],
                                 .speed = speeds[level],
                                 .update_bytes_per_second = update_bytes_a_step(header) * steps_per_second});
        if (listeners[level].life() == TraceLife::one_turn) continue;
        result.levels.back().trace_bytes = listeners[level].trace_bytes();
        result.levels.back().writer_share = listeners[level].writer_seconds() / all_seconds(turns.turns()[level]);
    }
    return result;
}

}  // namespace stdpscope::apps
