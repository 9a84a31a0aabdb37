#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "analysis/verify/check.hpp"

namespace stdpscope::analysis {

/// What was found in a run.
struct Verification {
    std::string path;
    bool is_being_written = false;  ///< another process holds the run's lock: its last segment need not be closed
    std::vector<Check> checks;      ///< in the order of a reader: texts, trace, laws, what was left at the end

    [[nodiscard]] bool holds() const;
    [[nodiscard]] std::uint64_t fault_count() const;
};

/// Reads a run folder from its first byte that counts to the last: texts can be parsed; segments are numbered without
/// gap, of this schema version, not shorter than at their last commit, with every dataset of the level and as many rows
/// as are committed, every checksum right, categories as the histograms say; the laws of record_laws.hpp and
/// stream_laws.hpp hold; metrics, weights and result are those of the trace. Of a single segment of a trace: all but
/// the laws. `progress` is called as rows are read. Throws MissingTrace where there is nothing of a run.
[[nodiscard]] Verification verify_run(const std::filesystem::path& path, const std::function<void()>& progress);

}  // namespace stdpscope::analysis
