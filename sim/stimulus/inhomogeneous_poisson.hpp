#pragma once

#include "sim/stimulus/exponential_draws.hpp"
#include "sim/stimulus/stimulus.hpp"

namespace stdpscope::sim {

/// A Poisson process on the grid with a changing rate: a neuron fires at the step at which the summed hazard
/// -log(1 - rate dt) reaches its next threshold; after a spike at step n the threshold is hazard(n) + E, E exponential.
class InhomogeneousPoisson final : public Stimulus {
public:
    InhomogeneousPoisson(const InhomogeneousPoissonParams& params, std::uint32_t first, std::uint32_t count,
                         const TimeGrid& grid, const RandomStream& random);
    void fill(SpikeWindow& window, Step begin, Step end) override;

private:
    std::function<double(double)> rate_hz_;
    TimeGrid grid_;
    ExponentialDraws draws_;
    double hazard_ = 0.0;             ///< summed over all steps so far; step 0 has none
    std::vector<double> thresholds_;  ///< per neuron
    std::vector<double> hazards_;     ///< after each step of the window
};

}  // namespace stdpscope::sim
