#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/summary/sign_tables.hpp"
#include "analysis/summary/tally.hpp"

namespace stdpscope::analysis {

/// What is counted: firing pairs, or the updates really applied.
enum class Level { event, update };
[[nodiscard]] std::string_view name_of(Level level);

/// By what the rows of the tables are told apart; any of them may combine.
struct Grouping {
    bool layer = false;
    bool population = false;
    bool epoch = false;
};

struct SummaryOptions {
    std::vector<Level> levels = {Level::event, Level::update};
    Measure measure = Measure::magnitude;
    TimingReading timing = TimingReading::descent;
    Grouping grouping = {};
};

/// What a row is about; without a value: over all of them.
struct Group {
    std::optional<std::string> layer;
    std::optional<std::string> population;
    std::optional<std::uint64_t> epoch;

    [[nodiscard]] bool is_total() const { return !layer && !population && !epoch; }
    friend bool operator==(const Group&, const Group&) = default;
};

struct CategoryRow {
    Level level = Level::event;
    Group group = {};
    CategoryTable counts = {};
};

struct EffectRow {
    Group group = {};
    EffectCounts all_events;
    EffectCounts firing_pairs;
};

struct ResponseRow {
    Group group = {};
    ResponseCounts all_events;
    ResponseCounts firing_pairs;
};

/// Weights whose sign went from + to - or back.
struct SwitchRow {
    Group group = {};
    std::uint64_t switches = 0;
    std::uint64_t weight_steps = 0;  ///< weights x steps

    /// Switches per weight and step.
    [[nodiscard]] double rate() const { return share_of(switches, weight_steps); }
};

struct WeightState {
    std::string population;
    std::uint64_t weights = 0;
    Moments moments;
};

/// A layer at the end of the trace, or of an epoch.
struct LayerState {
    std::string layer;
    std::optional<std::uint64_t> epoch;  ///< set where the grouping is by epoch
    std::uint64_t units = 0;             ///< rows of the weight matrix: units, or channels of a convolution
    std::uint64_t dead_units = 0;        ///< derivative 0 throughout the last record
    std::uint64_t most_dead_units = 0;   ///< in any record
    Moments biases;
    std::vector<WeightState> weights;  ///< by update population
};

/// Every list but `layers` ends with the total, the row whose group is_total(); without grouping it is the only one.
/// Populations are those of the events in categories of level `event`, effects and responses, those of the updates
/// in categories of level `update` and switches; rows of equal population names in several layers are one group
/// unless the grouping is also by layer.
struct TraceSummary {
    SummaryOptions options;
    std::vector<CategoryRow> categories;  ///< level by level as in the options
    std::vector<EffectRow> effects;
    std::vector<ResponseRow> responses;
    std::vector<SwitchRow> switches;
    std::vector<LayerState> layers;
};

[[nodiscard]] TraceSummary summarise(const Tally& tally, const SummaryOptions& options);

}  // namespace stdpscope::analysis
