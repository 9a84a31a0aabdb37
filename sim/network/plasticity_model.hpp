#pragma once

#include <string>
#include <variant>

#include "sim/plasticity/calcium_plasticity.hpp"
#include "sim/plasticity/inhibitory_stdp.hpp"
#include "sim/plasticity/pair_stdp.hpp"
#include "sim/plasticity/pre_post_factors.hpp"
#include "sim/plasticity/rate_derivative.hpp"
#include "sim/plasticity/reward_stdp.hpp"
#include "sim/plasticity/table_stdp.hpp"
#include "sim/plasticity/triplet_stdp.hpp"
#include "sim/plasticity/voltage_stdp.hpp"

/// The plasticity of a projection: a rule and what a network adds to it.
namespace stdpscope::sim {

/// Additive pair-based STDP with all-to-all pairing and hard bounds:
///
///     pre spike:   w -= a_minus * post_trace        post spike:  w += a_plus * pre_trace        0 <= w <= w_max
///
/// A trace rises by 1 at its own neuron's spike, as it arrives at the synapse, and decays as exp(-dt / tau). Amplitudes
/// may have either sign: a_plus < 0 makes "pre before post" weaken, a_minus < 0 makes "post before pre" strengthen.
/// Weights are kept as whole multiples of w_max / 2^30; the post spikes between two pre spikes are summed, rounded once
/// and then bounded, which equals bounding after each since all push one way. At a pre spike those of its own step
/// come before its own change. Pairs 69 tau apart or more, each worth 1e-30, may be
/// left out.
/// Source: Song, Miller & Abbott 2000, Nat. Neurosci. 3:919.
struct AdditivePairParams {
    double tau_plus_ms = 20.0;
    double tau_minus_ms = 20.0;
    double a_plus = 0.005;
    double a_minus = 0.00525;
    double w_max = 1.0;
    Tie tie = Tie::no_pair;
};

/// What the synapses see of the postsynaptic membrane: a spiking model resets it at once, so that the spike itself is
/// added. From a spike's arrival on, for spike_width_ms, the membrane is at spike_v_mv; before and after at the model's
/// own potential, a dendritic delay old; for sources at the rule's rest_mv. A synapse reads the potential of the step
/// before, which it holds during the step.
/// Source of the shape: Clopath et al. 2010, Nat. Neurosci. 13:344 (spikes of 2 ms, to 33 mV).
struct VoltageModel {
    VoltageStdpParams rule = {};
    double spike_v_mv = 33.0;
    double spike_width_ms = 2.0;
};

/// An initial weight is read as initial_release times a quantal amplitude.
struct PrePostModel {
    PrePostFactorsParams rule = {};
    double initial_release = 0.5;
};

/// Every spike of the population `reward_population` releases `reward_per_spike` of dopamine at all synapses of the
/// projection, reward_delay_ms after it was fired.
struct RewardModel {
    RewardStdpParams rule = {};
    std::string reward_population = {};
    double reward_per_spike = 1.0;
    double reward_delay_ms = 0.0;
};

/// AdditivePairParams run in a faster form than the others (sim/simulation/pair_slice.hpp, rule_slice.hpp). Lists of
/// pairs (PairListing) are not kept in networks.
using PlasticityModel =
    std::variant<AdditivePairParams, PairStdpParams, TableStdpParams, TripletStdpParams, VoltageModel,
                 CalciumPlasticityParams, PrePostModel, RateDerivativeParams, InhibitoryStdpParams, RewardModel>;

/// Between which the rule keeps every weight.
[[nodiscard]] WeightBounds bounds_of(const PlasticityModel& model);

/// Throws InvalidParameter unless the rule's own conditions hold, with every initial weight in [lowest, largest], and
/// its bounds are >= 0.
void check(const PlasticityModel& model, double lowest, double largest);

/// The rules of one synapse that the models stand for.
[[nodiscard]] inline PairStdp rule_of(const PairStdpParams& model, double weight) {
    return {model, weight};
}
[[nodiscard]] inline TableStdp rule_of(const TableStdpParams& model, double weight) {
    return {model, weight};
}
[[nodiscard]] inline TripletStdp rule_of(const TripletStdpParams& model, double weight) {
    return {model, weight};
}
[[nodiscard]] inline VoltageStdp rule_of(const VoltageModel& model, double weight) {
    return {model.rule, weight};
}
[[nodiscard]] inline CalciumPlasticity rule_of(const CalciumPlasticityParams& model, double weight) {
    return {model, weight};
}
[[nodiscard]] inline PrePostFactors rule_of(const PrePostModel& model, double weight) {
    return {model.rule, model.initial_release, weight / model.initial_release};
}
[[nodiscard]] inline RateDerivative rule_of(const RateDerivativeParams& model, double weight) {
    return {model, weight};
}
[[nodiscard]] inline InhibitoryStdp rule_of(const InhibitoryStdpParams& model, double weight) {
    return {model, weight};
}
[[nodiscard]] inline RewardStdp rule_of(const RewardModel& model, double weight) {
    return {model.rule, weight};
}

}  // namespace stdpscope::sim
