#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "sim/network/network.hpp"
#include "sim/network/row_table.hpp"

namespace stdpscope::sim {

/// Whether a population's membrane potentials are kept as long as its spikes.
enum class Membranes { forgotten, remembered };

/// How far back spikes must be remembered, how far ahead inputs kept; powers of two all.
struct Horizon {
    Step history_steps = 1;  ///< of neurons' spikes
    Step window_steps = 1;   ///< of sources' spikes, generated ahead; two windows are kept
    Step input_slots = 0;    ///< steps of delayed input of the population; or 0 where none is delayed
    Membranes membranes = Membranes::forgotten;
};

/// One thread's neurons of a population, with their spikes of the recent past and their input of the near future.
class PopulationSlice {
public:
    PopulationSlice(const PopulationSpec& spec, std::size_t population, PostRange range, const TimeGrid& grid,
                    std::uint64_t seed, const Horizon& horizon);

    /// Sources only: generates the spikes of the window that begins at this step.
    void fill_window(Step begin);

    /// Brings neurons to `step`; sources fire as their windows say.
    void advance(Step step) {
        now_ = step;
        if (neurons_) advance_neurons(step);
    }

    /// Who fired at a step (numbers from 0 in the slice, ascending); empty before step 0.
    [[nodiscard]] std::span<const std::uint32_t> spikes(Step step) const {
        if (step < 0) return {};
        if (neurons_) return history_[static_cast<std::size_t>(step & (horizon_.history_steps - 1))];
        return window_of(step).at(step);
    }

    /// Membrane potentials at a step of the recent past, where they are remembered; null for sources.
    [[nodiscard]] const float* v_mv(Step step) const;

    /// Where input is added that acts from the end of `step + delay` on, while `step` is the present; null for sources.
    [[nodiscard]] float* target(Channel channel, Step step, Step delay);

    [[nodiscard]] PostRange range() const { return range_; }
    [[nodiscard]] const std::optional<NeuronGroup>& neurons() const { return neurons_; }
    /// Up to the step advanced to.
    [[nodiscard]] std::uint64_t spike_count() const;

private:
    [[nodiscard]] const SpikeWindow& window_of(Step step) const {
        return windows_[static_cast<std::size_t>(step >> window_shift_) & 1];
    }
    void advance_neurons(Step step);
    void remember_membranes(Step step);
    void take_delayed_input(Step step);

    PostRange range_;
    Horizon horizon_;
    int window_shift_;
    const kernel::KernelTable& kernels_;
    std::optional<NeuronGroup> neurons_;
    std::vector<std::vector<std::uint32_t>> history_;
    std::vector<std::vector<float>> membranes_;
    std::array<std::vector<AlignedVector<float>>, 2> inputs_;
    std::unique_ptr<Stimulus> stimulus_;
    std::array<SpikeWindow, 2> windows_;
    /// Written at every step, away from what other threads read of sources.
    alignas(kApart) Step now_ = -1;
    std::uint64_t spike_count_ = 0;  ///< of sources: in the windows before that of now_
};

}  // namespace stdpscope::sim
