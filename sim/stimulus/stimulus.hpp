#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <variant>
#include <vector>

#include "sim/random_stream.hpp"
#include "sim/stimulus/spike_window.hpp"

/// Spike sources. A neuron fires at most once a step. Its train depends on seed, population, neuron and time alone.
namespace stdpscope::sim {

/// At every step n >= 1 each neuron fires with probability rate_hz * dt, independently: a Poisson process on the grid,
/// whose mean rate is exact.
struct PoissonParams {
    double rate_hz = 10.0;
};

/// From `from_ms` on, until the next piece.
struct RatePiece {
    double from_ms;
    double rate_hz;
};

/// As PoissonParams, with the rate at the step's own moment.
struct InhomogeneousPoissonParams {
    std::function<double(double time_ms)> rate_hz = {};
};

/// The rate as a step function, 0 before the first piece. Throws InvalidParameter unless the pieces ascend in time.
[[nodiscard]] std::function<double(double time_ms)> piecewise_rate(std::vector<RatePiece> pieces);

/// Every neuron fires at first_ms, first_ms + period_ms, ..., each rounded to the nearest step.
struct RegularParams {
    double first_ms = 0.0;
    double period_ms = 100.0;
};

/// Given spike times per neuron, each rounded to the nearest step; times may come in any order.
struct RecordedParams {
    std::vector<std::vector<double>> times_ms = {};  ///< one list a neuron
};

using StimulusModel = std::variant<PoissonParams, InhomogeneousPoissonParams, RegularParams, RecordedParams>;

/// The neurons [first, first + count) of one population of sources; windows name them from 0.
class Stimulus {
public:
    virtual ~Stimulus() = default;

    /// Writes all spikes of [begin, end) into the window. Windows are asked for in order, each from where the last
    /// ended, the first from 0. Throws InvalidParameter where a rate is found not to lie in [0, 1 / dt).
    virtual void fill(SpikeWindow& window, Step begin, Step end) = 0;
};

/// Throws InvalidParameter unless rates lie in [0, 1 / dt), the period is at least a step, and there are recorded
/// trains for every neuron, none with a time below 0 or with two times in one step.
[[nodiscard]] std::unique_ptr<Stimulus> make_stimulus(const StimulusModel& model, std::uint32_t first,
                                                      std::uint32_t count, const TimeGrid& grid,
                                                      const RandomStream& random);

}  // namespace stdpscope::sim
