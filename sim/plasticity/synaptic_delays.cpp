#include "sim/plasticity/synaptic_delays.hpp"

#include "sim/require.hpp"

namespace stdpscope::sim {

void check(const SynapticDelays& delays) {
    require_not_negative("axonal_ms", delays.axonal_ms);
    require_not_negative("dendritic_ms", delays.dendritic_ms);
}

}  // namespace stdpscope::sim
