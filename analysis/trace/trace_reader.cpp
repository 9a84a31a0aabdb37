#include "analysis/trace/trace_reader.hpp"

#include <string>
#include <vector>

#include "analysis/trace/error.hpp"
#include "analysis/trace/event_places.hpp"
#include "analysis/trace/run_folder.hpp"
#include "analysis/trace/segment_reader.hpp"

namespace stdpscope::analysis {

namespace {

/// A file that was closed opens plainly; one whose writer is at work or died does so in SWMR mode only.
SegmentReader open_segment(const std::filesystem::path& path, ReadDamage damage) {
    if (path.extension() == ".part") return {path, hdf5::ReadMode::swmr, damage};
    try {
        return {path, hdf5::ReadMode::plain, damage};
    } catch (const DamagedTrace& plainly) {
        try {
            return {path, hdf5::ReadMode::swmr, damage};
        } catch (const DamagedTrace&) {
            throw plainly;
        }
    }
}

void require_follows(const SegmentReader& segment, const StreamRows& before) {
    const StreamRows& told = segment.before();
    if (told == before) return;
    throw DamagedTrace(segment.path().string(),
                       "attribute first_record = " + std::to_string(told.records) + " (first_sampled_step " +
                           std::to_string(told.sampled_steps) + ", first_planes_step " +
                           std::to_string(told.planes_steps) + ", first_updates_step " +
                           std::to_string(told.updates_steps) + "), must be " + std::to_string(before.records) + " (" +
                           std::to_string(before.sampled_steps) + ", " + std::to_string(before.planes_steps) + ", " +
                           std::to_string(before.updates_steps) + "), the rows of the segments before it");
}

bool same_layers(const TraceHeader& left, const TraceHeader& right) {
    if (left.layers.size() != right.layers.size() || left.options.level != right.options.level ||
        left.spiking != right.spiking) {
        return false;
    }
    for (std::size_t place = 0; place < left.layers.size(); ++place) {
        if (left.layers[place].name != right.layers[place].name) return false;
    }
    return true;
}

}  // namespace

struct TraceReader::Implementation {
    std::vector<SegmentReader> segments;
    StreamRows rows;
    bool complete = false;
    std::vector<std::string> damage = {};

    void open_folder(const std::filesystem::path& run_folder) {
        const std::vector<SegmentPath> paths = find_segments(run_folder);
        require_some(run_folder, paths);
        complete = true;
        for (const SegmentPath& segment : paths) {
            add(open_segment(segment.path, ReadDamage::refused));
            complete = complete && segment.finished;
        }
    }

    /// Takes segments up to the first that is missing, cannot be opened or has lost rows.
    void salvage_folder(const std::filesystem::path& run_folder) {
        const std::vector<SegmentPath> paths = list_segments(run_folder);
        require_some(run_folder, paths);
        complete = true;
        try {
            for (const SegmentPath& segment : paths) {
                require_place(segment, segments.size() + 1);
                add(open_segment(segment.path, ReadDamage::passed_over));
                complete = complete && segment.finished;
                if (note_losses(segments.back())) break;
            }
        } catch (const DamagedTrace& mistake) {
            if (segments.empty()) throw;
            damage.emplace_back(mistake.what());
        }
        complete = complete && damage.empty();
    }

    void open_file(const std::filesystem::path& path, ReadDamage read_damage) {
        segments.push_back(open_segment(path, read_damage));
        rows = segments.front().rows();
        complete = path.extension() != ".part" && !note_losses(segments.front());
    }

    static void require_some(const std::filesystem::path& run_folder, const std::vector<SegmentPath>& paths) {
        if (!paths.empty()) return;
        throw MissingTrace(run_folder.string(), "holds no trace-0001.h5, must be a run with a trace");
    }

    /// Whether committed rows of the segment cannot be read.
    bool note_losses(const SegmentReader& segment) {
        const std::size_t before = damage.size();
        const std::string path = segment.path().string();
        if (segment.rows().records < segment.committed_records()) {
            damage.push_back(path + ": record " + std::to_string(segment.rows().records) + " of " +
                             std::to_string(segment.committed_records()) + " cannot be read");
        }
        const std::vector<std::uint64_t> committed = segment.committed_event_rows();
        const std::vector<std::uint64_t> present = segment.event_rows();
        for (std::size_t stream = 0; stream < committed.size(); ++stream) {
            if (present[stream] == committed[stream]) continue;
            damage.push_back(path + ": row " + std::to_string(present[stream]) + " of " +
                             std::to_string(committed[stream]) + " of /" +
                             event_stream_paths(segment.header())[stream] + " cannot be read");
        }
        return damage.size() > before;
    }

    [[nodiscard]] std::vector<std::uint64_t> sum_of(std::vector<std::uint64_t> (SegmentReader::*rows_of)()
                                                        const) const {
        std::vector<std::uint64_t> all(event_streams(segments.front().header()).size(), 0);
        for (const SegmentReader& segment : segments) {
            const std::vector<std::uint64_t> rows_of_segment = (segment.*rows_of)();
            for (std::size_t stream = 0; stream < all.size(); ++stream) all[stream] += rows_of_segment.at(stream);
        }
        return all;
    }

    void add(SegmentReader segment) {
        require_follows(segment, rows);
        if (!segments.empty() && !same_layers(segments.front().header(), segment.header())) {
            throw DamagedTrace(segment.path().string(), "is of another run than " + segments.front().path().string());
        }
        rows = rows + segment.rows();
        segments.push_back(std::move(segment));
    }
};

TraceReader::TraceReader(const std::filesystem::path& path, ReadDamage damage)
    : implementation_(std::make_unique<Implementation>()) {
    const auto open_folder = [&](const std::filesystem::path& folder) {
        if (damage == ReadDamage::refused) {
            implementation_->open_folder(folder);
        } else {
            implementation_->salvage_folder(folder);
        }
    };
    if (std::filesystem::is_directory(path)) {
        open_folder(path);
    } else if (path.filename() == kRunFile) {
        // The segments tell what is missing; a virtual dataset would fill it with zeros.
        open_folder(path.has_parent_path() ? path.parent_path() : ".");
    } else {
        implementation_->open_file(path, damage);
    }
}

TraceReader::~TraceReader() = default;

const TraceHeader& TraceReader::header() const {
    return implementation_->segments.front().header();
}
bool TraceReader::complete() const {
    return implementation_->complete;
}
std::uint64_t TraceReader::records() const {
    return implementation_->rows.records;
}
std::uint64_t TraceReader::sampled_steps() const {
    return implementation_->rows.sampled_steps;
}
std::uint64_t TraceReader::planes_steps() const {
    return implementation_->rows.planes_steps;
}
std::uint64_t TraceReader::updates_steps() const {
    return implementation_->rows.updates_steps;
}

std::size_t TraceReader::segments() const {
    return implementation_->segments.size();
}
const std::vector<std::string>& TraceReader::damage() const {
    return implementation_->damage;
}

std::uint64_t TraceReader::committed_records() const {
    std::uint64_t all = 0;
    for (const SegmentReader& segment : implementation_->segments) all += segment.committed_records();
    return all;
}

void TraceReader::for_each_record(const std::function<void(const Record&)>& visit) const {
    for (const SegmentReader& segment : implementation_->segments) segment.for_each_record(visit);
}

void TraceReader::for_each_sampled_step(const std::function<void(const SampledStep&)>& visit) const {
    for (const SegmentReader& segment : implementation_->segments) segment.for_each_sampled_step(visit);
}

void TraceReader::for_each_planes_step(const std::function<void(const PlanesStep&)>& visit) const {
    for (const SegmentReader& segment : implementation_->segments) segment.for_each_planes_step(visit);
}

void TraceReader::for_each_updates_step(const std::function<void(const UpdatesStep&)>& visit) const {
    for (const SegmentReader& segment : implementation_->segments) segment.for_each_updates_step(visit);
}

std::vector<std::uint64_t> TraceReader::event_rows() const {
    return implementation_->sum_of(&SegmentReader::event_rows);
}

std::vector<std::uint64_t> TraceReader::committed_event_rows() const {
    return implementation_->sum_of(&SegmentReader::committed_event_rows);
}

void TraceReader::for_each_event_rows(std::size_t stream, const std::function<void(const EventRows&)>& visit) const {
    for (const SegmentReader& segment : implementation_->segments) segment.for_each_event_rows(stream, visit);
}

void TraceReader::copy_to(RecordSink& sink) const {
    for (const SegmentReader& segment : implementation_->segments) segment.copy_to(sink);
}

}  // namespace stdpscope::analysis
