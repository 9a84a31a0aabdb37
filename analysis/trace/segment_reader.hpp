#pragma once

#include <filesystem>
#include <functional>

#include "analysis/trace/event_stream.hpp"
#include "analysis/trace/hdf5/file.hpp"
#include "analysis/trace/read_damage.hpp"
#include "analysis/trace/stream.hpp"
#include "analysis/trace/structure.hpp"

namespace stdpscope::analysis {

/// The committed rows of one segment. All functions throw DamagedTrace where the file breaks its own rules.
class SegmentReader {
public:
    /// Throws MissingTrace where there is no such file. Where damage is passed over, the rows are those before the
    /// first one that cannot be read (of records: with all that belongs to them), and only a file that does not open or
    /// whose header cannot be read is still refused.
    SegmentReader(const std::filesystem::path& path, hdf5::ReadMode mode, ReadDamage damage = ReadDamage::refused);

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] const TraceHeader& header() const { return header_; }
    /// Rows of the run's earlier segments, and of this one.
    [[nodiscard]] const StreamRows& before() const { return before_; }
    [[nodiscard]] const StreamRows& rows() const { return rows_; }
    /// Records that the commit word tells of; more than rows().records where damage was passed over.
    [[nodiscard]] std::uint64_t committed_records() const { return committed_records_; }
    /// Committed rows of each event stream, and those of them that can be read.
    [[nodiscard]] std::vector<std::uint64_t> committed_event_rows() const;
    [[nodiscard]] std::vector<std::uint64_t> event_rows() const;

    void for_each_record(const std::function<void(const Record&)>& visit) const;
    void for_each_sampled_step(const std::function<void(const SampledStep&)>& visit) const;
    void for_each_planes_step(const std::function<void(const PlanesStep&)>& visit) const;
    void for_each_updates_step(const std::function<void(const UpdatesStep&)>& visit) const;

    /// `stream` counts event_streams() of the header.
    void for_each_event_rows(std::size_t stream, const std::function<void(const EventRows&)>& visit) const;

    /// Reads every committed row once, which proves its checksums.
    void read_everything() const;

    /// Hands every row to `sink`: those of the event streams first, then records, each after the steps that belong to
    /// it.
    void copy_to(RecordSink& sink) const;

private:
    template <class Operation>
    auto guarded(Operation operation) const;
    void open(hdf5::ReadMode mode, ReadDamage damage);
    /// The number of records committed, once the file is known to be whole.
    [[nodiscard]] std::uint64_t read_commit(ReadDamage damage) const;
    /// Of the committed records those that can be read, with the steps that belong to them.
    [[nodiscard]] std::uint64_t whole_records() const;
    /// Rows of this file that the streams have by the end of a record.
    [[nodiscard]] StreamRows rows_at(std::uint64_t records) const;
    /// Opens `records` records and finds the ends of the other streams.
    void open_records(std::uint64_t records);

    std::filesystem::path path_;
    hdf5::Handle file_;
    TraceHeader header_;
    StreamRows before_;
    StreamRows rows_;
    std::uint64_t committed_records_ = 0;
    StreamReader<StoredRecord> records_;
    StreamReader<SampledStep> sampled_steps_;
    StreamReader<PlanesStep> planes_steps_;
    StreamReader<UpdatesStep> updates_steps_;
    std::vector<EventStreamReader> events_;
};

}  // namespace stdpscope::analysis
