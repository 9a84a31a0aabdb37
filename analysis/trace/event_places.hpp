#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/trace/trace_options.hpp"

/// Which event stream is which (EventRows::stream), for a header whose level has such streams. The streams of a trace
/// are, in this order: for each population its spikes; for each layer the changes of its sampled synapses; for each
/// layer its synapses, then its weights.
namespace stdpscope::analysis {

/// Columns: timestamps (f64, ms), node_ids (u64).
[[nodiscard]] std::size_t spikes_stream(const TraceHeader& header, std::size_t population);
/// Columns: synapse (u32), time_ms, pre_ms, post_ms, weight, weight_update (f64).
[[nodiscard]] std::size_t changes_stream(const TraceHeader& header, std::size_t layer);
/// Columns: pre, post (u32).
[[nodiscard]] std::size_t synapses_stream(const TraceHeader& header, std::size_t layer);
/// Columns: step, first_synapse (u64), weight (kWeightBlock x f32).
[[nodiscard]] std::size_t weights_stream(const TraceHeader& header, std::size_t layer);

/// Synapses in one row of a layer's weights.
inline constexpr std::uint64_t kWeightBlock = 16384;

/// Paths of a trace's event streams, "spikes/excitatory" and so on.
[[nodiscard]] std::vector<std::string> event_stream_paths(const TraceHeader& header);

}  // namespace stdpscope::analysis
