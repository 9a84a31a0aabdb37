#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <variant>
#include <vector>

#include "analysis/trace/event_stream.hpp"
#include "analysis/trace/hdf5/handle.hpp"
#include "analysis/trace/stream.hpp"
#include "analysis/trace/structure.hpp"

namespace stdpscope::analysis {

using TraceRow = std::variant<Record, SampledStep, PlanesStep, UpdatesStep, EventRows>;

/// Bytes of memory, and roughly of disk, that a row takes.
[[nodiscard]] std::uint64_t bytes_of(const TraceRow& row);

/// One segment of a trace while it is written. All functions throw WriteFailed; from then on the file stays as it is,
/// with its last commit, and the segment is of no further use (nor can this process read the file: the library still
/// has it open). A segment that is dropped without finish() stays a `.part`.
class SegmentWriter {
public:
    /// Creates `final_path` + ".part", ready for readers. `before` are the rows of the run's earlier segments.
    /// Throws CannotCreate where the file exists or cannot be made.
    SegmentWriter(const std::filesystem::path& final_path, const TraceHeader& header, const StreamRows& before);

    SegmentWriter(SegmentWriter&&) = default;
    SegmentWriter& operator=(SegmentWriter&&) = delete;
    ~SegmentWriter();

    /// Appends rows in order. They are durable after commit().
    void append(std::vector<TraceRow> rows);

    /// Makes the rows up to the last record durable and says so.
    void commit();

    /// Commits, closes, reads everything again, and renames to the final path.
    void finish();

    [[nodiscard]] std::uint64_t bytes();
    /// The rows that belong to this segment's records.
    [[nodiscard]] StreamRows rows() const { return recorded_; }
    /// Rows of each event stream.
    [[nodiscard]] std::vector<std::uint64_t> event_rows() const;
    [[nodiscard]] bool has_uncommitted_records() const { return recorded_.records != committed_records_; }
    /// Whether every row belongs to a record: a next segment can begin here.
    [[nodiscard]] bool at_record_end() const;

private:
    template <class Operation>
    auto guarded(Operation operation);
    void abandon() noexcept;
    [[nodiscard]] StreamRows present_rows() const;
    void close();

    std::filesystem::path final_path_;
    std::filesystem::path part_path_;
    StreamRows before_;
    hdf5::Handle file_;
    hdf5::Handle commit_word_;
    hdf5::Handle commit_bytes_word_;
    std::optional<StreamWriter<StoredRecord>> records_;
    std::optional<StreamWriter<SampledStep>> sampled_steps_;
    std::optional<StreamWriter<PlanesStep>> planes_steps_;
    std::optional<StreamWriter<UpdatesStep>> updates_steps_;
    std::vector<EventStreamWriter> events_;
    StreamRows recorded_;
    std::uint64_t committed_records_ = 0;
};

}  // namespace stdpscope::analysis
