#pragma once

#include "analysis/ledger/records.hpp"
#include "ann/observer.hpp"

/// The ledger written a second time, as plainly as it can be: one loop over samples, positions and synapses.
namespace stdpscope::tests {

/// A record of the layer's shape without counts.
[[nodiscard]] analysis::LayerRecord empty_layer_record(const ann::SynapseLayer& layer);

/// Adds events, updates and unit responses of one step to `record`; leaves moments and dead units alone.
void brute_force_count(const ann::SynapseLayer& layer, const ann::LayerStep& views, analysis::UpdateTiming timing,
                       analysis::LayerRecord& record);

/// What trace level `samples` keeps of one synapse, the event left out.
struct BruteForcePairs {
    int pre_first = 0;
    int post_first = 0;
    double integral = 0.0;
};
[[nodiscard]] BruteForcePairs brute_force_pairs(const ann::SynapseLayer& layer, const ann::LayerStep& views,
                                                arma::uword post, arma::uword pre);

}  // namespace stdpscope::tests
