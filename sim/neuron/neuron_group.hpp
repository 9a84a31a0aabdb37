#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <variant>

#include "sim/aligned_vector.hpp"
#include "sim/neuron/adex.hpp"
#include "sim/neuron/izhikevich.hpp"
#include "sim/neuron/lif_conductance.hpp"
#include "sim/neuron/lif_current.hpp"
#include "sim/random_stream.hpp"

namespace stdpscope::sim {

using NeuronModel = std::variant<LifConductanceParams, LifCurrentParams, AdexParams, IzhikevichParams>;

/// Membrane potentials at step 0: uniform in [low_mv, high_mv), drawn per neuron.
struct InitialPotential {
    double low_mv;
    double high_mv;
};

enum class Channel { excitatory, inhibitory };

/// Neurons of one model and one set of parameters, one array a quantity.
///
/// At step 0 a neuron is at its reset potential unless told otherwise, its conductances or currents are 0, and its
/// adaptation is 0 (Izhikevich: b v). Only neurons whose next potential is >= the threshold at the end of a step fire.
class NeuronGroup {
public:
    /// `first` is the number, in its population, of the first neuron here: it tells which random numbers are the
    /// group's. Throws InvalidParameter where the model's constants_of does, and unless low_mv <= high_mv.
    NeuronGroup(const NeuronModel& model, std::uint32_t first, std::uint32_t count, const TimeGrid& grid,
                const std::optional<InitialPotential>& initial, const RandomStream& random);

    /// Brings all neurons to `step` (from the step before) and returns those that fired, ascending, counted from 0. The
    /// view lasts until the next call.
    [[nodiscard]] std::span<const std::uint32_t> advance(Step step);

    /// Conductances or currents as they are now; what is added here counts from now on.
    [[nodiscard]] float* channel(Channel channel) {
        return channel == Channel::excitatory ? excitatory_.data() : inhibitory_.data();
    }
    [[nodiscard]] std::uint32_t size() const { return count_; }
    [[nodiscard]] std::span<const float> v_mv() const { return {v_mv_.data(), count_}; }
    [[nodiscard]] std::span<const float> adaptation() const { return {adaptation_.data(), count_}; }
    [[nodiscard]] std::span<const float> values(Channel channel) const {
        return {channel == Channel::excitatory ? excitatory_.data() : inhibitory_.data(), count_};
    }

    /// Elements an array of `count` neurons has: at least one more, in whole groups.
    [[nodiscard]] static std::uint32_t padded(std::uint32_t count) {
        return (count + kernel::kGroup) / kernel::kGroup * kernel::kGroup;
    }

private:
    using Constants = std::variant<kernel::LifConductanceConstants, kernel::LifCurrentConstants, kernel::AdexConstants,
                                   kernel::IzhikevichConstants>;

    std::uint32_t count_;
    Step clear_steps_;  ///< every so often channels that have decayed to nothing are cleared, before they are denormal
    Step next_clear_ = 0;
    Constants constants_;
    const kernel::KernelTable& kernels_;
    AlignedVector<float> v_mv_;
    AlignedVector<float> excitatory_;
    AlignedVector<float> inhibitory_;
    AlignedVector<float> adaptation_;
    AlignedVector<std::int32_t> release_step_;
    AlignedVector<std::uint32_t> fired_;
};

}  // namespace stdpscope::sim
