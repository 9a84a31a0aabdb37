#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "analysis/trace/structure.hpp"

namespace stdpscope::analysis {

struct FinishedSegment {
    std::filesystem::path path;
    StreamRows rows;
    std::vector<std::uint64_t> event_rows = {};  ///< of each event stream
};

/// Writes run.h5 beside the finished segments of a run: a file of the same structure whose datasets show the rows of
/// all segments as one (virtual datasets; file names are relative, so that the folder can be moved). Throws
/// CannotCreate, WriteFailed.
void write_virtual_run(const std::filesystem::path& run_folder, const TraceHeader& header,
                       const std::vector<FinishedSegment>& segments);

/// Throws DamagedTrace unless the run.h5 of the folder is there and shows these rows.
void require_virtual_run(const std::filesystem::path& run_folder, const TraceHeader& header, const StreamRows& rows,
                         const std::vector<std::uint64_t>& event_rows);

}  // namespace stdpscope::analysis
