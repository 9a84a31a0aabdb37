#include "sim/stimulus/spike_window.hpp"

namespace stdpscope::sim {

void SpikeWindow::reset(Step begin, Step end) {
    begin_ = begin;
    end_ = end;
    unsorted_.clear();
}

void SpikeWindow::sort() {
    // By counting, which keeps the neurons of a step in the order in which they came.
    const auto steps = static_cast<std::size_t>(end_ - begin_);
    starts_.assign(steps + 2, 0);
    for (const auto& spike : unsorted_) ++starts_[spike.first + 2];
    for (std::size_t step = 2; step < starts_.size(); ++step) starts_[step] += starts_[step - 1];
    neurons_.resize(unsorted_.size());
    for (const auto& spike : unsorted_) neurons_[starts_[spike.first + 1]++] = spike.second;
}

}  // namespace stdpscope::sim
