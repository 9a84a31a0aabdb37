#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "sim/aligned_vector.hpp"
#include "sim/simulation/network_plan.hpp"
#include "sim/simulation/pair_slice.hpp"
#include "sim/simulation/population_slice.hpp"
#include "sim/simulation/rule_slice.hpp"

namespace stdpscope::sim {

/// One thread's share of the network. `changes` alternate: while one is announced, the other is written.
struct alignas(kApart) Worker {
    std::vector<PopulationSlice> populations;
    /// Per projection; of the three the one that its kind asks for, the others null.
    std::vector<std::unique_ptr<StaticSlice>> fixed;
    std::vector<std::unique_ptr<PairSlice>> pairs;
    std::vector<std::unique_ptr<RuleSlice>> general;
    std::vector<SynapseChange> changes[2];
    Step windows_filled = 0;  ///< sources' spikes are known up to here

    [[nodiscard]] const RowTable& rows(std::size_t projection) const;
    /// Weights as of now, by places in the rows.
    [[nodiscard]] std::function<double(std::uint64_t)> weights_of(std::size_t projection) const;
    /// Where the slices' changes of sampled synapses go from now on.
    void write_changes(unsigned parity);
};

/// The neurons and synapses of thread `thread` of `threads`. The same network is built whatever their number.
[[nodiscard]] Worker build_worker(const Network& network, const NetworkPlan& plan, const TimeGrid& grid,
                                  std::uint64_t seed, int thread, int threads);

}  // namespace stdpscope::sim
