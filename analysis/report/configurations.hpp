#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analysis/summary/run_summary.hpp"

namespace stdpscope::analysis {

/// Runs that differ in nothing but their seed, and in settings that do not change what is trained or counted
/// (threads, how much the trace keeps).
struct Configuration {
    std::string name;                     ///< "ReLU", "MixLU 4 % inverted"; unique in a report
    std::vector<std::size_t> runs;        ///< indices, ascending
    std::optional<double> percent_neglu;  ///< 0 for a built-in network without NegLU units; none where unknown
    std::string derivative;               ///< "exact", ... of NegLU units; "" without any
    std::string network;                  ///< "" where unknown
    std::string data;                     ///< "mnist", ...; "" where unknown
};

/// Those without NegLU units first, then by derivative rule and percentage; else in the order of each one's first run.
[[nodiscard]] std::vector<Configuration> configurations_of(const std::vector<RunSummary>& runs);

/// Names of the runs, each unique: the last part of the path, with the parts before it where two would be equal.
[[nodiscard]] std::vector<std::string> run_names(const std::vector<RunSummary>& runs);

/// What a reader should know before trusting a run: diverged, unfinished, repaired, NaN values, ...
struct Warning {
    std::optional<std::size_t> run;  ///< none: about several runs
    std::string text;                ///< a sentence
};
[[nodiscard]] std::vector<Warning> warnings_of(const std::vector<RunSummary>& runs,
                                               const std::vector<Configuration>& configurations);

/// The checksum of a run's training data as environment.json has it; "" where it has none.
[[nodiscard]] std::string data_checksum(const RunSummary& run);
/// "finished", "diverged", "stopped", "failed"; "unfinished" for a run folder without a result.
[[nodiscard]] std::string end_of(const RunSummary& run);

}  // namespace stdpscope::analysis
