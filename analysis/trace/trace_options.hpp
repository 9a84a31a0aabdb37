#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/ledger/records.hpp"
#include "ann/observer.hpp"

namespace stdpscope::analysis {

/// How much a trace keeps; each level keeps all of those before it.
enum class TraceLevel { off, counts, samples, planes, full };

struct TraceOptions {
    TraceLevel level = TraceLevel::counts;
    std::uint64_t record_every = 100;     ///< steps a record; a record also ends with its epoch
    std::uint64_t sample_synapses = 256;  ///< a layer
    std::uint64_t sample_every = 10;      ///< steps
    std::uint64_t planes_every = 100;     ///< steps
    std::uint64_t updates_every = 100;    ///< steps
    UpdateTiming update_timing = UpdateTiming::pairs;
    std::vector<std::string> layers;                        ///< names of the layers to keep; empty: all
    std::uint64_t segment_bytes = std::uint64_t{2} << 30U;  ///< a new trace-000N.h5 is begun beyond this size
};

/// What a trace tells about its run before the first row.
struct TraceHeader {
    TraceOptions options;
    std::vector<ann::SynapseLayer> layers;  ///< those kept, in order
    /// Place of each of `layers` in TrainingPlan::layers, on which its random draws depend; empty: 0, 1, 2, ...
    std::vector<std::uint32_t> layer_indices;
    std::uint64_t seed = 0;
    std::uint64_t batch_size = 0;
    std::uint64_t steps_per_epoch = 0;
    std::string configuration;  ///< the resolved configuration as TOML
    std::string program;        ///< "stdpscope 0.1.0"

    /// Place of layers[place] in TrainingPlan::layers.
    [[nodiscard]] std::uint32_t layer_index(std::size_t place) const {
        return layer_indices.empty() ? static_cast<std::uint32_t>(place) : layer_indices.at(place);
    }
};

}  // namespace stdpscope::analysis
