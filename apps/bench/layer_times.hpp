#pragma once

#include <string>
#include <vector>

#include "apps/configuration/resolved_configuration.hpp"

namespace stdpscope::apps {

/// Medians over steps, in seconds a step; NaN where a layer has no such work.
struct LayerTimes {
    std::string name{};
    double forward = 0.0;
    double weight_gradient = 0.0;
    double data_gradient = 0.0;
    double update = 0.0;
    double ledger = 0.0;
    double flop = 0.0;  ///< of a forward pass of the batch, and of each of the gradients; 0 without synapses
};

struct StepTimes {
    std::vector<LayerTimes> layers{};
    double input = 0.0;    ///< gathering the batch
    double loss = 0.0;     ///< with its gradient
    double records = 0.0;  ///< the mean: closing records and handing rows to the trace's writer
    std::uint64_t steps = 0;

    [[nodiscard]] double sum() const;
};

/// Trains the network on random examples for `seconds`, step by step as ann::Trainer does, and times each layer's part
/// of it in its place. The ledger listens at the configured level.
///
/// A data gradient is what backward takes with it less what it takes without: in every second step the weight gradients
/// are computed once more, alone.
[[nodiscard]] StepTimes measure_layers(const ResolvedConfiguration& resolved, double seconds);

}  // namespace stdpscope::apps
