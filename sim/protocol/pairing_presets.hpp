#pragma once

#include <string>
#include <vector>

#include "sim/plasticity/pair_stdp.hpp"
#include "sim/protocol/pairing.hpp"

namespace stdpscope::sim {

/// A published pairing experiment as a window and a protocol. Weights are relative to the weight before (1), between 0
/// and 2. Within the deltas of the experiment, each spike pair changes the weight in one direction per side.
struct PairingExperiment {
    std::string name;    ///< as on the command line
    std::string source;  ///< the paper
    PairStdpParams rule;
    PairingProtocol protocol;       ///< delta_ms is to be set
    std::vector<double> deltas_ms;  ///< t_post - t_pre at the somata, as in the experiment
    double initial_weight = 1.0;
};

/// Where along the apical dendrite of a layer 5 pyramidal cell the synapse sits (Letzkus et al. 2006).
enum class DendriticLocation { proximal, distal };

/// Hippocampal culture: pre-post potentiation, post-pre depression. 60 pairings at 1 Hz; amplitudes and time constants
/// of the fit in Bi & Poo 2001, Annu. Rev. Neurosci. 24:139 (+78 % at 16.8 ms, -27 % at 33.7 ms over all pairings).
/// Bi & Poo 1998, J. Neurosci. 18:10464.
[[nodiscard]] PairingExperiment bi_poo_1998();

/// The four windows of Table 5 (Maharaj 2015), each with one quadrant only; the other side of the window is flat. In
/// the order pre_post_potentiation, pre_post_depression, post_pre_potentiation, post_pre_depression.
[[nodiscard]] std::vector<PairingExperiment> table5_windows();

/// Electrosensory lobe of mormyrid fish: depression when the post spike follows the pre spike within some 60 ms,
/// potentiation when it comes before. The paper's potentiation does not depend on timing; here it is a wide
/// exponential, so that it belongs to a pair.
/// Bell, Han, Sugawara & Grant 1997, Nature 387:278.
[[nodiscard]] PairingExperiment bell_1997();

/// Neocortical layer 5: the normal window at proximal synapses, the temporally inverted one at distal synapses.
/// Letzkus, Kampa & Stuart 2006, J. Neurosci. 26:10420.
[[nodiscard]] PairingExperiment letzkus_2006(DendriticLocation location);

/// Corticostriatal synapses on medium-sized spiny neurons: post-pre potentiation, pre-post depression; 100 pairings at
/// 1 Hz. Fino, Paille, Cui, Morera-Herreras, Deniau & Venance 2010, J. Physiol. 588:3045.
[[nodiscard]] PairingExperiment fino_2010();

/// All of the above, in this order.
[[nodiscard]] std::vector<PairingExperiment> pairing_experiments();

/// Runs the experiment at one delta.
[[nodiscard]] PairingResult run_experiment(const PairingExperiment& experiment, double delta_ms);

}  // namespace stdpscope::sim
