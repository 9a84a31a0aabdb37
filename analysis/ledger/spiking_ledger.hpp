#pragma once

#include <cstdint>
#include <vector>

#include "analysis/ledger/records.hpp"
#include "analysis/trace/trace_options.hpp"
#include "sim/simulation/simulation.hpp"

namespace stdpscope::analysis {

/// "lif_conductance", "poisson", ...
[[nodiscard]] std::string model_name(const sim::PopulationSpec& population);

/// What the trace of a simulation tells before the first row: its layers are the plastic projections of the network
/// (those of options.layers, if any are named), and each post population is the one population of its layer. From level
/// `samples` on, options.sample_synapses synapses of each are drawn from the seed; all where there are no more. The
/// rest of the header is the caller's. Throws sim::InvalidParameter where there is no plastic projection, or none of a
/// name.
[[nodiscard]] TraceHeader spiking_header(const sim::Network& network, const sim::Simulation& simulation, double dt_ms,
                                         const TraceOptions& options, std::uint64_t seed);

/// The counts of a record interval as the trace keeps them, for synapses of one transmitter and one kind of receptors
/// (docs/theory.md, 9). `asked_pre_post` and `asked_post_pre` are the signs of what the rule asks of a number of
/// receptors on either side of its window, 0 where it depends: updates that a bound kept unchanged are events of that
/// sign.
struct SpikingSigns {
    Sign transmitter = 1;
    Sign receptor = 1;
    Sign asked_pre_post = 0;
    Sign asked_post_pre = 0;
};
[[nodiscard]] EventCounts event_counts(const sim::PlasticityCounts& counts, const SpikingSigns& signs);
/// Without the moments of weights.
[[nodiscard]] UpdateCounts update_counts(const sim::PlasticityCounts& counts, const SpikingSigns& signs);

/// Listens to a simulation and keeps the ledger of its plasticity events: counts of each kept projection, spikes and
/// sampled changes from level `samples` on, weights at level `full`. The same rows for any number of threads.
class SpikingLedger : public sim::Observer {
public:
    /// `header` is spiking_header()'s for this network and simulation, which has not run yet; from here on it is
    /// listened to. Simulation and sink must outlive the ledger.
    SpikingLedger(const TraceHeader& header, const sim::Network& network, sim::Simulation& simulation,
                  RecordSink& sink);

    void spikes(sim::Step step, std::size_t population, std::span<const std::uint32_t> neurons) override;
    void weight_changed(const sim::SynapseChange& change) override;

    /// Ends a record where the simulation stands. Does nothing unless it has run since the last one.
    void end_record();
    /// Ends the last record, with what no observer is told.
    void end();

private:
    struct Layer {
        std::size_t projection;  ///< in the network
        std::size_t post;        ///< its population
        SpikingSigns signs;
        sim::PlasticityCounts before;  ///< at the last record's end
    };
    struct Sampled {
        std::size_t projection;
        std::uint32_t pre;
        std::uint32_t post;
        std::size_t layer;
        std::uint32_t place;  ///< among the layer's sampled synapses
    };
    struct Spikes {
        std::vector<std::uint64_t> of_neuron;  ///< in this record
        std::vector<double> timestamps;
        std::vector<std::uint64_t> node_ids;
    };
    struct Change {
        sim::Step step;
        std::uint32_t synapse;
        double pre_ms;
        double post_ms;
        double weight;
        double weight_update;
    };

    [[nodiscard]] LayerRecord layer_record(std::size_t layer);
    void flush_spikes(std::size_t population);
    void flush_changes(std::size_t layer);
    void write_synapses();
    void write_weights();

    TraceHeader header_;
    sim::Simulation& simulation_;
    RecordSink& sink_;
    std::vector<Layer> layers_;
    std::vector<Sampled> sampled_;              ///< by projection, pre, post
    std::vector<Spikes> spikes_;                ///< by population
    std::vector<std::vector<Change>> changes_;  ///< by layer
    sim::Step first_step_ = 0;
    sim::Step next_weights_ = 0;
};

}  // namespace stdpscope::analysis
