#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/apps/program.hpp"

/// Simulations by the real program, and what they leave.
namespace stdpscope::tests {

/// Runs `stdpscope simulate` into the folder `run` of `folder`; requires that it succeeds.
Outcome simulate(const TestFolder& folder, const std::string& run, std::vector<std::string> arguments);

/// All that a trace holds, as bytes: compare in double parentheses, so that a failure does not print them.
[[nodiscard]] std::string trace_text(const std::filesystem::path& run);

/// All synapses at the end, likewise.
[[nodiscard]] std::string synapses_text(const std::filesystem::path& run);

[[nodiscard]] nlohmann::json read_json(const std::filesystem::path& path);

}  // namespace stdpscope::tests
