#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "apps/bench/level_speed.hpp"
#include "apps/bench/machine_peaks.hpp"
#include "apps/configuration/resolved_configuration.hpp"

namespace stdpscope::apps {

/// How the time is cut.
struct BenchTime {
    double seconds = 10.0;      ///< to measure, over all levels, lead-ins not counted
    double turn_seconds = 0.3;  ///< of a turn, where at least `fewest_rounds` of them fit
    std::size_t fewest_rounds = 5;
};

/// One level of the trace as it was measured.
struct LevelResult {
    analysis::TraceOptions options;
    LevelSpeed speed;
    /// Neither is known of traces that were dropped after each turn.
    std::optional<std::uint64_t> trace_bytes{};
    std::optional<double> writer_share{};  ///< processor time of the trace's thread to the time at this level
    double update_bytes_per_second = 0.0;  ///< level full: float32 updates handed to the writer
    /// Training waits for the disk for a good part of its time.
    [[nodiscard]] bool bounded_by_disk() const { return speed.waited_share > 0.05; }
};

/// One network as it was measured.
struct BenchResult {
    std::string network{};
    arma::uword batch_size = 0;
    int threads = 1;
    std::size_t rounds = 0;
    double flop_per_sample = 0.0;
    MachinePeaks peaks{};
    std::vector<LevelResult> levels{};    ///< the first is `off`
    std::uint64_t peak_memory_bytes = 0;  ///< from the first step on, of the whole program
    bool diverged = false;
};

/// Trains the network on random examples with the ledger listening at each of `levels` in turn, `off` first among them.
/// At level `full`, with updates at every step, traces are dropped after each turn. Ends early at a signal.
/// Throws as build_network and TraceWriter.
[[nodiscard]] BenchResult measure_levels(const ResolvedConfiguration& resolved,
                                         const std::vector<analysis::TraceOptions>& levels, const BenchTime& time,
                                         const std::function<void(std::size_t, std::size_t)>& round_done = {});

}  // namespace stdpscope::apps
