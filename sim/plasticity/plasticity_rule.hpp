#pragma once

#include <concepts>
#include <span>

/// What every plasticity rule of a single synapse has in common.
///
/// Time at the synapse. A rule knows arrivals at the synapse only: a presynaptic spike arrives after the axonal delay,
/// a postsynaptic one after the dendritic delay, either of which may be 0 (SynapticDelays). Their difference
/// delta = post arrival - pre arrival is what the rule sees and reports.
///
/// Steps. step(dt_ms, input) first advances the state by dt_ms >= 0, exactly (never by Euler unless a rule says so),
/// and then applies the spikes and the reward of this step. So two half steps equal one, and an engine is free to step
/// by a fixed dt or from event to event.
namespace stdpscope::sim {

/// What reaches a synapse in one step; fill by name what the rule needs.
struct SynapseInput {
    bool pre_spike = false;    ///< arrives at the end of the step
    bool post_spike = false;   ///< arrives at the end of the step
    double post_v_mv = -70.6;  ///< postsynaptic membrane potential during the step; used by VoltageStdp
    double reward = 0.0;       ///< released at the end of the step; used by RewardStdp
};

/// A presynaptic and a postsynaptic spike by their arrivals at the synapse.
struct SpikePair {
    double pre_ms = 0.0;
    double post_ms = 0.0;
    /// t_post - t_pre. >= 0: A (pre) first or at the same time; < 0: B (post) first (Table 5).
    [[nodiscard]] double delta_ms() const { return post_ms - pre_ms; }
};

/// The share of a weight update that a rule's formula gives to one spike pair.
struct PairShare {
    SpikePair pair;
    double update = 0.0;
};

/// What one step did to the weight. The three parts add up to `update` (to rounding); when a bound cut the update
/// short, all three were shortened by the same factor. Each part has its timing for Table 5 at once.
struct WeightChange {
    double update = 0.0;      ///< weight after minus weight before (to rounding), bounds applied
    double pre_first = 0.0;   ///< by pairs whose presynaptic spike came first or at the same time
    double post_first = 0.0;  ///< by pairs whose postsynaptic spike came first
    double unpaired = 0.0;    ///< by no pair: single spikes, relaxation, homeostasis
};

/// A rule of one synapse. `pairs()` lists the pairs behind the last step's change where the rule can tell them
/// (its docstring says which), else it is empty; it stays valid until the next step.
template <class Rule>
concept PlasticityRule = std::copyable<Rule> &&
    requires(Rule rule, const Rule& view, double dt_ms, const SynapseInput& input) {
    { rule.step(dt_ms, input) } -> std::same_as<WeightChange>;
    { view.weight() } -> std::convertible_to<double>;
    { view.pairs() } -> std::convertible_to<std::span<const PairShare>>;
};

/// Whether a rule keeps spike times to list all pairs of a change; costs memory and time in proportion to the pairs.
enum class PairListing { off, on };

}  // namespace stdpscope::sim
