#include "analysis/trace/segment_reader.hpp"

#include <string>

#include "analysis/trace/error.hpp"
#include "analysis/trace/hdf5/padded_copy.hpp"

namespace stdpscope::analysis {

namespace {

/// The one number in row `row` of a record's dataset.
std::uint64_t read_number(hid_t file, const std::string& path, std::uint64_t row) {
    const hdf5::DatasetSpec spec{path, hdf5::Element::u64, {}, {}, {}, {}};
    const hdf5::Handle dataset = hdf5::open_dataset(file, path);
    const std::uint64_t rows = hdf5::checked_rows(dataset.get(), spec);
    if (row >= rows) {
        throw hdf5::Hdf5Error("/" + path + " has " + std::to_string(rows) + " rows, must have at least the committed " +
                              std::to_string(row + 1));
    }
    std::uint64_t value = 0;
    hdf5::read_rows(dataset.get(), spec, row, 1, &value);
    return value;
}

std::uint64_t rows_since(const std::string& what, std::uint64_t end, std::uint64_t before) {
    if (end < before) {
        throw hdf5::Hdf5Error(what + " = " + std::to_string(end) + " at the last committed record, must be >= " +
                              std::to_string(before) + ", the rows of earlier segments");
    }
    return end - before;
}

}  // namespace

template <class Operation>
auto SegmentReader::guarded(Operation operation) const {
    try {
        return operation();
    } catch (const hdf5::Hdf5Error& error) {
        throw DamagedTrace(path_.string(), error.what());
    }
}

SegmentReader::SegmentReader(const std::filesystem::path& path, hdf5::ReadMode mode, ReadDamage damage) : path_(path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) {
        throw MissingTrace(path.string(), "no such file, must be a trace");
    }
    const std::lock_guard lock(hdf5::library_mutex());
    guarded([&] {
        open(mode, damage);
        // First of all: what a writer adds from here on lies beyond the commit, whenever it is seen.
        committed_records_ = read_commit(damage);
        FileHeader structure = read_structure(file_.get());
        header_ = std::move(structure.header);
        before_ = structure.before;
        open_records(damage == ReadDamage::refused ? committed_records_ : whole_records());
        for (EventStream& stream : event_streams(header_)) {
            events_.emplace_back(file_.get(), std::move(stream), events_.size(), std::filesystem::file_size(path_),
                                 damage);
        }
    });
}

void SegmentReader::open(hdf5::ReadMode mode, ReadDamage damage) {
    try {
        file_ = hdf5::open_file(path_, mode);
    } catch (const hdf5::Hdf5Error&) {
        if (damage == ReadDamage::refused) throw;
        const auto copy = hdf5::PaddedCopy::of(path_);
        if (!copy) throw;
        file_ = hdf5::open_file(copy->path(), hdf5::ReadMode::plain);
    }
}

std::uint64_t SegmentReader::read_commit(ReadDamage damage) const {
    const hdf5::Handle commit = hdf5::open_dataset(file_.get(), commit_spec().path);
    const std::uint64_t committed = hdf5::read_word(commit.get(), commit_spec().path);
    if (damage == ReadDamage::passed_over) return committed;
    const hdf5::Handle bytes = hdf5::open_dataset(file_.get(), commit_bytes_spec().path);
    const std::uint64_t least_bytes = hdf5::read_word(bytes.get(), commit_bytes_spec().path);
    const std::uint64_t file_bytes = std::filesystem::file_size(path_);
    if (file_bytes < least_bytes) {
        throw hdf5::Hdf5Error("has " + std::to_string(file_bytes) + " bytes, must have at least the committed " +
                              std::to_string(least_bytes));
    }
    return committed;
}

StreamRows SegmentReader::rows_at(std::uint64_t records) const {
    if (records == 0) return {};
    const auto rows_of = [&](const char* path, std::uint64_t before) {
        return rows_since(std::string("/") + path, read_number(file_.get(), path, records - 1), before);
    };
    return {.records = records,
            .sampled_steps = rows_of("records/sampled_steps_end", before_.sampled_steps),
            .planes_steps = rows_of("records/planes_steps_end", before_.planes_steps),
            .updates_steps = rows_of("records/updates_steps_end", before_.updates_steps)};
}

std::uint64_t SegmentReader::whole_records() const {
    const hid_t file = file_.get();
    const std::uint64_t bytes = std::filesystem::file_size(path_);
    std::uint64_t records = whole_rows(file, record_columns(header_), committed_records_, bytes);
    if (records == 0) return 0;
    const StreamRows told = rows_at(records);
    const std::uint64_t sampled = whole_rows(file, sampled_step_columns(header_), told.sampled_steps, bytes);
    const std::uint64_t planes = whole_rows(file, planes_step_columns(header_), told.planes_steps, bytes);
    const std::uint64_t updates = whole_rows(file, updates_step_columns(header_), told.updates_steps, bytes);
    for (; records > 0; --records) {
        const StreamRows needed = rows_at(records);
        if (needed.sampled_steps <= sampled && needed.planes_steps <= planes && needed.updates_steps <= updates) break;
    }
    return records;
}

void SegmentReader::open_records(std::uint64_t records) {
    const hid_t file = file_.get();
    const std::uint64_t file_bytes = std::filesystem::file_size(path_);
    records_ = {file, record_columns(header_), records, file_bytes};
    rows_ = rows_at(records);
    sampled_steps_ = {file, sampled_step_columns(header_), rows_.sampled_steps, file_bytes};
    planes_steps_ = {file, planes_step_columns(header_), rows_.planes_steps, file_bytes};
    updates_steps_ = {file, updates_step_columns(header_), rows_.updates_steps, file_bytes};
    if (rows_.sampled_steps != sampled_steps_.rows() || rows_.planes_steps != planes_steps_.rows() ||
        rows_.updates_steps != updates_steps_.rows()) {
        throw hdf5::Hdf5Error("records tell of rows that the trace level does not keep");
    }
}

void SegmentReader::for_each_record(const std::function<void(const Record&)>& visit) const {
    guarded([&] {
        records_.for_each(empty_record(header_), [&](const StoredRecord& row) {
            const Record& record = row.record;
            if (record.first_step >= record.end_step) {
                throw hdf5::Hdf5Error("/records/end_step = " + std::to_string(record.end_step) + ", must be > " +
                                      std::to_string(record.first_step) + ", the first step");
            }
            visit(record);
        });
    });
}

void SegmentReader::for_each_sampled_step(const std::function<void(const SampledStep&)>& visit) const {
    guarded([&] { sampled_steps_.for_each(empty_sampled_step(header_), visit); });
}

void SegmentReader::for_each_planes_step(const std::function<void(const PlanesStep&)>& visit) const {
    guarded([&] { planes_steps_.for_each(empty_planes_step(header_), visit); });
}

void SegmentReader::for_each_updates_step(const std::function<void(const UpdatesStep&)>& visit) const {
    guarded([&] { updates_steps_.for_each(empty_updates_step(header_), visit); });
}

std::vector<std::uint64_t> SegmentReader::event_rows() const {
    std::vector<std::uint64_t> rows;
    for (const EventStreamReader& stream : events_) rows.push_back(stream.rows());
    return rows;
}

void SegmentReader::for_each_event_rows(std::size_t stream, const std::function<void(const EventRows&)>& visit) const {
    guarded([&] { events_.at(stream).for_each(visit); });
}

std::vector<std::uint64_t> SegmentReader::committed_event_rows() const {
    std::vector<std::uint64_t> rows;
    for (const EventStreamReader& stream : events_) rows.push_back(stream.committed());
    return rows;
}

void SegmentReader::copy_to(RecordSink& sink) const {
    for (std::size_t stream = 0; stream < events_.size(); ++stream) {
        for_each_event_rows(stream, [&](EventRows rows) {
            rows.last = false;  // those of the next segment may follow
            sink.append(std::move(rows));
        });
    }
    guarded([&] {
        StreamRows done;
        const auto hand_over = [&](const auto& row) { sink.append(row); };
        records_.for_each(empty_record(header_), [&](const StoredRecord& row) {
            const std::uint64_t sampled = row.sampled_steps_end - before_.sampled_steps;
            const std::uint64_t planes = row.planes_steps_end - before_.planes_steps;
            const std::uint64_t updates = row.updates_steps_end - before_.updates_steps;
            sampled_steps_.for_each_between(done.sampled_steps, sampled, empty_sampled_step(header_), hand_over);
            planes_steps_.for_each_between(done.planes_steps, planes, empty_planes_step(header_), hand_over);
            updates_steps_.for_each_between(done.updates_steps, updates, empty_updates_step(header_), hand_over);
            done = {.records = 0, .sampled_steps = sampled, .planes_steps = planes, .updates_steps = updates};
            sink.append(row.record);
        });
    });
}

void SegmentReader::read_everything() const {
    for_each_record([](const Record&) {});
    for_each_sampled_step([](const SampledStep&) {});
    for_each_planes_step([](const PlanesStep&) {});
    for_each_updates_step([](const UpdatesStep&) {});
    for (std::size_t stream = 0; stream < events_.size(); ++stream) {
        for_each_event_rows(stream, [](const EventRows&) {});
    }
}

}  // namespace stdpscope::analysis
