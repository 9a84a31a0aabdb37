#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "analysis/bridge/spike_plan.hpp"
#include "analysis/classify/category.hpp"
#include "sim/simulation/simulation.hpp"

namespace stdpscope::analysis {

/// The number of receptors of each event's synapse, as it stands.
[[nodiscard]] std::vector<double> receptors_of(const BridgeNetwork& bridge, const sim::Simulation& simulation);

/// What the spikes of each event did to its synapse: the change of the signed weight.
[[nodiscard]] std::vector<double> spiking_changes(const TrainingEvents& events, const std::vector<double>& before,
                                                  const std::vector<double>& after);

/// Correlations of sizes over events; NaN where there are fewer than two, or one side does not vary.
struct SizeCorrelation {
    double pearson = 0.0;
    double spearman = 0.0;  ///< of ranks, ties averaged
};
[[nodiscard]] SizeCorrelation correlation(const std::vector<double>& left, const std::vector<double>& right);

/// Events of the training against their spikes. A category is Table 5's under the measure magnitude.
struct Agreement {
    std::string layer;  ///< empty: over all
    std::uint64_t events = 0;
    std::uint64_t same_sign = 0;  ///< of the change of the signed weight
    std::uint64_t same_category = 0;
    /// Of those of another sign: at synapses that inhibit; and where the spikes changed nothing (a bound).
    std::uint64_t other_inhibitory = 0;
    std::uint64_t other_unchanged = 0;
    std::array<std::uint64_t, 2> by_effect{};            ///< events at synapses that excite, that inhibit
    std::array<std::uint64_t, 2> same_sign_by_effect{};  ///< of these, of one sign
    /// Events by the training's category and the spikes', the last column: unchanged.
    std::array<std::array<std::uint64_t, 5>, 4> categories{};
    std::uint64_t with_update = 0;       ///< events whose weight the whole batch's update changed
    std::uint64_t same_sign_update = 0;  ///< of these, the spikes' sign is the update's
    SizeCorrelation asked;               ///< |change| with |D F a|
    SizeCorrelation carried;             ///< |change| with |D a|, which is what spikes carry
    SizeCorrelation timing_alone;        ///< |change| with |D|
};

/// Over each layer that has events, and last over all.
[[nodiscard]] std::vector<Agreement> agreement(const TrainingEvents& events, const std::vector<double>& changes);

}  // namespace stdpscope::analysis
