#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/summary/run_summary.hpp"

/// What result.json says of a simulation (docs/cli.md), checked.
namespace stdpscope::analysis {

struct SimulatedPopulation {
    std::string name;
    std::string model;
    std::uint64_t neurons = 0;
    std::uint64_t spikes = 0;
    double rate_hz = 0.0;
};

/// A plastic projection's weights at the end.
struct FinalWeights {
    std::string projection;
    std::uint64_t synapses = 0;
    double largest = 0.0;                  ///< that a weight can have
    std::optional<double> mean;            ///< none without a synapse
    std::vector<std::uint64_t> histogram;  ///< synapses in equal parts of [0, largest]

    [[nodiscard]] std::uint64_t total() const;
    /// Share of the synapses whose weight is in the parts of [0, 1] from `from` to `to`, both at an edge of the
    /// histogram.
    [[nodiscard]] double share(double from, double to) const;
};

/// A pairing experiment: did its updates have the category that its window gives to the order of the spikes?
struct PairingOutcome {
    std::string name;
    std::string source;
    double weight_before = 0.0;
    std::uint64_t changed = 0;
    std::uint64_t as_expected = 0;
    std::array<std::uint64_t, 4> categories{};  ///< in the order of kStdpCategories
    struct Point {
        double delta_ms = 0.0;  ///< post - pre
        double relative_change = 0.0;
    };
    std::vector<Point> window;  ///< by delta
};

/// A rule of protocol rate-derivative against presynaptic rate x slope of the postsynaptic one.
struct RateRule {
    std::string name;
    std::optional<double> correlation;
    std::optional<double> regression;
    struct Point {
        double pre_rate_hz = 0.0;
        double rate_times_slope = 0.0;  ///< Hz^2 / s
        double mean_change = 0.0;
        double standard_error = 0.0;
        double expected_change = 0.0;
    };
    std::vector<Point> points;  ///< by rate x slope
};

struct BridgeCorrelation {
    std::optional<double> pearson;
    std::optional<double> spearman;
};

/// A layer of protocol from-trace, or all of them (docs/bridge.md).
struct BridgeLayer {
    std::string layer;  ///< empty: all
    std::uint64_t events = 0;
    std::uint64_t same_sign = 0;
    std::uint64_t same_category = 0;
    std::uint64_t other_inhibitory = 0;  ///< of those of another sign: at synapses that inhibit
    std::uint64_t other_unchanged = 0;   ///< of those of another sign: where the spikes changed nothing
    std::uint64_t excitatory = 0;
    std::uint64_t inhibitory = 0;
    std::optional<double> excitatory_same_sign;  ///< share
    std::optional<double> inhibitory_same_sign;
    std::uint64_t updated = 0;                  ///< whose weight the batch's update changed
    std::optional<double> same_sign_as_update;  ///< share of these
    BridgeCorrelation asked;                    ///< of the size of the spikes' change with |D F a|
    BridgeCorrelation carried;                  ///< with |D a|
    BridgeCorrelation timing;                   ///< with |D|
    /// Events by the training's category and the spikes', the last column: unchanged.
    std::array<std::array<std::uint64_t, 5>, 4> categories{};
};

struct BridgeOutcome {
    std::string window;               ///< "response" or "effect"
    std::vector<BridgeLayer> layers;  ///< the last: all
};

struct SimulationResult {
    std::string protocol;
    double biological_seconds = 0.0;
    std::vector<SimulatedPopulation> populations;
    std::vector<FinalWeights> weights;
    std::vector<PairingOutcome> experiments;  ///< of protocol pairing
    std::vector<RateRule> rate_rules;         ///< of protocol rate-derivative
    std::optional<BridgeOutcome> bridge;      ///< of protocol from-trace
};

/// None unless the run is a simulation with a result. Throws DamagedTrace where result.json lacks or misstates
/// something.
[[nodiscard]] std::optional<SimulationResult> read_simulation_result(const RunSummary& run);

}  // namespace stdpscope::analysis
