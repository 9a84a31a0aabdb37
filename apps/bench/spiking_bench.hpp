#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/protocol/protocol_result.hpp"

/// How fast this machine simulates the published problems (docs/cli.md, bench): time of the simulation alone, without
/// construction and files.
namespace stdpscope::apps {

struct SpikingBenchOptions {
    std::string protocol;             ///< s1, s2, s3 or kernel
    double biological_seconds = 0.0;  ///< 0: the problem's own
    std::uint64_t seed = 1;
    int threads = 1;
    int repetitions = 3;
};

/// One form of a problem, repeated.
struct SpikingVariant {
    std::string name;  ///< "counted", "uncounted", "fixed", "sparse counted", ...
    std::vector<sim::ProtocolResult> runs;

    /// Of the simulation alone, in seconds.
    [[nodiscard]] double median_wall_seconds() const;
};

struct SpikingBench {
    SpikingBenchOptions options;
    std::vector<SpikingVariant> variants;  ///< they take turns, the first one with the ledger counting
    double window_error = 0.0;             ///< kernel only: S4-pair, largest |error| in parts of full scale
};

[[nodiscard]] bool is_spiking_bench(const std::string& protocol);

/// Calls `progress` before each run. Stops early, with what there is, where `stopped` says so after a run.
[[nodiscard]] SpikingBench measure_spiking(
    const SpikingBenchOptions& options, const std::function<void(const std::string& variant, int repetition)>& progress,
    const std::function<bool()>& stopped);

[[nodiscard]] nlohmann::json json_of(const SpikingBench& bench);
[[nodiscard]] std::string spiking_bench_text(const SpikingBench& bench);

}  // namespace stdpscope::apps
