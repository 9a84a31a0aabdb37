#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "analysis/classify/sign.hpp"

/// From the trace of a training to spikes (docs/bridge.md): what is read, and how it is put.
namespace stdpscope::analysis {

/// One firing pair of a training: the use of a sampled synapse by one sample, with activation, loss derivative and
/// activation derivative all non-zero.
struct TrainingEvent {
    std::size_t layer = 0;  ///< in TrainingEvents::layers
    std::uint64_t step = 0;
    std::uint64_t post = 0;  ///< row and column of the weight matrix
    std::uint64_t pre = 0;
    double activation = 0.0;             ///< a
    double loss_derivative = 0.0;        ///< D
    double activation_derivative = 0.0;  ///< F
    double weight = 0.0;                 ///< before the update
    double weight_update = 0.0;          ///< of the whole batch, as applied

    [[nodiscard]] Sign transmitter() const { return sign_of(activation); }
    /// A synapse without receptors counts as one of the normal kind.
    [[nodiscard]] Sign receptor() const { return weight < 0.0 ? -1 : 1; }
    [[nodiscard]] Sign timing() const { return -sign_of(loss_derivative); }
    [[nodiscard]] Sign response() const { return sign_of(activation_derivative); }
    /// Of the signed weight, as the event asks for it: sign of -D F a.
    [[nodiscard]] Sign change() const { return transmitter() * timing() * response(); }
    /// -D F a.
    [[nodiscard]] double asked() const { return -loss_derivative * activation_derivative * activation; }
};

struct EventLayer {
    std::string name;
    std::uint64_t no_pair = 0;  ///< sampled uses that are no firing pair, or have a NaN
    std::uint64_t pairs = 0;    ///< firing pairs of the trace, those that were passed over included
    double largest_activation = 0.0;
    double largest_loss_derivative = 0.0;
    double largest_weight = 0.0;
};

struct TrainingEvents {
    std::vector<EventLayer> layers;
    std::vector<TrainingEvent> events;  ///< by step, then layer, then synapse
};

/// The firing pairs that a trace of level `samples` or more has of its sampled synapses, at most `most` of them, evenly
/// over the training. Sizes are the largest over all pairs of a layer. Throws MissingTrace, DamagedTrace; MissingTrace
/// too where the level is lower, the trace is a simulation's, or has no firing pair.
[[nodiscard]] TrainingEvents read_training_events(const std::filesystem::path& path, std::uint64_t most);

}  // namespace stdpscope::analysis
