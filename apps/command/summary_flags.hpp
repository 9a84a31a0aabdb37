#pragma once

#include <boost/program_options.hpp>
#include <string>
#include <vector>

#include "analysis/summary/run_summary.hpp"
#include "analysis/summary/trace_summary.hpp"
#include "apps/guarded.hpp"

/// What the commands that read runs have in common on the command line.
namespace stdpscope::apps {

/// Adds --measure and --timing.
void add_reading_flags(boost::program_options::options_description& options);
/// Adds --level, --measure and --timing.
void add_convention_flags(boost::program_options::options_description& options);
/// Throws UsageError on a value that is none of those offered. Without --level: both levels.
[[nodiscard]] analysis::SummaryOptions convention_of(const boost::program_options::variables_map& values);

/// Place of `name` in `names`; throws UsageError, naming the flag and the names, where it is none of them.
[[nodiscard]] std::size_t choice_of(const std::string& flag, const std::string& name,
                                    const std::vector<std::string>& names);

/// The run folders named on the command line. Throws UsageError on fewer than `least` or more than `most`.
[[nodiscard]] std::vector<std::string> run_paths(const boost::program_options::variables_map& values, std::size_t least,
                                                 std::size_t most);

/// Reads the runs one after the other under the watchdog.
[[nodiscard]] std::vector<analysis::RunSummary> read_runs(const std::vector<std::string>& paths,
                                                          const Watchdog& watchdog);

/// Writes a file whole or not at all: an existing file is replaced once the new one is complete. "-" is stdout; what
/// is there and no regular file (a pipe) is written to as it is. Throws CannotCreate and WriteFailed.
void write_whole_file(const std::string& path, const std::string& content);

}  // namespace stdpscope::apps
