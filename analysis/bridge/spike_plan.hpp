#pragma once

#include <vector>

#include "analysis/bridge/training_events.hpp"
#include "sim/network/network.hpp"

namespace stdpscope::analysis {

/// Which window a synapse has.
enum class BridgeWindow {
    response,  ///< normal where the response is +, inverted where it is -: Table 3 to the letter
    effect,    ///< the same, turned round at synapses that inhibit
};

/// How an event's numbers become spikes.
struct BridgeMapping {
    double tau_ms = 20.0;            ///< of both sides of the window
    double longest_ms = 160.0;       ///< no pair is further apart
    std::uint32_t most_spikes = 10;  ///< of the presynaptic neuron, for the layer's largest activation
    double spike_interval_ms = 1.0;  ///< between these
    double amplitude = 0.001;        ///< of the window, in parts of w_max
    double dt_ms = 0.1;
    BridgeWindow window = BridgeWindow::response;

    /// When the postsynaptic neuron fires, and by when all is over.
    [[nodiscard]] double post_ms() const { return longest_ms + most_spikes * spike_interval_ms + 10.0; }
    [[nodiscard]] double duration_ms() const { return 2.0 * post_ms() + 10.0; }
};

/// The spikes of one event.
struct EventSpikes {
    std::uint32_t pre_spikes = 0;
    double delta_ms = 0.0;  ///< t_post - t_pre of the nearest pair; in whole steps
    std::vector<double> pre_ms;
};

/// The presynaptic neuron fires round(most_spikes |a| / largest |a|) times, at least once. The nearest of these spikes
/// is delta = tau ln(largest |D| / |D|) from the postsynaptic one, before it where timing is +, else after it, so that
/// one pair's weight in the window is |D| / largest |D|. B first is at least one step late.
[[nodiscard]] EventSpikes spikes_of(const TrainingEvent& event, const EventLayer& layer, const BridgeMapping& mapping);

/// The events as a network: each is a presynaptic and a postsynaptic source and the synapse between them, whose number
/// of receptors is |weight|. Events of one layer with the same transmitter, receptors and window share a projection,
/// "LAYER-excitatory-opposite-normal".
struct BridgeNetwork {
    sim::Network network;
    std::vector<EventSpikes> spikes;  ///< of each event
    struct Place {
        std::size_t projection = 0;
        std::uint32_t neuron = 0;  ///< pre and post
    };
    std::vector<Place> places;  ///< of each event
};
[[nodiscard]] BridgeNetwork bridge_network(const TrainingEvents& events, const BridgeMapping& mapping,
                                           sim::Counting counting);

}  // namespace stdpscope::analysis
