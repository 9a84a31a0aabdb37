#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "ann/observer.hpp"

/// What the listeners of a run produce and the trace keeps: plain values, one struct a row.
namespace stdpscope::analysis {

/// How update-level timing sums the firing pairs of a batch.
enum class UpdateTiming {
    pairs,     ///< the sum of the pairs' timing signs
    integral,  ///< the sum of -D over the pairs
};

/// Counts over (transmitter, receptor, timing, response), each axis -1, 0, +1, the last fastest; timing is the sign
/// of -D. Every (sample, position, synapse) is counted once: here, or as invalid when a NaN is among its four values.
struct EventCounts {
    static constexpr std::size_t place(std::size_t transmitter, std::size_t receptor, std::size_t timing,
                                       std::size_t response) {
        return ((transmitter * 3 + receptor) * 3 + timing) * 3 + response;
    }
    std::array<std::uint64_t, 81> histogram{};
    std::uint64_t invalid = 0;
    friend bool operator==(const EventCounts&, const EventCounts&) = default;
};

/// Moments of weights or biases at the end of a record interval.
struct Moments {
    double mean = 0.0;
    double deviation = 0.0;  ///< population standard deviation
    double minimum = 0.0;
    double maximum = 0.0;
    double mean_absolute = 0.0;
    friend bool operator==(const Moments&, const Moments&) = default;
};

/// Counts over (receptor, timing, change), the last fastest; one count a weight and step.
struct UpdateCounts {
    static constexpr std::size_t place(std::size_t receptor, std::size_t timing, std::size_t change) {
        return (receptor * 3 + timing) * 3 + change;
    }
    std::array<std::uint64_t, 27> histogram{};
    std::array<double, 27> absolute_update{};  ///< sum of |weight_update| over the same cells
    std::uint64_t untimed = 0;                 ///< changed without a firing pair in the batch; not in the histogram
    double untimed_absolute_update = 0.0;
    std::uint64_t invalid = 0;            ///< NaN in the weight, the update or any pair's values; not in the histogram
    std::uint64_t receptor_switches = 0;  ///< weights whose sign went from + to - or back
    Moments weights;
    friend bool operator==(const UpdateCounts&, const UpdateCounts&) = default;
};

/// Bins of the histogram of weights, equal parts of [0, w_max], the last one closed.
inline constexpr std::size_t kWeightBins = 20;

/// What only simulations count of a layer.
struct SpikingCounts {
    std::uint64_t same_time = 0;  ///< changed by a pair with time difference 0
    std::array<std::uint64_t, kWeightBins> weight_histogram{};
    friend bool operator==(const SpikingCounts&, const SpikingCounts&) = default;
};

/// One layer over one record interval.
struct LayerRecord {
    std::vector<EventCounts> events;    ///< by event population (SynapseLayer::populations)
    std::vector<UpdateCounts> updates;  ///< by update population (update_populations())
    Moments biases;
    /// How often each row of the weight matrix (unit, or channel of a convolution) answered with a derivative
    /// < 0, = 0, > 0, over samples and positions: (rows x 3), the last fastest. NaN derivatives are left out.
    std::vector<std::uint64_t> unit_response;
    /// Rows of the weight matrix whose derivative was 0 for every sample and position of the interval.
    std::uint64_t dead_units = 0;
    SpikingCounts spiking;  ///< zeros in a training
    friend bool operator==(const LayerRecord&, const LayerRecord&) = default;
};

/// All layers over one record interval, steps [first_step, end_step), within one epoch.
struct Record {
    std::uint64_t first_step = 0;
    std::uint64_t end_step = 0;
    std::uint64_t epoch = 0;
    double learning_rate = 0.0;
    std::uint64_t samples = 0;  ///< seen in the interval
    std::vector<LayerRecord> layers;
};

/// Trace level `samples`: chosen synapses of one layer at one step; all vectors have one entry a synapse.
struct SampledLayer {
    std::vector<float> weight;  ///< before the update
    std::vector<float> weight_update;
    std::vector<std::int32_t> pairs_pre_first;   ///< firing pairs of the batch with timing +1 (sign of -D)
    std::vector<std::int32_t> pairs_post_first;  ///< with timing -1
    std::vector<float> timing_integral;          ///< sum of -D over the firing pairs
    /// One (sample, position) a synapse, drawn evenly from those of the batch:
    std::vector<std::uint32_t> event_sample;    ///< place in the batch
    std::vector<std::uint32_t> event_position;  ///< row * columns + column of the output map; 0 when dense
    std::vector<float> activation;              ///< a_j (0 where the position lies at padding)
    std::vector<float> loss_derivative;         ///< D_i
    std::vector<float> activation_derivative;   ///< F_i
};

struct SampledStep {
    ann::StepPlace place;
    std::vector<SampledLayer> layers;
};

/// Two bit planes: `positive` and `negative`; neither is zero, both is NaN.
struct SignPlanes {
    std::vector<std::uint16_t> positive;
    std::vector<std::uint16_t> negative;
};

/// Trace level `planes`: signs of a whole layer at one step. Units: word [block * units + unit], bit l = sample
/// 16 block + l. Weights: word w, bit l = element 16 w + l of the (post x pre) matrix, post fastest (Armadillo's
/// order).
struct PlanesLayer {
    SignPlanes pre_activation;
    SignPlanes loss_derivative;
    SignPlanes activation_derivative;
    SignPlanes weight;  ///< before the update
    SignPlanes weight_update;
};

struct PlanesStep {
    ann::StepPlace place;
    std::uint64_t samples = 0;
    std::vector<PlanesLayer> layers;
};

/// Trace level `full`: every weight update of one step; per layer in Armadillo's order (post fastest).
struct UpdatesStep {
    ann::StepPlace place;
    std::vector<std::vector<float>> weight_update;
};

/// Rows of one event stream (analysis/trace/event_stream.hpp): for each of its columns the values of all rows.
struct EventRows {
    std::size_t stream = 0;
    std::uint64_t rows = 0;
    std::vector<std::vector<std::byte>> columns;
    bool last = false;  ///< no more rows will come
};

/// Names of the populations at update level: those of the layer when it is dense and its rule is `unit` (a weight
/// belongs to its postsynaptic unit), else one: the activation's name.
[[nodiscard]] std::vector<std::string> update_populations(const ann::SynapseLayer& layer);

/// Places of the sampled synapses of a layer: element numbers in Armadillo's order, ascending, without repeats,
/// min(count, weights) of them, drawn from (seed, layer).
[[nodiscard]] std::vector<std::uint64_t> sampled_synapses(const ann::SynapseLayer& layer, std::uint32_t layer_index,
                                                          std::uint64_t seed, std::uint64_t count);

/// Where rows go. Implemented by the trace writer, and by tests. Calls come from one thread, a record last of what
/// belongs to its interval.
class RecordSink {
public:
    virtual ~RecordSink() = default;
    virtual void append(Record record) = 0;
    virtual void append(SampledStep step) = 0;
    virtual void append(PlanesStep step) = 0;
    virtual void append(UpdatesStep step) = 0;
    /// Sinks that listen to training alone need not take these.
    virtual void append(EventRows /*rows*/) {}
};

}  // namespace stdpscope::analysis
