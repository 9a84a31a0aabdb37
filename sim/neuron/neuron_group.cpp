#include "sim/neuron/neuron_group.hpp"

#include <algorithm>
#include <limits>

#include "sim/error.hpp"
#include "sim/number_text.hpp"
#include "sim/require.hpp"

namespace stdpscope::sim {

namespace {

double reset_mv(const NeuronModel& model) {
    struct Reset {
        double operator()(const LifConductanceParams& params) const { return params.v_reset_mv; }
        double operator()(const LifCurrentParams& params) const { return params.v_reset_mv; }
        double operator()(const AdexParams& params) const { return params.v_reset_mv; }
        double operator()(const IzhikevichParams& params) const { return params.c_mv; }
    };
    return std::visit(Reset{}, model);
}

/// Steps in which a channel at kNothing stays above the smallest normal number, 1e-38: half of what it takes,
/// and not more than 64.
Step clear_steps(const NeuronModel& model, const TimeGrid& grid) {
    const SynapticChannels channels = std::visit([](const auto& params) { return params.channels; }, model);
    const double shorter_ms = std::min(channels.tau_excitatory_ms, channels.tau_inhibitory_ms);
    return static_cast<Step>(std::clamp(20.0 * shorter_ms / grid.dt_ms(), 1.0, 64.0));
}

struct Advance {
    const kernel::KernelTable& kernels;
    const kernel::NeuronRange& range;
    std::uint32_t operator()(const kernel::LifConductanceConstants& constants) const {
        return kernels.lif_conductance(constants, range);
    }
    std::uint32_t operator()(const kernel::LifCurrentConstants& constants) const {
        return kernels.lif_current(constants, range);
    }
    std::uint32_t operator()(const kernel::AdexConstants& constants) const { return kernels.adex(constants, range); }
    std::uint32_t operator()(const kernel::IzhikevichConstants& constants) const {
        return kernels.izhikevich(constants, range);
    }
};

}  // namespace

NeuronGroup::NeuronGroup(const NeuronModel& model, std::uint32_t first, std::uint32_t count, const TimeGrid& grid,
                         const std::optional<InitialPotential>& initial, const RandomStream& random)
    : count_(count),
      clear_steps_(clear_steps(model, grid)),
      constants_(std::visit([&](const auto& params) { return Constants(constants_of(params, grid)); }, model)),
      kernels_(kernel::active_kernels()),
      v_mv_(padded(count), static_cast<float>(reset_mv(model))),
      excitatory_(padded(count), 0.0F),
      inhibitory_(padded(count), 0.0F),
      adaptation_(padded(count), 0.0F),
      release_step_(padded(count), std::numeric_limits<std::int32_t>::min()),
      fired_(padded(count)) {
    if (initial) {
        require_finite("low_mv", initial->low_mv);
        require_finite("high_mv", initial->high_mv);
        if (!(initial->low_mv <= initial->high_mv)) {
            throw InvalidParameter("low_mv", number_text(initial->low_mv),
                                   "must be <= high_mv = " + number_text(initial->high_mv));
        }
        for (std::uint32_t i = 0; i < count; ++i) {
            const double part = random.uniform(first + i);
            v_mv_[i] = static_cast<float>(initial->low_mv + (initial->high_mv - initial->low_mv) * part);
        }
    }
    if (const auto* params = std::get_if<IzhikevichParams>(&model)) {
        for (std::uint32_t i = 0; i < count; ++i) adaptation_[i] = static_cast<float>(params->b) * v_mv_[i];
    }
}

std::span<const std::uint32_t> NeuronGroup::advance(Step step) {
    if (step >= next_clear_) {
        next_clear_ = (step / clear_steps_ + 1) * clear_steps_;
        kernels_.clear_nothing(excitatory_.data(), count_);
        kernels_.clear_nothing(inhibitory_.data(), count_);
    }
    const kernel::NeuronRange range{.arrays = {.v_mv = v_mv_.data(),
                                               .excitatory = excitatory_.data(),
                                               .inhibitory = inhibitory_.data(),
                                               .adaptation = adaptation_.data(),
                                               .release_step = release_step_.data()},
                                    .begin = 0,
                                    .end = count_,
                                    .step = static_cast<std::int32_t>(step),
                                    .spikes = fired_.data()};
    return {fired_.data(), std::visit(Advance{kernels_, range}, constants_)};
}

}  // namespace stdpscope::sim
