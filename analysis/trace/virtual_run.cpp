#include "analysis/trace/virtual_run.hpp"

#include "analysis/trace/column.hpp"
#include "analysis/trace/durable_file.hpp"
#include "analysis/trace/error.hpp"
#include "analysis/trace/event_stream.hpp"
#include "analysis/trace/hdf5/file.hpp"
#include "analysis/trace/run_folder.hpp"

namespace stdpscope::analysis {

namespace {

template <class Row>
void show_stream(hid_t file, const std::vector<Column<Row>>& columns, const std::vector<FinishedSegment>& segments,
                 std::uint64_t StreamRows::*rows) {
    std::vector<hdf5::VirtualSource> sources;
    for (const FinishedSegment& segment : segments) {
        sources.push_back({segment.path.filename().string(), segment.rows.*rows});
    }
    for (const Column<Row>& column : columns) hdf5::create_virtual_rows(file, column.spec, sources);
}

void show_events(hid_t file, const EventStream& stream, std::size_t place,
                 const std::vector<FinishedSegment>& segments) {
    std::vector<hdf5::VirtualSource> sources;
    std::uint64_t all = 0;
    for (const FinishedSegment& segment : segments) {
        sources.push_back({segment.path.filename().string(), segment.event_rows.at(place)});
        all += segment.event_rows.at(place);
    }
    for (const hdf5::DatasetSpec& spec : stream.columns) hdf5::create_virtual_rows(file, spec, sources);
    hdf5::create_word(file, stream.commit_spec(), all).close();
}

void write(const std::filesystem::path& path, const TraceHeader& header, const std::vector<FinishedSegment>& segments) {
    hdf5::Handle file = hdf5::create_file(path);
    show_stream(file.get(), record_columns(header), segments, &StreamRows::records);
    show_stream(file.get(), sampled_step_columns(header), segments, &StreamRows::sampled_steps);
    show_stream(file.get(), planes_step_columns(header), segments, &StreamRows::planes_steps);
    show_stream(file.get(), updates_step_columns(header), segments, &StreamRows::updates_steps);
    std::vector<EventStream> streams = event_streams(header);
    for (std::size_t place = 0; place < streams.size(); ++place)
        show_events(file.get(), streams[place], place, segments);
    write_structure(file.get(), header, {});
    StreamRows all;
    for (const FinishedSegment& segment : segments) all = all + segment.rows;
    hdf5::create_word(file.get(), commit_spec(), all.records).close();
    // This file is renamed into place when it is whole: it has no earlier size to keep.
    hdf5::create_word(file.get(), commit_bytes_spec(), 0).close();
    file.close();
}

void require_rows(hid_t file, const hdf5::DatasetSpec& spec, std::uint64_t wanted) {
    const hdf5::Handle dataset = hdf5::open_dataset(file, spec.path);
    const std::uint64_t rows = hdf5::checked_rows(dataset.get(), spec);
    if (rows == wanted) return;
    throw hdf5::Hdf5Error("/" + spec.path + " shows " + std::to_string(rows) + " rows, must show the " +
                          std::to_string(wanted) + " of the segments");
}

template <class Row>
void require_stream(hid_t file, const std::vector<Column<Row>>& columns, std::uint64_t wanted) {
    for (const Column<Row>& column : columns) require_rows(file, column.spec, wanted);
}

void require_word(hid_t file, const hdf5::DatasetSpec& spec, std::uint64_t wanted) {
    const hdf5::Handle word = hdf5::open_dataset(file, spec.path);
    const std::uint64_t value = hdf5::read_word(word.get(), spec.path);
    if (value == wanted) return;
    throw hdf5::Hdf5Error("/" + spec.path + " = " + std::to_string(value) + " must be " + std::to_string(wanted) +
                          ", the rows of the segments");
}

}  // namespace

void write_virtual_run(const std::filesystem::path& run_folder, const TraceHeader& header,
                       const std::vector<FinishedSegment>& segments) {
    const std::filesystem::path path = run_folder / kRunFile;
    std::filesystem::path part = path;
    part += ".part";
    if (std::filesystem::exists(path)) throw CannotCreate(path.string(), "exists already, must be a new file");
    constexpr std::uint64_t kPlentyBytes = std::uint64_t{1} << 20U;
    require_free_space(run_folder, kPlentyBytes);
    try {
        const std::lock_guard lock(hdf5::library_mutex());
        write(part, header, segments);
    } catch (const hdf5::Hdf5Error& error) {
        throw WriteFailed(part.string(), WriteFailure::input_output, error.what());
    }
    synchronize_file(part);
    rename_durably(part, path);
}

void require_virtual_run(const std::filesystem::path& run_folder, const TraceHeader& header, const StreamRows& rows,
                         const std::vector<std::uint64_t>& event_rows) {
    const std::filesystem::path path = run_folder / kRunFile;
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) {
        throw DamagedTrace(path.string(), "no such file, must show all segments as one");
    }
    try {
        const std::lock_guard lock(hdf5::library_mutex());
        const hdf5::Handle file = hdf5::open_file(path, hdf5::ReadMode::plain);
        require_word(file.get(), commit_spec(), rows.records);
        require_stream(file.get(), record_columns(header), rows.records);
        require_stream(file.get(), sampled_step_columns(header), rows.sampled_steps);
        require_stream(file.get(), planes_step_columns(header), rows.planes_steps);
        require_stream(file.get(), updates_step_columns(header), rows.updates_steps);
        const std::vector<EventStream> streams = event_streams(header);
        for (std::size_t place = 0; place < streams.size(); ++place) {
            require_word(file.get(), streams[place].commit_spec(), event_rows.at(place));
            for (const hdf5::DatasetSpec& spec : streams[place].columns) {
                require_rows(file.get(), spec, event_rows[place]);
            }
        }
    } catch (const hdf5::Hdf5Error& mistake) {
        throw DamagedTrace(path.string(), mistake.what());
    }
}

}  // namespace stdpscope::analysis
