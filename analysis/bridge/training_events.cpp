#include "analysis/bridge/training_events.hpp"

#include <algorithm>
#include <cmath>

#include "analysis/trace/error.hpp"
#include "analysis/trace/trace_reader.hpp"

namespace stdpscope::analysis {

namespace {

/// Calls visit(event, is_pair) for every sampled use.
template <class Visit>
void for_each_use(const TraceReader& reader, const std::vector<std::vector<std::uint64_t>>& synapses,
                  const Visit& visit) {
    const TraceHeader& header = reader.header();
    reader.for_each_sampled_step([&](const SampledStep& step) {
        for (std::size_t layer = 0; layer < step.layers.size(); ++layer) {
            const SampledLayer& sampled = step.layers[layer];
            const std::uint64_t rows = header.layers[layer].geometry.weight_rows();
            for (std::size_t k = 0; k < sampled.weight.size(); ++k) {
                const TrainingEvent event{.layer = layer,
                                          .step = step.place.step,
                                          .post = synapses[layer][k] % rows,
                                          .pre = synapses[layer][k] / rows,
                                          .activation = sampled.activation[k],
                                          .loss_derivative = sampled.loss_derivative[k],
                                          .activation_derivative = sampled.activation_derivative[k],
                                          .weight = sampled.weight[k],
                                          .weight_update = sampled.weight_update[k]};
                const bool is_finite =
                    std::isfinite(event.asked()) && std::isfinite(event.weight) && std::isfinite(event.weight_update);
                visit(event, is_finite && event.change() != 0);
            }
        }
    });
}

}  // namespace

TrainingEvents read_training_events(const std::filesystem::path& path, std::uint64_t most) {
    const TraceReader reader(path);
    const TraceHeader& header = reader.header();
    if (header.spiking) throw MissingTrace(path.string(), "is a simulation, must be a training");
    if (header.options.level < TraceLevel::samples) {
        throw MissingTrace(path.string(),
                           "has no sampled synapses, must be a training with trace.level = samples or more");
    }
    TrainingEvents result;
    std::vector<std::vector<std::uint64_t>> synapses;
    for (std::size_t layer = 0; layer < header.layers.size(); ++layer) {
        result.layers.push_back({.name = header.layers[layer].name});
        synapses.push_back(sampled_synapses(header.layers[layer], header.layer_index(layer), header.seed,
                                            header.options.sample_synapses));
    }
    std::uint64_t pairs = 0;
    for_each_use(reader, synapses, [&](const TrainingEvent& event, bool is_pair) {
        EventLayer& layer = result.layers[event.layer];
        if (!is_pair) {
            ++layer.no_pair;
            return;
        }
        ++pairs;
        ++layer.pairs;
        layer.largest_activation = std::max(layer.largest_activation, std::abs(event.activation));
        layer.largest_loss_derivative = std::max(layer.largest_loss_derivative, std::abs(event.loss_derivative));
        layer.largest_weight = std::max(layer.largest_weight, std::abs(event.weight));
    });
    if (pairs == 0) throw MissingTrace(path.string(), "has no firing pair among its sampled events yet");
    std::uint64_t seen = 0;
    for_each_use(reader, synapses, [&](const TrainingEvent& event, bool is_pair) {
        if (!is_pair) return;
        // Every pairs / most-th of them, or all.
        const auto place = [&](std::uint64_t number) {
            return static_cast<std::uint64_t>(static_cast<double>(number) * static_cast<double>(most) /
                                              static_cast<double>(pairs));
        };
        if (pairs <= most || place(seen) != place(seen + 1)) result.events.push_back(event);
        ++seen;
    });
    return result;
}

}  // namespace stdpscope::analysis
