#include "sim/protocol/kernel_throughput.hpp"

namespace stdpscope::sim {

KernelThroughputParams sparse_kernel_throughput() {
    return {.neurons = 16000, .probability = 0.1, .rate_hz = 16.0};
}

Network kernel_throughput_network(const KernelThroughputParams& params, Counting counting) {
    Network network;
    network.add({.name = "pre", .size = params.neurons, .model = PoissonParams{params.rate_hz}});
    network.add({.name = "post", .size = params.neurons, .model = PoissonParams{params.rate_hz}});
    const Connectivity connectivity =
        params.probability < 1.0 ? Connectivity(FixedProbability{params.probability}) : Connectivity(AllToAll{});
    network.add({.name = "synapses",
                 .pre = "pre",
                 .post = "post",
                 .connectivity = connectivity,
                 .weight = 0.5,
                 .plasticity = AdditivePairParams{.a_plus = 0.001, .a_minus = 0.00105, .w_max = 1.0},
                 .counting = counting});
    return network;
}

ProtocolResult run_kernel_throughput(const KernelThroughputParams& params, const ProtocolOptions& options) {
    return run_protocol(kernel_throughput_network(params, options.counting), options);
}

}  // namespace stdpscope::sim
