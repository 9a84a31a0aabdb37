#pragma once

#include <exception>
#include <string>

namespace stdpscope::apps {

/// What the program tells the shell (docs/cli.md).
enum class ExitCode : int {
    success = 0,
    failure = 1,             ///< the run failed
    usage = 2,               ///< the command line
    bad_data = 65,           ///< a file's content
    no_input = 66,           ///< a file that is not there
    cannot_create = 73,      ///< an output that exists already or cannot be made
    input_output = 74,       ///< a write that failed, a full disk
    bad_configuration = 78,  ///< a configuration file, a network file or an environment variable
    interrupted = 130,       ///< SIGINT, after saving
    terminated = 143,        ///< SIGTERM, after saving
};

/// How a command ended that threw: the one place where exception types meet exit codes.
struct Failure {
    ExitCode code = ExitCode::failure;
    std::string message;
};
[[nodiscard]] Failure failure_of(const std::exception_ptr& error);

}  // namespace stdpscope::apps
