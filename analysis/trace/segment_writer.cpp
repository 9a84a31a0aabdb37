#include "analysis/trace/segment_writer.hpp"

#include <utility>

#include "analysis/trace/durable_file.hpp"
#include "analysis/trace/error.hpp"
#include "analysis/trace/hdf5/file.hpp"
#include "analysis/trace/segment_reader.hpp"

namespace stdpscope::analysis {

namespace {

std::uint64_t bytes_of(const Record& record) {
    std::uint64_t bytes = sizeof record;
    for (const LayerRecord& layer : record.layers) {
        bytes += sizeof layer + layer.events.size() * sizeof(EventCounts) +
                 layer.updates.size() * sizeof(UpdateCounts) + layer.unit_response.size() * sizeof(std::uint64_t);
    }
    return bytes;
}

std::uint64_t bytes_of(const SampledStep& step) {
    std::uint64_t bytes = sizeof step;
    // Ten vectors a layer, each of 4-byte elements.
    for (const SampledLayer& layer : step.layers) bytes += sizeof layer + layer.weight.size() * 40;
    return bytes;
}

std::uint64_t bytes_of(const SignPlanes& planes) {
    return (planes.positive.size() + planes.negative.size()) * sizeof(std::uint16_t);
}

std::uint64_t bytes_of(const PlanesStep& step) {
    std::uint64_t bytes = sizeof step;
    for (const PlanesLayer& layer : step.layers) {
        bytes += sizeof layer + bytes_of(layer.pre_activation) + bytes_of(layer.loss_derivative) +
                 bytes_of(layer.activation_derivative) + bytes_of(layer.weight) + bytes_of(layer.weight_update);
    }
    return bytes;
}

std::uint64_t bytes_of(const UpdatesStep& step) {
    std::uint64_t bytes = sizeof step;
    for (const std::vector<float>& updates : step.weight_update) bytes += updates.size() * sizeof(float);
    return bytes;
}

std::uint64_t bytes_of(const EventRows& rows) {
    std::uint64_t bytes = sizeof rows;
    for (const std::vector<std::byte>& column : rows.columns) bytes += column.size();
    return bytes;
}

std::filesystem::path part_of(std::filesystem::path path) {
    return path += ".part";
}

/// Rows sorted by stream, each record with the ends of the other streams.
struct SortedRows {
    std::vector<StoredRecord> records;
    std::vector<SampledStep> sampled_steps;
    std::vector<PlanesStep> planes_steps;
    std::vector<UpdatesStep> updates_steps;
    std::vector<EventRows> events;
};

SortedRows sort(std::vector<TraceRow> rows, const StreamRows& before) {
    SortedRows sorted;
    for (TraceRow& row : rows) {
        if (auto* record = std::get_if<Record>(&row)) {
            sorted.records.push_back({std::move(*record), before.sampled_steps + sorted.sampled_steps.size(),
                                      before.planes_steps + sorted.planes_steps.size(),
                                      before.updates_steps + sorted.updates_steps.size()});
        } else if (auto* sampled = std::get_if<SampledStep>(&row)) {
            sorted.sampled_steps.push_back(std::move(*sampled));
        } else if (auto* planes = std::get_if<PlanesStep>(&row)) {
            sorted.planes_steps.push_back(std::move(*planes));
        } else if (auto* updates = std::get_if<UpdatesStep>(&row)) {
            sorted.updates_steps.push_back(std::move(*updates));
        } else {
            sorted.events.push_back(std::move(std::get<EventRows>(row)));
        }
    }
    return sorted;
}

}  // namespace

std::uint64_t bytes_of(const TraceRow& row) {
    return std::visit([](const auto& alternative) { return bytes_of(alternative); }, row);
}

template <class Operation>
auto SegmentWriter::guarded(Operation operation) {
    try {
        const std::lock_guard lock(hdf5::library_mutex());
        return operation();
    } catch (const hdf5::Hdf5Error& error) {
        abandon();
        throw WriteFailed(part_path_.string(), WriteFailure::input_output, error.what());
    } catch (const WriteFailed&) {
        abandon();
        throw;
    }
}

void SegmentWriter::abandon() noexcept {
    if (file_.get() < 0) return;
    try {
        hdf5::cut_off(file_.get());
    } catch (const hdf5::Hdf5Error&) {
        // Nothing is left to try; as nothing is closed, nothing more is written.
    }
    const auto forget = [](auto& stream) {
        if (stream) stream->forget();
    };
    forget(records_);
    forget(sampled_steps_);
    forget(planes_steps_);
    forget(updates_steps_);
    for (EventStreamWriter& stream : events_) stream.forget();
    commit_word_.forget();
    commit_bytes_word_.forget();
    file_.forget();
}

SegmentWriter::~SegmentWriter() {
    if (file_.get() < 0) return;
    try {
        guarded([&] {
            // Where this goes well, closing has nothing left to write that could go wrong.
            hdf5::flush(file_.get());
            close();
        });
    } catch (const std::exception&) {
        // The file has been abandoned, with its last commit.
    }
}

SegmentWriter::SegmentWriter(const std::filesystem::path& final_path, const TraceHeader& header,
                             const StreamRows& before)
    : final_path_(final_path), part_path_(part_of(final_path)), before_(before) {
    const std::lock_guard lock(hdf5::library_mutex());
    if (std::filesystem::exists(final_path_)) {
        throw CannotCreate(final_path_.string(), "exists already, must be a new file");
    }
    try {
        file_ = hdf5::create_file(part_path_);
    } catch (const hdf5::Hdf5Error& error) {
        throw CannotCreate(part_path_.string(), std::string("cannot be created, must be a new file in a folder that "
                                                            "can be written to: ") +
                                                    error.what());
    }
    guarded([&] {
        records_.emplace(file_.get(), record_columns(header));
        sampled_steps_.emplace(file_.get(), sampled_step_columns(header));
        planes_steps_.emplace(file_.get(), planes_step_columns(header));
        updates_steps_.emplace(file_.get(), updates_step_columns(header));
        for (EventStream& stream : event_streams(header)) events_.emplace_back(file_.get(), std::move(stream));
        write_structure(file_.get(), header, before);
        commit_word_ = hdf5::create_word(file_.get(), commit_spec(), 0);
        commit_bytes_word_ = hdf5::create_word(file_.get(), commit_bytes_spec(), 0);
        hdf5::start_swmr_write(file_.get());
        hdf5::flush(file_.get());
        hdf5::synchronize(file_.get());
    });
    synchronize_folder(final_path_.parent_path());
}

void SegmentWriter::append(std::vector<TraceRow> rows) {
    if (rows.empty()) return;
    std::uint64_t batch_bytes = 0;
    for (const TraceRow& row : rows) batch_bytes += analysis::bytes_of(row);
    const SortedRows sorted = sort(std::move(rows), before_ + present_rows());
    guarded([&] {
        // The library reports success for rows that a full disk did not take, so ask before; for twice the bytes, as
        // chunk indices and checksums come with them.
        require_free_space(part_path_.parent_path(), 2 * batch_bytes);
        sampled_steps_->append(sorted.sampled_steps);
        planes_steps_->append(sorted.planes_steps);
        updates_steps_->append(sorted.updates_steps);
        for (const EventRows& event : sorted.events) events_.at(event.stream).append(event);
        records_->append(sorted.records);
    });
    if (sorted.records.empty()) return;
    const StoredRecord& last = sorted.records.back();
    recorded_ = StreamRows{before_.records + records_->rows(), last.sampled_steps_end, last.planes_steps_end,
                           last.updates_steps_end} -
                before_;
}

StreamRows SegmentWriter::present_rows() const {
    return {records_->rows(), sampled_steps_->rows(), planes_steps_->rows(), updates_steps_->rows()};
}

std::vector<std::uint64_t> SegmentWriter::event_rows() const {
    std::vector<std::uint64_t> rows;
    for (const EventStreamWriter& stream : events_) rows.push_back(stream.rows());
    return rows;
}

bool SegmentWriter::at_record_end() const {
    return recorded_ == present_rows();
}

void SegmentWriter::commit() {
    guarded([&] {
        hdf5::flush(file_.get());
        hdf5::synchronize(file_.get());
        hdf5::write_word(commit_bytes_word_.get(), std::filesystem::file_size(part_path_));
        hdf5::write_word(commit_word_.get(), recorded_.records);
        for (EventStreamWriter& stream : events_) stream.commit();
        hdf5::flush(file_.get());
        hdf5::synchronize(file_.get());
    });
    committed_records_ = recorded_.records;
}

void SegmentWriter::close() {
    records_->close();
    sampled_steps_->close();
    planes_steps_->close();
    updates_steps_->close();
    for (EventStreamWriter& stream : events_) stream.close();
    commit_word_.close();
    commit_bytes_word_.close();
    file_.close();
}

void SegmentWriter::finish() {
    guarded([&] {
        for (EventStreamWriter& stream : events_) stream.append_rest();
    });
    commit();
    guarded([&] { close(); });
    synchronize_file(part_path_);
    try {
        const SegmentReader written(part_path_, hdf5::ReadMode::plain);
        if (written.rows() != recorded_ || written.event_rows() != event_rows()) {
            throw DamagedTrace(part_path_.string(), "has other row counts than were written");
        }
        written.read_everything();
    } catch (const std::runtime_error& error) {
        throw WriteFailed(part_path_.string(), WriteFailure::input_output,
                          std::string("what was written cannot be read again: ") + error.what());
    }
    rename_durably(part_path_, final_path_);
}

std::uint64_t SegmentWriter::bytes() {
    return guarded([&] { return hdf5::file_bytes(file_.get()); });
}

}  // namespace stdpscope::analysis
