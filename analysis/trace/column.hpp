#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "analysis/ledger/records.hpp"
#include "analysis/trace/hdf5/dataset.hpp"
#include "analysis/trace/trace_options.hpp"

/// Which datasets a trace has, and how rows of values become rows of datasets and back.
namespace stdpscope::analysis {

/// One dataset of a stream of rows.
template <class Row>
struct Column {
    hdf5::DatasetSpec spec;
    /// Writes spec.row_bytes() bytes. Throws std::logic_error where the row does not fit the header's layers.
    std::function<void(const Row&, std::byte*)> gather;
    /// The reverse; empty for datasets that only restate others.
    std::function<void(const std::byte*, Row&)> scatter;
};

/// A record as it stands in a trace: the ends tell how many rows of the other streams the run has by then.
struct StoredRecord {
    Record record;
    std::uint64_t sampled_steps_end = 0;
    std::uint64_t planes_steps_end = 0;
    std::uint64_t updates_steps_end = 0;
};

/// The datasets of each stream; a stream beyond the header's trace level has none.
[[nodiscard]] std::vector<Column<StoredRecord>> record_columns(const TraceHeader& header);
[[nodiscard]] std::vector<Column<SampledStep>> sampled_step_columns(const TraceHeader& header);
[[nodiscard]] std::vector<Column<PlanesStep>> planes_step_columns(const TraceHeader& header);
[[nodiscard]] std::vector<Column<UpdatesStep>> updates_step_columns(const TraceHeader& header);

/// Rows with a place for each layer and population, to scatter into.
[[nodiscard]] StoredRecord empty_record(const TraceHeader& header);
[[nodiscard]] SampledStep empty_sampled_step(const TraceHeader& header);
[[nodiscard]] PlanesStep empty_planes_step(const TraceHeader& header);
[[nodiscard]] UpdatesStep empty_updates_step(const TraceHeader& header);

/// Synapses that level `samples` keeps of a layer.
[[nodiscard]] std::uint64_t sampled_count(const TraceHeader& header, const ann::SynapseLayer& layer);

}  // namespace stdpscope::analysis
