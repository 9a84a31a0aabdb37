#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/apps/program.hpp"

/// Runs that the program itself recorded, and damage to their files.
namespace stdpscope::tests {

/// Trains the small network on 600 synthetic images: 24 steps in two epochs.
std::filesystem::path train(const TestFolder& folder, const std::string& run, std::vector<std::string> more = {});

/// A copy of one such run with every step sampled, a record every three steps and the trace level `full`.
std::filesystem::path trained_run(const TestFolder& folder);

/// A run of stdpscope simulate.
std::filesystem::path simulate(const TestFolder& folder, const std::string& run, std::vector<std::string> arguments);

void flip_byte(const std::filesystem::path& path, std::uint64_t place);

/// Where in the file the last occurrence of a value's bytes lies.
[[nodiscard]] std::uint64_t place_of(const std::filesystem::path& path, double value);

}  // namespace stdpscope::tests
