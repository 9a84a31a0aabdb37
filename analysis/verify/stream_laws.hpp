#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "analysis/trace/trace_reader.hpp"
#include "analysis/verify/check.hpp"
#include "analysis/verify/record_laws.hpp"

namespace stdpscope::analysis {

/// What the rows between records must fulfil. Each reads all rows of its streams and throws DamagedTrace where one
/// cannot be read.

/// Sampled steps, planes and updates: a row at every step that is due, places that follow from the step, values that
/// are finite, within the batch and the map; the weight of a sampled synapse at the next step is this one plus its
/// update. `end_step` is that of the last record.
void look_at_steps(const TraceReader& trace, std::uint64_t end_step, Values values, Check& check,
                   const std::function<void()>& progress);

/// Event streams: spikes in order of time, of neurons that exist; changes of synapses that are sampled, each synapse's
/// in order of time, with finite values; synapses of neurons that exist.
void look_at_events(const TraceReader& trace, Check& check, const std::function<void()>& progress);

/// Rows of the population's spikes, as told by the records' units/response, are all there.
void look_at_spike_counts(const TraceReader& trace, const std::vector<std::uint64_t>& spikes_of_layers, Check& check);

}  // namespace stdpscope::analysis
