#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "analysis/trace/trace_reader.hpp"

namespace stdpscope::analysis {

/// The window of spiking synapses, from the changes that a simulation's trace of level `samples` keeps: the mean change
/// of the weight (number of receptors) by the time difference of the spike pair behind it.
struct SpikeWindow {
    static constexpr std::size_t kBins = 80;
    static constexpr double kBinMs = 2.5;  ///< bins cover [-100, 100) ms

    std::array<double, kBins> sum{};
    std::array<std::uint64_t, kBins> changes{};

    /// `delta_ms` is post - pre, of the arrivals at the synapse; what is NaN or outside the bins is left out.
    void add(double delta_ms, double weight_update);
    void add(const SpikeWindow& other);
    [[nodiscard]] std::uint64_t total() const;
    /// The middle of a bin.
    [[nodiscard]] static double middle_ms(std::size_t bin) {
        return (static_cast<double>(bin) + 0.5) * kBinMs - 0.5 * kBins * kBinMs;
    }
};

/// One window a plastic projection, in the order of the header's layers; empty for a training's trace, and below level
/// `samples`.
[[nodiscard]] std::vector<SpikeWindow> read_spike_windows(const TraceReader& reader,
                                                          const std::function<void()>& progress);

}  // namespace stdpscope::analysis
