#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/aligned_vector.hpp"
#include "sim/simulation/population_slice.hpp"

namespace stdpscope::sim {

/// Brings the neurons' spikes of all threads to each of them once a block of steps, so that between two meetings no
/// thread reads what another one writes. A line of memory takes most of a microsecond from core to core where they
/// share no cache: a block's spikes travel side by side in few lines.
///
/// Each thread sends its block, all meet, each thread receives; nobody may send the next block but one before all have
/// received this one, which meeting once a block grants.
class SpikeExchange {
public:
    SpikeExchange() = default;
    /// `populations` are those whose spikes are exchanged, neurons all; history_steps, a power of two, tells how long
    /// they are remembered.
    SpikeExchange(std::vector<std::size_t> populations, std::size_t all_populations, int threads, Step history_steps);

    [[nodiscard]] bool has(std::size_t population) const { return population < has_.size() && has_[population] != 0; }

    /// Before the meeting: what the thread's own neurons fired at the steps [begin, end).
    void send(int thread, const std::vector<PopulationSlice>& slices, Step begin, Step end);
    /// After the meeting.
    void receive(int thread, Step begin, Step end);

    /// What the thread has received: neurons of the whole population that fired at a step, ascending; empty before
    /// step 0.
    [[nodiscard]] std::span<const std::uint32_t> spikes(int thread, std::size_t population, Step step) const {
        if (step < 0) return {};
        return inboxes_[static_cast<std::size_t>(thread)].of_population[population][slot(step)];
    }

private:
    /// A thread's block: how many numbers follow; per population and step the number of spikes; the neurons in this
    /// order. Never made smaller, so that readers find it where it was.
    struct alignas(kApart) Outbox {
        AlignedVector<std::uint32_t> numbers;
    };
    struct alignas(kApart) Inbox {
        std::vector<std::vector<std::vector<std::uint32_t>>> of_population;  ///< by population and slot()
        std::vector<std::uint32_t> last_lengths;                             ///< of the blocks, by sender
        unsigned parity = 0;
    };

    [[nodiscard]] std::size_t slot(Step step) const { return static_cast<std::size_t>(step & (history_steps_ - 1)); }

    std::vector<std::size_t> populations_;
    std::vector<std::uint8_t> has_;
    Step history_steps_ = 1;
    std::vector<std::array<Outbox, 2>> outboxes_;  ///< by thread; blocks alternate
    std::vector<Inbox> inboxes_;                   ///< by thread
};

}  // namespace stdpscope::sim
