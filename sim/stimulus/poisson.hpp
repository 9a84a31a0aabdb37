#pragma once

#include <array>
#include <vector>

#include "sim/stimulus/geometric_intervals.hpp"
#include "sim/stimulus/stimulus.hpp"

namespace stdpscope::sim {

/// A Poisson process on the grid by its intervals, which are geometric: 1 + floor(E / -log(1 - rate dt)) steps, with E
/// exponential. Interval k of a neuron depends on its number alone.
class Poisson final : public Stimulus {
public:
    Poisson(const PoissonParams& params, std::uint32_t first, std::uint32_t count, const TimeGrid& grid,
            const RandomStream& random);
    void fill(SpikeWindow& window, Step begin, Step end) override;

private:
    struct Train {
        std::array<Step, 4> intervals = {};  ///< random numbers come in fours
        std::uint64_t count = 0;             ///< of intervals taken
        Step next = 0;
    };
    [[nodiscard]] Step interval(Train& train, std::uint32_t neuron) const;

    RandomStream random_;
    std::uint32_t first_;
    GeometricIntervals intervals_;
    std::vector<Train> trains_;
};

}  // namespace stdpscope::sim
