#pragma once

#include <nlohmann/json.hpp>
#include <span>

#include "apps/bench/layer_times.hpp"
#include "apps/bench/level_bench.hpp"

/// What `stdpscope bench` prints, as JSON and for people to read.
namespace stdpscope::apps {

/// One network at one level (the last one; `off`, if before it, is what the ledger's share refers to).
[[nodiscard]] nlohmann::json json_of_level(const BenchResult& result);
/// One network at all its levels.
[[nodiscard]] nlohmann::json json_of_levels(const BenchResult& result);
[[nodiscard]] nlohmann::json json_of(const StepTimes& times, const BenchResult& result);

void print_level(const BenchResult& result);
/// `disk_bytes_per_second`: of a plain file, to set the traces against.
void print_levels(std::span<const BenchResult> results, double disk_bytes_per_second);
void print_layers(const StepTimes& times, const BenchResult& result);

}  // namespace stdpscope::apps
