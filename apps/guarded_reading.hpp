#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "analysis/bridge/training_events.hpp"

/// Files of unknown origin that a simulation needs, read in a child process (guarded.hpp): a damaged or hostile file
/// ends the child and no more.
///
/// Both throw what their readers in analysis/ throw, and DamagedTrace where the child was ended by a signal, took more
/// than 4 GiB of memory or more than a minute of processor time and a second for each megabyte of the file. Call them
/// before any thread is started.
namespace stdpscope::apps {

/// As analysis::read_sonata_spikes.
[[nodiscard]] std::vector<std::vector<double>> read_sonata_spikes_guarded(const std::filesystem::path& path,
                                                                          const std::string& population,
                                                                          std::uint32_t neurons);

/// As analysis::read_training_events.
[[nodiscard]] analysis::TrainingEvents read_training_events_guarded(const std::filesystem::path& path,
                                                                    std::uint64_t most);

}  // namespace stdpscope::apps
