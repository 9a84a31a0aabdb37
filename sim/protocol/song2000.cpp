#include "sim/protocol/song2000.hpp"

namespace stdpscope::sim {

Network song2000_network(Counting counting) {
    constexpr double kMaxWeight = 0.01;
    Network network;
    network.add({.name = "inputs", .size = 1000, .model = PoissonParams{15.0}});
    network.add({.name = "neuron",
                 .size = 1,
                 .model = LifConductanceParams{.tau_m_ms = 10.0,
                                               .e_leak_mv = -74.0,
                                               .v_thresh_mv = -54.0,
                                               .v_reset_mv = -60.0,
                                               .refractory_ms = 0.0,
                                               .channels = {.tau_excitatory_ms = 5.0}}});
    network.add(
        {.name = "synapses",
         .pre = "inputs",
         .post = "neuron",
         .connectivity = AllToAll{},
         .weight = UniformWeight{0.0, kMaxWeight},
         .plasticity =
             AdditivePairParams{.a_plus = 0.01 * kMaxWeight, .a_minus = 1.05 * 0.01 * kMaxWeight, .w_max = kMaxWeight},
         .counting = counting});
    return network;
}

ProtocolResult run_song2000(const ProtocolOptions& options) {
    return run_protocol(song2000_network(options.counting), options);
}

}  // namespace stdpscope::sim
