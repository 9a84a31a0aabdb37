#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sim/network/plasticity_model.hpp"
#include "sim/neuron/neuron_group.hpp"
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
    std::optional<PlasticityModel> plasticity = {};
    Counting counting = Counting::on;
};

class Network {
public:
    /// Each returns the number of what was added, from 0. Throws InvalidParameter where a name is taken or unknown, a
    /// size is 0, a probability, degree, link or weight does not fit, the rule's parameters cannot be, or the rule
    /// takes weights below 0.
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
