#pragma once

#include "sim/stimulus/stimulus.hpp"

namespace stdpscope::sim {

class Recorded final : public Stimulus {
public:
    Recorded(const RecordedParams& params, std::uint32_t first, std::uint32_t count, const TimeGrid& grid);
    void fill(SpikeWindow& window, Step begin, Step end) override;

private:
    std::vector<std::vector<Step>> steps_;
    std::vector<std::size_t> next_;
};

}  // namespace stdpscope::sim
