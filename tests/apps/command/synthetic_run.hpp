#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "analysis/ledger/records.hpp"
#include "analysis/trace/trace_options.hpp"
#include "ann/observer.hpp"

/// Run folders whose every number is known, made without training.
namespace stdpscope::tests {

struct SyntheticRun {
    std::uint64_t seed = 1;
    std::uint64_t records = 5;  ///< two an epoch, of ten steps each
    analysis::TraceLevel level = analysis::TraceLevel::counts;
    std::string configuration = "[training]\nseed = 1\n";
    std::vector<double> test_errors = {0.5, 0.25};  ///< one an epoch
    bool closed = true;                             ///< else the last segment stays a `.part`
};

/// The records that write_run() writes: those of tests/analysis/summary/random_records.hpp.
[[nodiscard]] std::vector<analysis::Record> records_of(const SyntheticRun& run);

/// Makes the folder and, in it, the configuration, the metrics and, unless the level is `off`, the trace.
void write_run(const std::filesystem::path& folder, const SyntheticRun& run);

/// Two runs that differ in NegLU units and epochs: `a`, ReLU for two, and `b`, MixLU 5 % for three; with counts of
/// their own.
void write_two_runs(const std::filesystem::path& folder);

/// Overwrites bytes in the middle of a file with 0xFF.
void damage(const std::filesystem::path& file);

}  // namespace stdpscope::tests
