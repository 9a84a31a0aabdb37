#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sim/neuron/neuron_group.hpp"
#include "sim/plasticity/pairing_scheme.hpp"
#include "sim/stimulus/stimulus.hpp"

/// What is to be simulated: populations and the projections between them. A description only; Simulation builds it.
namespace stdpscope::sim {

/// What a neuron releases (Maharaj 2015, Table 3).
enum class Transmitter { excitatory, inhibitory };

/// How a synapse answers to it. Table 4: the effect is excitatory where transmitter and receptor are excitatory and
/// normal, or inhibitory and opposite; else inhibitory.
enum class Receptor { normal, opposite };

[[nodiscard]] constexpr Channel effect_of(Transmitter transmitter, Receptor receptor) {
    return (transmitter == Transmitter::excitatory) == (receptor == Receptor::normal) ? Channel::excitatory
                                                                                      : Channel::inhibitory;
}

struct PopulationSpec {
    std::string name = {};
    std::uint32_t size = 1;
    std::variant<NeuronModel, StimulusModel> model = {};
    Transmitter transmitter = Transmitter::excitatory;
    std::optional<InitialPotential> initial_potential = {};
};

/// Whether a neuron may be connected to itself, where both sides of a projection are one population.
enum class Autapses { allowed, excluded };

struct AllToAll {
    Autapses autapses = Autapses::allowed;
};
struct OneToOne {};
/// Every ordered pair with this probability, independently.
struct FixedProbability {
    double probability = 0.1;
    Autapses autapses = Autapses::allowed;
};
/// Every post neuron has `degree` different pre neurons.
struct FixedInDegree {
    std::uint32_t degree = 1;
    Autapses autapses = Autapses::allowed;
};
/// Every pre neuron has `degree` different post neurons.
struct FixedOutDegree {
    std::uint32_t degree = 1;
    Autapses autapses = Autapses::allowed;
};
struct Link {
    std::uint32_t pre;
    std::uint32_t post;
    double weight;
};
/// One synapse a link; a pair may occur more than once. The projection's own weight is not used.
struct ExplicitList {
    std::vector<Link> links;
};
using Connectivity = std::variant<AllToAll, OneToOne, FixedProbability, FixedInDegree, FixedOutDegree, ExplicitList>;

/// Weights are numbers of receptors, >= 0, in the unit of the post model's channel (the receptor's kind is apart).
struct UniformWeight {
    double low = 0.0;
    double high = 1.0;
};
using InitialWeight = std::variant<double, UniformWeight>;

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

/// Whether a plastic projection's changes are counted by category.
enum class Counting { on, off };

struct ProjectionSpec {
    std::string name = {};
    std::string pre = {};   ///< name of the presynaptic population
    std::string post = {};  ///< name of the postsynaptic one; onto sources, synapses learn and transmit nothing
    Connectivity connectivity = {};
    InitialWeight weight = 1.0;
    Receptor receptor = Receptor::normal;
    double axonal_delay_ms = 0.0;     ///< from the pre neuron's spike to its arrival at the synapse
    double dendritic_delay_ms = 0.0;  ///< from there to the post neuron; a post spike comes back as late
    std::optional<AdditivePairParams> plasticity = {};
    Counting counting = Counting::on;
};

class Network {
public:
    /// Each returns the number of what was added, from 0. Throws InvalidParameter where a name is taken or unknown, a
    /// size is 0, a probability, degree, link or weight does not fit, or the rule's parameters cannot be.
    std::size_t add(PopulationSpec population);
    std::size_t add(ProjectionSpec projection);

    [[nodiscard]] const std::vector<PopulationSpec>& populations() const { return populations_; }
    [[nodiscard]] const std::vector<ProjectionSpec>& projections() const { return projections_; }

    /// Number of the population of that name. Throws InvalidParameter, naming `parameter`, where there is none.
    [[nodiscard]] std::size_t population_of(const std::string& name, const std::string& parameter) const;

private:
    std::vector<PopulationSpec> populations_;
    std::vector<ProjectionSpec> projections_;
};

}  // namespace stdpscope::sim
