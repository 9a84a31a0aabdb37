#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "analysis/ledger/records.hpp"
#include "analysis/trace/trace_options.hpp"

namespace stdpscope::analysis {

/// Writes a run's trace: trace-0001.h5, ... and run.h5 over them (docs/schema.md).
///
/// Rows are handed to a thread of the writer's own over a queue of bounded size: when the disk is slower than the
/// training, append waits; nothing is dropped. At most `queue_bytes` of rows wait and as many are being written (one
/// row more where it alone is larger). Rows are durable once committed, about once a second, without append waiting for
/// it.
class TraceWriter : public RecordSink {
public:
    static constexpr std::uint64_t kQueueBytes = std::uint64_t{64} << 20U;

    /// Throws CannotCreate where a segment exists already or the folder cannot be written to.
    TraceWriter(const std::filesystem::path& run_folder, const TraceHeader& header,
                std::uint64_t queue_bytes = kQueueBytes);
    /// Without close(), leaves the last segment as `.part` with its last commit.
    ~TraceWriter() override;

    /// Throw WriteFailed when an earlier row could not be written (disk full, I/O error); the last commit stands.
    void append(Record record) override;
    void append(SampledStep step) override;
    void append(PlanesStep step) override;
    void append(UpdatesStep step) override;
    void append(EventRows rows) override;

    /// Commits, closes, verifies and renames the last segment and writes run.h5. Throws WriteFailed.
    void close();

    /// After close: processor time that the writer's thread took.
    [[nodiscard]] double thread_seconds() const;

private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace stdpscope::analysis
