#pragma once

#include "sim/protocol/protocol_result.hpp"

namespace stdpscope::sim {

/// Poisson sources on both sides of plastic synapses, no neuron and no transmission: weight updates alone.
struct KernelThroughputParams {
    std::uint32_t neurons = 1000;  ///< on each side
    double probability = 1.0;
    double rate_hz = 20.0;
};

/// 25.6 million synapses in 16000 rows: more than caches hold, post neurons scattered.
[[nodiscard]] KernelThroughputParams sparse_kernel_throughput();

[[nodiscard]] Network kernel_throughput_network(const KernelThroughputParams& params, Counting counting = Counting::on);

[[nodiscard]] ProtocolResult run_kernel_throughput(const KernelThroughputParams& params,
                                                   const ProtocolOptions& options);

}  // namespace stdpscope::sim
