#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "tests/apps/program.hpp"

/// Simulations by the real program, and what they leave.
namespace stdpscope::tests {

/// Runs `stdpscope simulate` into the folder `run` of `folder`; requires that it succeeds.
Outcome simulate(const TestFolder& folder, const std::string& run, std::vector<std::string> arguments);

/// All synapses at the end, as bytes.
[[nodiscard]] std::string synapses_text(const std::filesystem::path& run);

}  // namespace stdpscope::tests
