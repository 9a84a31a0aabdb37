#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "sim/time_grid.hpp"

namespace stdpscope::sim {

/// The spikes of a stretch of steps, sorted by step and then by neuron.
class SpikeWindow {
public:
    /// Empties the window and sets its steps to [begin, end).
    void reset(Step begin, Step end);

    /// A spike at a step of the window. Neurons come in ascending order; the spikes of one neuron in any.
    void add(Step step, std::uint32_t neuron) {
        unsorted_.emplace_back(static_cast<std::uint32_t>(step - begin_), neuron);
    }

    /// After the last add.
    void sort();

    [[nodiscard]] Step begin() const { return begin_; }
    [[nodiscard]] Step end() const { return end_; }

    /// Spikes of the window, and those up to and with a step of it.
    [[nodiscard]] std::uint64_t size() const { return neurons_.size(); }
    [[nodiscard]] std::uint64_t count_through(Step step) const {
        return starts_[static_cast<std::size_t>(step - begin_) + 1];
    }

    /// Who fired at a step of the window, ascending.
    [[nodiscard]] std::span<const std::uint32_t> at(Step step) const {
        const auto place = static_cast<std::size_t>(step - begin_);
        return {neurons_.data() + starts_[place], starts_[place + 1] - starts_[place]};
    }

private:
    Step begin_ = 0;
    Step end_ = 0;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> unsorted_;
    std::vector<std::uint32_t> starts_ = {0};
    std::vector<std::uint32_t> neurons_;
};

}  // namespace stdpscope::sim
