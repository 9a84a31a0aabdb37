#pragma once

#include <optional>
#include <vector>

#include "sim/kernel/kernels.hpp"
#include "sim/neuron/neuron_group.hpp"

namespace stdpscope::test {

/// A group without a network: 11 equal neurons, so that neither a whole group of lanes nor the padding is special.
inline sim::NeuronGroup lone_group(const sim::NeuronModel& model, const sim::TimeGrid& grid,
                                   std::optional<double> v_mv = std::nullopt) {
    std::optional<sim::InitialPotential> initial;
    if (v_mv) initial = sim::InitialPotential{*v_mv, *v_mv};
    return sim::NeuronGroup(model, 0, 11, grid, initial, sim::RandomStream(0, sim::RandomPurpose::initial_state));
}

/// The steps in [1, steps] at which neuron 10 fires.
inline std::vector<sim::Step> spikes_of(sim::NeuronGroup& group, sim::Step steps) {
    std::vector<sim::Step> spikes;
    for (sim::Step step = 1; step <= steps; ++step) {
        for (const std::uint32_t neuron : group.advance(step)) {
            if (neuron == 10) spikes.push_back(step);
        }
    }
    return spikes;
}

/// Kernels of one instruction set for whatever is made while this lives.
class ScopedSimIsa {
public:
    explicit ScopedSimIsa(sim::kernel::Isa isa) : before_(sim::kernel::active_kernels().isa) {
        sim::kernel::use_isa(isa);
    }
    ~ScopedSimIsa() { sim::kernel::use_isa(before_); }
    ScopedSimIsa(const ScopedSimIsa&) = delete;
    ScopedSimIsa& operator=(const ScopedSimIsa&) = delete;

private:
    sim::kernel::Isa before_;
};

}  // namespace stdpscope::test
