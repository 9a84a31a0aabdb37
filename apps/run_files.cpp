#include "apps/run_files.hpp"

#include <fmt/format.h>

#include <csignal>
#include <exception>

#include "analysis/trace/durable_file.hpp"
#include "analysis/trace/error.hpp"
#include "analysis/trace/run_folder.hpp"
#include "apps/exit_code.hpp"
#include "apps/stop_signal.hpp"
#include "apps/terminal.hpp"

namespace stdpscope::apps {

void refuse_existing(const std::filesystem::path& folder) {
    std::error_code error;
    if (std::filesystem::exists(std::filesystem::symlink_status(folder, error))) {
        throw analysis::CannotCreate(folder.string(), "exists already, must be a new folder");
    }
}

void write_json(const std::filesystem::path& path, const nlohmann::json& document) {
    analysis::write_file_durably(path, document.dump(2) + "\n");
}

void fail_run(const std::filesystem::path& folder) {
    const std::exception_ptr error = std::current_exception();
    try {
        write_json(folder / analysis::kResultFile, {{"end", "failed"}, {"message", failure_of(error).message}});
    } catch (const std::exception&) {
        // The first error is the one to tell; a full disk may well have caused both.
    }
    std::rethrow_exception(error);
}

void warn(const std::string& command, const std::string& message) {
    fmt::print(stderr, "{} {}\n", yellow("stdpscope " + command + ": warning:", may_colour(stderr)), message);
}

int stopped_exit_code(const std::string& command) {
    const bool terminated = stop_signal() == SIGTERM;
    warn(command, fmt::format("stopped by {}; everything up to there is saved", terminated ? "SIGTERM" : "SIGINT"));
    return static_cast<int>(terminated ? ExitCode::terminated : ExitCode::interrupted);
}

}  // namespace stdpscope::apps
