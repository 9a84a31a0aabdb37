#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace stdpscope::data {

/// Spike trains from a CSV file, raw or .gz: a header line that names the columns `neuron` (from 0) and `time_ms`, in
/// any order and among others, then one spike a line, in any order. Returns one list of times a neuron, in the file's
/// order.
///
/// Throws MissingInput where there is no such file, and BadData, with the line, where a column is missing, a line has
/// too few fields, a neuron is no whole number below `neurons`, or a time is no finite number >= 0.
[[nodiscard]] std::vector<std::vector<double>> read_spike_csv(const std::filesystem::path& path, std::uint32_t neurons);

}  // namespace stdpscope::data
