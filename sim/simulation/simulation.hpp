#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "sim/network/network.hpp"
#include "sim/observer.hpp"

namespace stdpscope::sim {

struct SimulationOptions {
    double dt_ms = 0.1;
    std::uint64_t seed = 0;
    int threads = 1;
};

struct Synapse {
    std::uint32_t pre;
    std::uint32_t post;
    double weight;

    friend bool operator==(const Synapse&, const Synapse&) = default;
};

/// The synapses of one pre neuron: post neurons ascending, their weights beside them.
struct SynapseRow {
    std::uint32_t pre;
    std::span<const std::uint32_t> posts;
    std::span<const double> weights;
};

/// A network in time: the one clock and spike delivery.
///
/// Step 0 is the initial state, in which sources may fire. Every later step n: neurons are brought from n - 1 to n and
/// fire; then the spikes that reach their synapses at n act. A spike of a neuron at n reaches the synapse at n + axonal
/// delay; it is added to the post neuron's channel a dendritic delay later, at the end of that step, and so moves the
/// membrane from there to the next step. A post spike reaches its synapses a dendritic delay after it was fired. A
/// synapse's time difference is that of these arrivals. A spike transmits the weight it finds, before its own change.
///
/// The same seed gives the same spikes and weights, bit for bit, for any number of threads and however a run is cut.
class Simulation {
public:
    /// Builds the network. Throws InvalidParameter unless threads lies in [1, 256], every delay is a whole number of
    /// steps, and the models' and rules' own conditions hold.
    Simulation(const Network& network, const SimulationOptions& options);
    ~Simulation();
    Simulation(Simulation&&) noexcept;
    Simulation& operator=(Simulation&&) noexcept;

    /// Announcements start with the next run. The observer must outlive the runs.
    void add_observer(Observer& observer);

    /// Changes of this synapse are announced from now on. Throws InvalidParameter unless the projection is plastic and
    /// joins the two neurons.
    void sample(const SampledSynapse& synapse);

    /// Throws InvalidParameter unless the duration is a whole number of steps, >= 0, and where a source's rate is found
    /// not to lie within its bounds; what an observer throws passes through. After that the simulation cannot go on.
    void run_ms(double duration_ms);
    void run_steps(Step steps);

    /// Steps run so far, step 0 included.
    [[nodiscard]] Step steps() const;

    [[nodiscard]] std::uint64_t spike_count(std::size_t population) const;
    [[nodiscard]] std::uint64_t synapse_count(std::size_t projection) const;
    /// All synapses of a projection by pre neuron, then by post neuron, with their weights as of now.
    [[nodiscard]] std::vector<Synapse> synapses(std::size_t projection) const;
    /// Visits the same synapses row by row, pre neurons ascending, those without synapses left out. A row's views last
    /// during its visit.
    void visit_rows(std::size_t projection, const std::function<void(const SynapseRow&)>& visit) const;
    /// Changes of sampled synapses that no observer has been told yet: those by post spikes after the pre neuron's last
    /// spike, which settles them. Ordered as announcements are. Nothing is changed by looking: later announcements tell
    /// the same changes again, so ask after the last run.
    [[nodiscard]] std::vector<SynapseChange> unsettled_changes() const;
    /// As of now; zeros where the projection is not plastic or does not count.
    [[nodiscard]] PlasticityCounts counts(std::size_t projection) const;
    /// Membrane potentials of a population of neurons; empty for sources.
    [[nodiscard]] std::vector<float> v_mv(std::size_t population) const;

private:
    class Engine;
    std::unique_ptr<Engine> engine_;
};

}  // namespace stdpscope::sim
