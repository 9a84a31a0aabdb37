#include "sim/simulation/network_plan.hpp"

#include <algorithm>
#include <bit>
#include <limits>

namespace stdpscope::sim {

namespace {

/// Sources are asked for this many steps at a time: so long that most have spikes in it.
constexpr Step kLeastWindow = 4096;

Step power_of_two_from(Step steps) {
    return static_cast<Step>(std::bit_ceil(static_cast<std::uint64_t>(std::max<Step>(steps, 1))));
}

Synapses kind_of(const ProjectionSpec& spec) {
    if (!spec.plasticity) return Synapses::fixed;
    return std::holds_alternative<AdditivePairParams>(*spec.plasticity) ? Synapses::additive_pair : Synapses::general;
}

std::optional<RewardPlan> plan_reward(const ProjectionSpec& spec, const Network& network, const TimeGrid& grid) {
    if (!spec.plasticity || !std::holds_alternative<RewardModel>(*spec.plasticity)) return std::nullopt;
    const auto& model = std::get<RewardModel>(*spec.plasticity);
    return RewardPlan{.population = network.population_of(model.reward_population, "reward_population"),
                      .per_spike = model.reward_per_spike,
                      .delay_steps = grid.whole_steps(model.reward_delay_ms, "reward_delay_ms")};
}

ProjectionPlan plan_projection(const ProjectionSpec& spec, const Network& network, const TimeGrid& grid) {
    const std::size_t pre = network.population_of(spec.pre, "pre");
    return {.pre = pre,
            .post = network.population_of(spec.post, "post"),
            .channel = effect_of(network.populations()[pre].transmitter, spec.receptor),
            .axonal_steps = grid.whole_steps(spec.axonal_delay_ms, "axonal_delay_ms"),
            .dendritic_steps = grid.whole_steps(spec.dendritic_delay_ms, "dendritic_delay_ms"),
            .kind = kind_of(spec),
            .reads_membrane = spec.plasticity && std::holds_alternative<VoltageModel>(*spec.plasticity),
            .reward = plan_reward(spec, network, grid)};
}

void plan_blocks(NetworkPlan& plan, const Network& network) {
    const auto is_source = [&](std::size_t population) {
        return std::holds_alternative<StimulusModel>(network.populations()[population].model);
    };
    constexpr Step kUnbounded = std::numeric_limits<std::int32_t>::max();
    Step shortest_axonal = kUnbounded;
    Step shortest_dendritic = kUnbounded;
    Step longest = 0;
    for (const ProjectionPlan& projection : plan.projections) {
        if (!is_source(projection.pre)) shortest_axonal = std::min(shortest_axonal, projection.axonal_steps);
        shortest_dendritic = std::min(shortest_dendritic, projection.dendritic_steps);
        longest = std::max({longest, projection.axonal_steps, projection.dendritic_steps});
        if (projection.reward) {
            // A reward reaches the synapses as a spike does along an axon.
            if (!is_source(projection.reward->population)) {
                shortest_axonal = std::min(shortest_axonal, projection.reward->delay_steps);
            }
            longest = std::max(longest, projection.reward->delay_steps);
        }
    }
    plan.horizon.window_steps = power_of_two_from(std::max(kLeastWindow, longest + 1));
    plan.deliver_each_step = shortest_axonal > shortest_dendritic;
    plan.block_steps = plan.deliver_each_step ? shortest_axonal : shortest_dendritic + 1;
    plan.block_steps = std::min(plan.block_steps, plan.horizon.window_steps);
    plan.horizon.history_steps = power_of_two_from(longest + 2 * plan.block_steps + 1);
}

}  // namespace

NetworkPlan plan_network(const Network& network, const TimeGrid& grid) {
    NetworkPlan plan;
    for (const ProjectionSpec& spec : network.projections()) {
        plan.projections.push_back(plan_projection(spec, network, grid));
    }
    plan_blocks(plan, network);
    return plan;
}

Horizon horizon_of(const NetworkPlan& plan, std::size_t population) {
    Horizon horizon = plan.horizon;
    for (const ProjectionPlan& projection : plan.projections) {
        if (projection.post == population && projection.dendritic_steps > 0) {
            horizon.input_slots = std::max(horizon.input_slots, power_of_two_from(projection.dendritic_steps + 1));
        }
        if (projection.post == population && projection.reads_membrane) horizon.membranes = Membranes::remembered;
    }
    return horizon;
}

}  // namespace stdpscope::sim
