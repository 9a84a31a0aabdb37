#include "sim/stimulus/stimulus.hpp"

#include "sim/stimulus/inhomogeneous_poisson.hpp"
#include "sim/stimulus/poisson.hpp"
#include "sim/stimulus/recorded.hpp"
#include "sim/stimulus/regular.hpp"

namespace stdpscope::sim {

namespace {

struct Make {
    std::uint32_t first;
    std::uint32_t count;
    const TimeGrid& grid;
    const RandomStream& random;

    std::unique_ptr<Stimulus> operator()(const PoissonParams& params) const {
        return std::make_unique<Poisson>(params, first, count, grid, random);
    }
    std::unique_ptr<Stimulus> operator()(const InhomogeneousPoissonParams& params) const {
        return std::make_unique<InhomogeneousPoisson>(params, first, count, grid, random);
    }
    std::unique_ptr<Stimulus> operator()(const RegularParams& params) const {
        return std::make_unique<Regular>(params, count, grid);
    }
    std::unique_ptr<Stimulus> operator()(const RecordedParams& params) const {
        return std::make_unique<Recorded>(params, first, count, grid);
    }
};

}  // namespace

std::unique_ptr<Stimulus> make_stimulus(const StimulusModel& model, std::uint32_t first, std::uint32_t count,
                                        const TimeGrid& grid, const RandomStream& random) {
    return std::visit(Make{first, count, grid, random}, model);
}

}  // namespace stdpscope::sim
