#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "analysis/ledger/records.hpp"
#include "analysis/trace/event_places.hpp"
#include "analysis/trace/hdf5/dataset.hpp"
#include "analysis/trace/hdf5/handle.hpp"
#include "analysis/trace/read_damage.hpp"
#include "analysis/trace/trace_options.hpp"

/// Streams of events: any number of rows between two records (spikes, changes of sampled synapses). Only a simulation
/// has them.
namespace stdpscope::analysis {

/// Datasets of one length under one path. Chunks hold several rows and are written once each, when they are full; a
/// word of the stream's own says how many rows are durable.
struct EventStream {
    std::string path;  ///< "spikes/excitatory"
    std::vector<hdf5::DatasetSpec> columns;

    [[nodiscard]] hdf5::DatasetSpec commit_spec() const;
};

/// The event streams that a trace of this level has, in the order of event_places.hpp; a training has none.
[[nodiscard]] std::vector<EventStream> event_streams(const TraceHeader& header);

/// The datasets of one stream, open for appending.
class EventStreamWriter {
public:
    /// Creates the datasets and the word, without rows.
    EventStreamWriter(hid_t file, EventStream stream);

    /// Writes what fills whole chunks and keeps the rest for later, unless the rows say that they are the last.
    void append(const EventRows& rows);
    /// Writes what is kept: the file will be closed.
    void append_rest();
    /// Says that the rows written so far are durable.
    void commit();
    void close();
    void forget();

    [[nodiscard]] std::uint64_t rows() const { return written_; }

private:
    void write(std::uint64_t rows);

    EventStream stream_;
    std::vector<hdf5::Handle> datasets_;
    hdf5::Handle word_;
    std::vector<std::vector<std::byte>> kept_;  ///< by column
    std::uint64_t kept_rows_ = 0;
    std::uint64_t written_ = 0;
};

/// The committed rows of one stream.
class EventStreamReader {
public:
    /// Throws hdf5::Hdf5Error where a dataset is missing, of another type or shape or shorter than its word says; or,
    /// where damage is passed over, gives the rows that can be read.
    EventStreamReader(hid_t file, EventStream stream, std::size_t number, std::uint64_t file_bytes, ReadDamage damage);

    [[nodiscard]] std::uint64_t rows() const { return rows_; }
    /// Rows that the word tells of.
    [[nodiscard]] std::uint64_t committed() const { return committed_; }
    /// A bounded number of rows at a time, in order.
    void for_each(const std::function<void(const EventRows&)>& visit) const;

private:
    /// Finds the rows that can be read.
    void find_whole_rows(hid_t file, std::uint64_t file_bytes);

    EventStream stream_;
    std::size_t number_;
    std::vector<hdf5::Handle> datasets_;
    std::uint64_t committed_ = 0;
    std::uint64_t rows_ = 0;
};

}  // namespace stdpscope::analysis
