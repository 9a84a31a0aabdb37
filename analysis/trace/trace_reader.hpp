#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "analysis/ledger/records.hpp"
#include "analysis/trace/read_damage.hpp"
#include "analysis/trace/trace_options.hpp"

namespace stdpscope::analysis {

/// Reads the committed rows of a trace, a few at a time: memory is bounded whatever the size of the trace.
class TraceReader {
public:
    /// `path` is a run folder (all its segments in order, a `.part` among them read up to its commit) or one segment.
    /// Throws MissingTrace where there is none, DamagedTrace where a file is not one of ours or breaks its own rules;
    /// where damage is passed over, only if nothing at all can be read.
    explicit TraceReader(const std::filesystem::path& path, ReadDamage damage = ReadDamage::refused);
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
    [[nodiscard]] std::size_t segments() const;

    /// Where damage was passed over: what it is. Empty where every committed row can be read.
    [[nodiscard]] const std::vector<std::string>& damage() const;
    /// Records, and rows of event streams, that the words of the files that could be opened tell of.
    [[nodiscard]] std::uint64_t committed_records() const;
    [[nodiscard]] std::vector<std::uint64_t> committed_event_rows() const;

    /// Each calls `visit` for every committed row in order.
    void for_each_record(const std::function<void(const Record&)>& visit) const;
    void for_each_sampled_step(const std::function<void(const SampledStep&)>& visit) const;
    void for_each_planes_step(const std::function<void(const PlanesStep&)>& visit) const;
    void for_each_updates_step(const std::function<void(const UpdatesStep&)>& visit) const;
    /// `stream` counts event_streams() of the header; many rows at a time.
    void for_each_event_rows(std::size_t stream, const std::function<void(const EventRows&)>& visit) const;

    /// Hands every row of every stream to `sink`, in an order that a TraceWriter takes.
    void copy_to(RecordSink& sink) const;

private:
    struct Implementation;
    std::unique_ptr<Implementation> implementation_;
};

}  // namespace stdpscope::analysis
