#pragma once

#include <optional>
#include <vector>

#include "sim/network/network.hpp"
#include "sim/simulation/population_slice.hpp"
#include "sim/time_grid.hpp"

namespace stdpscope::sim {

enum class Synapses { fixed, additive_pair, general };

/// Where a projection's dopamine comes from.
struct RewardPlan {
    std::size_t population;
    double per_spike;
    Step delay_steps;
};

/// A projection with its names looked up and its delays in steps.
struct ProjectionPlan {
    std::size_t pre;
    std::size_t post;
    Channel channel;
    Step axonal_steps;
    Step dendritic_steps;
    Synapses kind;
    bool reads_membrane;
    std::optional<RewardPlan> reward;
};

/// How a network is run on a grid of time.
///
/// Threads go on alone for a block of steps. Where every neuron's axonal delay is at least a block, all spikes that
/// arrive in it are known when it begins, and each step delivers its own. Else neurons run through the block first,
/// and its arrivals follow: that is right where the dendritic delays reach beyond the block's end.
struct NetworkPlan {
    std::vector<ProjectionPlan> projections;
    Horizon horizon;  ///< of a population that is told nothing more by horizon_of
    Step block_steps = 1;
    bool deliver_each_step = true;
};

/// Throws InvalidParameter where a name is of no population or a delay is no whole number of steps.
[[nodiscard]] NetworkPlan plan_network(const Network& network, const TimeGrid& grid);

[[nodiscard]] Horizon horizon_of(const NetworkPlan& plan, std::size_t population);

}  // namespace stdpscope::sim
