#pragma once

#include "sim/stimulus/stimulus.hpp"

namespace stdpscope::sim {

class Regular final : public Stimulus {
public:
    Regular(const RegularParams& params, std::uint32_t count, const TimeGrid& grid);
    void fill(SpikeWindow& window, Step begin, Step end) override;

private:
    RegularParams params_;
    std::uint32_t count_;
    TimeGrid grid_;
    std::uint64_t next_ = 0;  ///< how many spikes each neuron has fired
};

}  // namespace stdpscope::sim
