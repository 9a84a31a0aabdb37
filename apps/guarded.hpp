#pragma once

#include <boost/program_options.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace stdpscope::apps {

/// What a command that opens files of unknown origin may take. Zero: no limit.
struct GuardLimits {
    /// Beyond what the program has at its start. Not applied in builds with address sanitizer, which reserves
    /// terabytes of address space.
    std::uint64_t memory_bytes = std::uint64_t{4} << 30U;
    std::chrono::seconds without_progress{60};  ///< by the clock, between two calls of Watchdog::progress
    std::chrono::seconds processor_time{60};    ///< in all
};

/// Adds --memory-limit and --time-limit.
void add_guard_flags(boost::program_options::options_description& options);

/// The limits that the flags give for reading these files or folders: --time-limit seconds without progress, and as
/// many seconds of processor time for each path and one more for each megabyte in it. Throws UsageError where a limit
/// is negative or too large.
[[nodiscard]] GuardLimits guard_limits(const boost::program_options::variables_map& values,
                                       const std::vector<std::string>& paths);

/// By what the work in the child tells that it is alive.
class Watchdog {
public:
    /// Once more something was read: the clock of `without_progress` begins anew.
    void progress() const;
    /// From here on the work is about paths[index] (see guarded()).
    void begin(std::size_t index) const;

private:
    friend int guarded(const std::string& command, const GuardLimits& limits, const std::vector<std::string>& paths,
                       const std::function<int(const Watchdog&)>& work);
    Watchdog(std::chrono::seconds without_progress, volatile std::uint64_t& current)
        : without_progress_(without_progress), current_(&current) {}

    std::chrono::seconds without_progress_;
    volatile std::uint64_t* current_;  ///< in memory shared with the parent
};

/// Runs `work` in a child process, so that a damaged or hostile file can end no more than that.
///
/// Returns the exit code: that of `work`, or of the exception that left it (exit_code.hpp), whose message goes to
/// stderr in the name of `command`. Throws analysis::DamagedTrace about paths[i], i of the last begin(), where the
/// child was ended by a signal, over a limit or out of memory. Interrupt, hang-up and termination are passed on to the
/// child and give 128 + signal, as does a reader of our output that went away.
///
/// Call it before any thread is started and before a library with state of its own has opened a file. Throws
/// std::system_error where no process can be made.
[[nodiscard]] int guarded(const std::string& command, const GuardLimits& limits, const std::vector<std::string>& paths,
                          const std::function<int(const Watchdog&)>& work);

}  // namespace stdpscope::apps
