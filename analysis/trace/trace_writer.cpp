#include "analysis/trace/trace_writer.hpp"

#include <time.h>  // clock_gettime

#include <chrono>
#include <exception>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "analysis/trace/bounded_queue.hpp"
#include "analysis/trace/error.hpp"
#include "analysis/trace/run_folder.hpp"
#include "analysis/trace/segment_writer.hpp"
#include "analysis/trace/virtual_run.hpp"

namespace stdpscope::analysis {

namespace {

constexpr std::chrono::milliseconds kCommitInterval{1000};
/// Rows that are worth being written before they are committed: each visit to the file costs the same for every column.
constexpr std::uint64_t kWorthWriting = std::uint64_t{1} << 20U;

/// Processor time of the calling thread.
double processor_seconds() {
    timespec time{};
    return clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0
               ? static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec)
               : 0.0;
}

/// The segments of a run, the last one open.
class Segments {
public:
    Segments(std::filesystem::path run_folder, TraceHeader header)
        : run_folder_(std::move(run_folder)), header_(std::move(header)) {
        if (!find_segments(run_folder_).empty()) {
            throw CannotCreate(run_folder_.string(), "has a trace already, must have none");
        }
        open_.emplace(path_of(1), header_, StreamRows{});
    }

    /// Writes rows; a new segment begins only where a record has ended.
    void append(std::vector<TraceRow> rows) {
        std::vector<TraceRow> together;
        std::uint64_t bytes = open_->bytes();
        for (TraceRow& row : rows) {
            bytes += bytes_of(row);
            const bool may_be_last = std::holds_alternative<Record>(row) && bytes >= header_.options.segment_bytes;
            together.push_back(std::move(row));
            if (may_be_last) append_to_segment(std::exchange(together, {}));
        }
        append_to_segment(std::move(together));
    }

    void commit() {
        if (open_->has_uncommitted_records()) open_->commit();
    }

    void finish() {
        finish_segment(*open_);
        open_.reset();
        write_virtual_run(run_folder_, header_, finished_);
    }

private:
    [[nodiscard]] std::filesystem::path path_of(std::uint64_t number) const {
        return run_folder_ / segment_name(number);
    }

    void append_to_segment(std::vector<TraceRow> rows) {
        if (rows.empty()) return;
        if (open_->at_record_end() && open_->rows().records > 0 && open_->bytes() >= header_.options.segment_bytes) {
            begin_next_segment();
        }
        open_->append(std::move(rows));
    }

    /// The next segment is there before this one loses its `.part`: at no moment does a broken-off run look whole.
    void begin_next_segment() {
        open_->commit();
        before_ = before_ + open_->rows();
        SegmentWriter full = std::move(*open_);
        open_.emplace(path_of(finished_.size() + 2), header_, before_);
        finish_segment(full);
    }

    void finish_segment(SegmentWriter& segment) {
        segment.finish();
        finished_.push_back({path_of(finished_.size() + 1), segment.rows(), segment.event_rows()});
    }

    std::filesystem::path run_folder_;
    TraceHeader header_;
    std::optional<SegmentWriter> open_;
    StreamRows before_;
    std::vector<FinishedSegment> finished_;
};

}  // namespace

struct TraceWriter::Implementation {
    Implementation(const std::filesystem::path& run_folder, const TraceHeader& header, std::uint64_t queue_bytes)
        : lock(run_folder), segments(run_folder, header), queue(queue_bytes), thread([this] { write_rows(); }) {}

    ~Implementation() {
        queue.refuse();
        if (thread.joinable()) thread.join();
    }

    void append(TraceRow row) {
        if (closed) throw std::logic_error("a row was appended to a closed trace");
        const std::uint64_t bytes = bytes_of(row);
        if (!queue.push(std::move(row), bytes)) std::rethrow_exception(failure);
    }

    void close() {
        if (!std::exchange(closed, true)) {
            queue.finish();
            thread.join();
            if (!failure) finish();
        }
        if (failure) std::rethrow_exception(failure);
    }

    void finish() {
        try {
            segments.finish();
        } catch (...) {
            failure = std::current_exception();
        }
    }

    /// The thread: takes what waits, once it is worth it, writes it, commits about once a second.
    void write_rows() {
        using Clock = std::chrono::steady_clock;
        try {
            auto next_commit = Clock::now() + kCommitInterval;
            for (bool last = false; !last;) {
                auto taken = queue.take_all(next_commit, kWorthWriting);
                last = taken.last;
                segments.append(std::move(taken.items));
                if (Clock::now() >= next_commit) {
                    segments.commit();
                    next_commit = Clock::now() + kCommitInterval;
                }
            }
        } catch (...) {
            failure = std::current_exception();
            queue.refuse();
        }
        thread_seconds = processor_seconds();
    }

    RunFolderLock lock;
    Segments segments;
    BoundedQueue<TraceRow> queue;
    std::exception_ptr failure;   ///< set by the thread before it refuses the queue, or by close
    double thread_seconds = 0.0;  ///< set by the thread at its end
    bool closed = false;
    std::thread thread;  ///< last: it uses all of the above
};

TraceWriter::TraceWriter(const std::filesystem::path& run_folder, const TraceHeader& header, std::uint64_t queue_bytes)
    : implementation_(std::make_unique<Implementation>(run_folder, header, queue_bytes)) {}

TraceWriter::~TraceWriter() = default;

void TraceWriter::append(Record record) {
    implementation_->append(std::move(record));
}
void TraceWriter::append(SampledStep step) {
    implementation_->append(std::move(step));
}
void TraceWriter::append(PlanesStep step) {
    implementation_->append(std::move(step));
}
void TraceWriter::append(UpdatesStep step) {
    implementation_->append(std::move(step));
}

void TraceWriter::append(EventRows rows) {
    implementation_->append(std::move(rows));
}

void TraceWriter::close() {
    implementation_->close();
}

double TraceWriter::thread_seconds() const {
    return implementation_->thread_seconds;
}

}  // namespace stdpscope::analysis
