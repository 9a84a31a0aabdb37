#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/time_grid.hpp"

/// The only door through which others watch a simulation: what is announced, and to whom.
namespace stdpscope::sim {

/// A synapse whose every change is to be announced. Where a pair of neurons is joined more than once, all are meant.
struct SampledSynapse {
    std::size_t projection;
    std::uint32_t pre;
    std::uint32_t post;
};

/// Whether a change is put down to a pair of spikes. Untimed ones come of single spikes, relaxation or homeostasis.
enum class Attribution { pair, untimed };

/// One change of one sampled synapse, by one spike, or by what a rule did since the synapse's last event.
///
/// The nearest spike of the other neuron makes the pair that is named; under all-to-all pairing earlier ones have their
/// decayed share in the update. Steps are those of arrival at the synapse, delays included. Where one step changes a
/// weight on both sides of the window, or untimed as well, each part is a change of its own; the weight between two of
/// them is a sum that the synapse never had, and may lie beyond its bounds.
struct SynapseChange {
    std::size_t projection;
    std::uint32_t pre;
    std::uint32_t post;
    Step step;      ///< of the later spike of the pair, or later where the rule changes weights after spikes
    Step pre_step;  ///< of the pair; both are `step` where the change is untimed
    Step post_step;
    double weight_before;
    double weight_after;  ///< equal to weight_before where the weight was at its bound
    Attribution attribution = Attribution::pair;

    [[nodiscard]] Step step_difference() const { return post_step - pre_step; }  ///< > 0: the pre neuron fired first
};

/// A projection's plasticity so far. An update is one spike's effect on one synapse; its category is Table 5's by the
/// time difference of the nearest pair. An update that finds the weight at the bound towards which it pushes is
/// unchanged; one too small for the weight's resolution is counted by its sign. Updates with no pair are untimed,
/// outside the four. What counts as an update of rules that move weights between spikes: sim/simulation/rule_slice.hpp.
struct PlasticityCounts {
    std::uint64_t pre_post_potentiation = 0;
    std::uint64_t pre_post_depression = 0;
    std::uint64_t post_pre_potentiation = 0;
    std::uint64_t post_pre_depression = 0;
    std::uint64_t same_time = 0;  ///< of the two pre_post categories, with time difference 0
    std::uint64_t pre_post_unchanged = 0;
    std::uint64_t post_pre_unchanged = 0;
    std::uint64_t untimed = 0;  ///< weights changed without a pair to put it down to; additive pairs have none
    // Summed |update| of each, in the unit of the weight:
    double pre_post_potentiation_sum = 0.0;
    double pre_post_depression_sum = 0.0;
    double post_pre_potentiation_sum = 0.0;
    double post_pre_depression_sum = 0.0;
    double untimed_sum = 0.0;

    [[nodiscard]] double pre_post_update_sum() const { return pre_post_potentiation_sum + pre_post_depression_sum; }
    [[nodiscard]] double post_pre_update_sum() const { return post_pre_potentiation_sum + post_pre_depression_sum; }

    friend bool operator==(const PlasticityCounts&, const PlasticityCounts&) = default;

    PlasticityCounts& operator+=(const PlasticityCounts& more) {
        pre_post_potentiation += more.pre_post_potentiation;
        pre_post_depression += more.pre_post_depression;
        post_pre_potentiation += more.post_pre_potentiation;
        post_pre_depression += more.post_pre_depression;
        same_time += more.same_time;
        pre_post_unchanged += more.pre_post_unchanged;
        post_pre_unchanged += more.post_pre_unchanged;
        untimed += more.untimed;
        pre_post_potentiation_sum += more.pre_post_potentiation_sum;
        pre_post_depression_sum += more.pre_post_depression_sum;
        post_pre_potentiation_sum += more.post_pre_potentiation_sum;
        post_pre_depression_sum += more.post_pre_depression_sum;
        untimed_sum += more.untimed_sum;
        return *this;
    }
};

/// Listens to a simulation; every function does nothing unless overridden. Calls come from the thread that runs the
/// simulation; those of spikes are ordered by step and lag the clock by up to a delay.
class Observer {
public:
    virtual ~Observer() = default;
    /// Neurons of a population, ascending, that fired at a step; called where at least one did.
    virtual void spikes(Step /*step*/, std::size_t /*population*/, std::span<const std::uint32_t> /*neurons*/) {}
    /// Those of one synapse come in the order of their steps. A change by a post spike is told when the pre neuron
    /// fires next, or after 16 time constants without that; Simulation::unsettled_changes() has those of the run's end.
    virtual void weight_changed(const SynapseChange& /*change*/) {}
};

}  // namespace stdpscope::sim
