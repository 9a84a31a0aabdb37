#pragma once

#include <memory>

#include "sim/simulation/projection_slice.hpp"

namespace stdpscope::sim {

/// What the synapses of a projection may read in a step, besides spikes.
struct StepSurroundings {
    /// The membrane of each post neuron as it reaches its synapses, at the step before; null where there is none.
    const float* post_v_mv = nullptr;
    double reward = 0.0;  ///< dopamine that is released at this step
};

/// Synapses under any rule of one synapse (PlasticityRule), each an object of its own that goes from event to event.
///
/// A synapse is visited where a spike of either neuron arrives, once a step however many do; rules that read the
/// membrane are visited at every step, and at a reward all synapses are. A pre spike transmits the weight it finds,
/// before the step's own change, and after what a rule does between spikes.
///
/// **Counting.** An update is what one visit does to a weight on one side (WeightChange): by pre spikes first, by post
/// spikes first, or untimed. For rules that change weights at spikes only, a spike that has an earlier partner and
/// changes nothing is unchanged. Rules whose weights move between spikes (VoltageStdp, CalciumPlasticity,
/// RateDerivative, RewardStdp) give what they did since the last visit, if it shows in the weight, as updates of their
/// own, and no unchanged ones.
/// The pair that is named is the one the rule puts the change down to, else the nearest.
///
/// Memory: the rule's object (144 to 264 bytes), 24 bytes a synapse for its places.
class RuleSlice : public ProjectionSlice {
public:
    /// Before the other calls of a step that has any.
    virtual void surround(const StepSurroundings& surroundings) = 0;

    /// As of the last step, at a place in rows().posts; nothing is changed by looking.
    [[nodiscard]] virtual double weight(std::uint64_t place) const = 0;
    /// Adds the counts of this slice. Sums are added post neuron by post neuron, so that slices may be cut anywhere.
    virtual void add_counts(PlasticityCounts& counts) const = 0;
    [[nodiscard]] virtual const RowTable& rows() const = 0;

    /// As PairSlice::sample.
    [[nodiscard]] virtual std::size_t sample(std::uint32_t pre, std::uint32_t post) = 0;
    virtual void write_changes_to(std::vector<SynapseChange>* changes) = 0;
    /// Adds what the rule did to sampled synapses since their last visits; nothing is changed by looking.
    virtual void append_unsettled_changes(std::vector<SynapseChange>& changes) const = 0;
};

/// Precondition: the plasticity is not AdditivePairParams.
[[nodiscard]] std::unique_ptr<RuleSlice> make_rule_slice(std::size_t projection, const ProjectionSpec& spec,
                                                         RowTable rows, PostRange range, const TimeGrid& grid,
                                                         const RandomStream& random);

}  // namespace stdpscope::sim
