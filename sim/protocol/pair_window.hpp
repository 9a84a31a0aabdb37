#pragma once

#include <vector>

#include "sim/network/network.hpp"

namespace stdpscope::sim {

/// The STDP window as Bi & Poo (1998, J. Neurosci. 18:10464) measured it: pairs of forced spikes, repeated.
struct PairWindowParams {
    int longest_ms = 100;
    int pairings = 60;
    double period_ms = 1000.0;
    double initial_weight = 1.0;
    AdditivePairParams rule{.a_plus = 0.005, .a_minus = 0.00525, .w_max = 2.0};
    double axonal_delay_ms = 0.0;
    double dendritic_delay_ms = 0.0;
};

struct PairWindowPoint {
    double difference_ms;  ///< t_post - t_pre, at the neurons
    double change;
};

/// One synapse for each whole millisecond in [-longest, longest], ascending, 0 left out.
[[nodiscard]] std::vector<PairWindowPoint> run_pair_window(const PairWindowParams& params);

}  // namespace stdpscope::sim
