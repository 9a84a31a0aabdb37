#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

/// What the runs of train and simulate have in common, beside their traces.
namespace stdpscope::apps {

/// Throws analysis::CannotCreate where there is something of this name. The folder itself is made later, when nothing
/// else can be wrong.
void refuse_existing(const std::filesystem::path& folder);

/// Writes an indented document durably.
void write_json(const std::filesystem::path& path, const nlohmann::json& document);

/// Says in result.json that the run failed, where that can still be written, and passes the current exception on.
[[noreturn]] void fail_run(const std::filesystem::path& folder);

/// "stdpscope COMMAND: warning: MESSAGE" on stderr.
void warn(const std::string& command, const std::string& message);

/// Warns that the run was stopped by the signal that came, and returns the exit code that tells so.
[[nodiscard]] int stopped_exit_code(const std::string& command);

}  // namespace stdpscope::apps
