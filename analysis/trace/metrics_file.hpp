#pragma once

#include <filesystem>
#include <vector>

#include "ann/observer.hpp"

/// metrics.csv of a run folder: one line an epoch. Numbers are written as short as reads back to the same bits; "nan"
/// is what was not measured.
namespace stdpscope::analysis {

/// Adds a line (and, in a new file, the header line) durably: a reader sees all of it or none. Throws WriteFailed.
void append_metrics(const std::filesystem::path& run_folder, const ann::EpochMetrics& metrics);

/// Throws MissingTrace where there is no metrics.csv, DamagedTrace with the line where it cannot be read.
[[nodiscard]] std::vector<ann::EpochMetrics> read_metrics(const std::filesystem::path& run_folder);

}  // namespace stdpscope::analysis
