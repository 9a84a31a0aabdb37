#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/classify/sign.hpp"
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
    std::vector<std::string> layers = {};                   ///< names of the layers to keep; empty: all
    std::uint64_t segment_bytes = std::uint64_t{2} << 30U;  ///< a new trace-000N.h5 is begun beyond this size
};

/// A population of neurons or sources of a simulation.
struct SpikingPopulation {
    std::string name;
    std::uint64_t size = 0;
    std::string model;     ///< "lif_conductance", "poisson", ...
    Sign transmitter = 1;  ///< + excitatory, - inhibitory
    friend bool operator==(const SpikingPopulation&, const SpikingPopulation&) = default;
};

/// What a plastic projection, a simulation's layer of synapses, tells besides.
struct SpikingProjection {
    std::string pre_population;
    std::string post_population;
    Sign receptor = 1;  ///< + normal, - opposite
    std::string rule;   ///< "additive_pair", ...
    double w_max = 1.0;
    std::uint64_t synapses = 0;
    double axonal_delay_ms = 0.0;
    double dendritic_delay_ms = 0.0;
    std::vector<std::array<std::uint64_t, 2>> sampled;  ///< (post, pre) of each sampled synapse
    friend bool operator==(const SpikingProjection&, const SpikingProjection&) = default;
};

/// What a trace of a simulation tells besides; a step is dt_ms of biological time.
struct SpikingHeader {
    double dt_ms = 0.1;
    std::vector<SpikingPopulation> populations;
    std::vector<SpikingProjection> projections;  ///< one for each of the header's layers
    friend bool operator==(const SpikingHeader&, const SpikingHeader&) = default;
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
    std::string configuration;                  ///< the resolved configuration as TOML
    std::string program;                        ///< "stdpscope 0.1.0"
    std::optional<SpikingHeader> spiking = {};  ///< of a simulation; else a training's

    /// Place of layers[place] in TrainingPlan::layers.
    [[nodiscard]] std::uint32_t layer_index(std::size_t place) const {
        return layer_indices.empty() ? static_cast<std::uint32_t>(place) : layer_indices.at(place);
    }
};

}  // namespace stdpscope::analysis
