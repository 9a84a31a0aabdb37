#pragma once

#include "sim/stimulus/exponential_draws.hpp"
#include "sim/stimulus/stimulus.hpp"

namespace stdpscope::sim {

/// A Poisson process on the grid by its intervals, which are geometric: 1 + floor(E / -log(1 - rate dt)) steps, with E
/// exponential.
class Poisson final : public Stimulus {
public:
    Poisson(const PoissonParams& params, std::uint32_t first, std::uint32_t count, const TimeGrid& grid,
            const RandomStream& random);
    void fill(SpikeWindow& window, Step begin, Step end) override;

private:
    [[nodiscard]] Step interval(std::uint32_t neuron);

    ExponentialDraws draws_;
    double steps_per_draw_;  ///< infinite where the rate is 0
    std::vector<Step> next_;
};

}  // namespace stdpscope::sim
