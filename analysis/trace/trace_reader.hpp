#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "analysis/ledger/records.hpp"
#include "analysis/trace/trace_options.hpp"

namespace stdpscope::analysis {

/// Reads the committed rows of a trace, a few at a time: memory is bounded whatever the size of the trace.
class TraceReader {
public:
    /// `path` is a run folder (all its segments in order, a `.part` among them read up to its commit) or one segment.
    /// Throws MissingTrace where there is none, DamagedTrace where a file is not one of ours or breaks its own rules.
    explicit TraceReader(const std::filesystem::path& path);
    ~TraceReader();

    [[nodiscard]] const TraceHeader& header() const;
    /// Whether the last segment was closed and renamed.
    [[nodiscard]] bool complete() const;
    /// Rows below the commit word over all segments; the rows of the other streams are those that belong to them.
    [[nodiscard]] std::uint64_t records() const;
    [[nodiscard]] std::uint64_t sampled_steps() const;
    [[nodiscard]] std::uint64_t planes_steps() const;
    [[nodiscard]] std::uint64_t updates_steps() const;

    /// Rows below the words of each event stream, over all segments; none in the trace of a training.
    [[nodiscard]] std::vector<std::uint64_t> event_rows() const;

    /// Each calls `visit` for every committed row in order.
    void for_each_record(const std::function<void(const Record&)>& visit) const;
    void for_each_sampled_step(const std::function<void(const SampledStep&)>& visit) const;
    void for_each_planes_step(const std::function<void(const PlanesStep&)>& visit) const;
    void for_each_updates_step(const std::function<void(const UpdatesStep&)>& visit) const;
    /// `stream` counts event_streams() of the header; many rows at a time.
    void for_each_event_rows(std::size_t stream, const std::function<void(const EventRows&)>& visit) const;

private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace stdpscope::analysis
