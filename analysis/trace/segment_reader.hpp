#pragma once

#include <filesystem>
#include <functional>

#include "analysis/trace/event_stream.hpp"
#include "analysis/trace/hdf5/file.hpp"
#include "analysis/trace/stream.hpp"
#include "analysis/trace/structure.hpp"

namespace stdpscope::analysis {

/// The committed rows of one segment. All functions throw DamagedTrace where the file breaks its own rules.
class SegmentReader {
public:
    /// Throws MissingTrace where there is no such file.
    SegmentReader(const std::filesystem::path& path, hdf5::ReadMode mode);

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] const TraceHeader& header() const { return header_; }
    /// Rows of the run's earlier segments, and of this one.
    [[nodiscard]] const StreamRows& before() const { return before_; }
    [[nodiscard]] const StreamRows& rows() const { return rows_; }
    /// Committed rows of each event stream.
    [[nodiscard]] std::vector<std::uint64_t> event_rows() const;

    void for_each_record(const std::function<void(const Record&)>& visit) const;
    void for_each_sampled_step(const std::function<void(const SampledStep&)>& visit) const;
    void for_each_planes_step(const std::function<void(const PlanesStep&)>& visit) const;
    void for_each_updates_step(const std::function<void(const UpdatesStep&)>& visit) const;

    /// `stream` counts event_streams() of the header.
    void for_each_event_rows(std::size_t stream, const std::function<void(const EventRows&)>& visit) const;

    /// Reads every committed row once, which proves its checksums.
    void read_everything() const;

private:
    template <class Operation>
    auto guarded(Operation operation) const;
    /// The number of records committed, once the file is known to be whole.
    [[nodiscard]] std::uint64_t read_commit() const;
    /// Opens the records and finds the ends of the other streams.
    void open_records(std::uint64_t committed);

    std::filesystem::path path_;
    hdf5::Handle file_;
    TraceHeader header_;
    StreamRows before_;
    StreamRows rows_;
    StreamReader<StoredRecord> records_;
    StreamReader<SampledStep> sampled_steps_;
    StreamReader<PlanesStep> planes_steps_;
    StreamReader<UpdatesStep> updates_steps_;
    std::vector<EventStreamReader> events_;
};

}  // namespace stdpscope::analysis
