#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "analysis/trace/durable_file.hpp"
#include "analysis/trace/metrics_file.hpp"

/// A run is one folder; these are the names of what lies in it.
namespace stdpscope::analysis {

inline constexpr const char* kConfigurationFile = "config.toml";
inline constexpr const char* kEnvironmentFile = "environment.json";
inline constexpr const char* kMetricsFile = "metrics.csv";
inline constexpr const char* kResultFile = "result.json";
inline constexpr const char* kWeightsFile = "weights.h5";
inline constexpr const char* kSynapsesFile = "synapses.h5";
inline constexpr const char* kRunFile = "run.h5";  ///< all segments as one
inline constexpr const char* kLockFile = "LOCK";

/// "trace-0001.h5" for number 1.
[[nodiscard]] std::string segment_name(std::uint64_t number);

struct SegmentPath {
    std::filesystem::path path;
    std::uint64_t number = 0;
    bool finished = false;  ///< else a `.part`: being written, or left by a writer that died
};
/// Throws DamagedTrace unless the segment is the `place`-th of its run, from 1.
void require_place(const SegmentPath& segment, std::uint64_t place);

/// What is named as a segment in a run folder, by number.
[[nodiscard]] std::vector<SegmentPath> list_segments(const std::filesystem::path& run_folder);
/// The segments in a run folder, in order. Throws DamagedTrace where one is missing between others or is there both
/// finished and as `.part`.
[[nodiscard]] std::vector<SegmentPath> find_segments(const std::filesystem::path& run_folder);

/// Makes a new folder (and its parents), durably. Throws CannotCreate where it exists already or cannot be made.
void create_run_folder(const std::filesystem::path& path);

/// Whether a process holds the run folder's lock. Changes nothing in the folder.
[[nodiscard]] bool is_being_written(const std::filesystem::path& run_folder);

/// Keeps other writers out of a run folder while it lives. The trace writer takes one; the file LOCK stays behind and
/// means nothing once its holder is gone, however it ended.
class RunFolderLock {
public:
    /// Throws CannotCreate, naming the folder, where another writer holds it or the folder cannot be written to.
    explicit RunFolderLock(const std::filesystem::path& run_folder);
    ~RunFolderLock();
    RunFolderLock(const RunFolderLock&) = delete;
    RunFolderLock& operator=(const RunFolderLock&) = delete;

private:
    int descriptor_;
};

}  // namespace stdpscope::analysis
