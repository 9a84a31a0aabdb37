#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

/// What a run of the program leaves in its folder.
namespace stdpscope::tests {

/// All that a trace holds, row by row, as bytes: compare in double parentheses, so that a failure does not print them.
[[nodiscard]] std::string trace_text(const std::filesystem::path& run);

[[nodiscard]] nlohmann::json read_json(const std::filesystem::path& path);

}  // namespace stdpscope::tests
