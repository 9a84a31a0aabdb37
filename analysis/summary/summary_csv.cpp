#include "analysis/summary/summary_csv.hpp"

#include <optional>
#include <string_view>

namespace stdpscope::analysis {
namespace {

/// Writes the values of one group of one table.
class GroupWriter {
public:
    GroupWriter(CsvWriter& csv, const std::string& run, std::string_view table, const Group& group)
        : csv_(csv), run_(run), table_(table), group_(group) {}

    void set_convention(const CategoryRow& row, const SummaryOptions& options) {
        level_ = name_of(row.level);
        measure_ = name_of(options.measure);
        timing_ = name_of(options.timing);
    }

    template <class Value>
    void write(std::string_view quantity, Value value, std::optional<double> share = std::nullopt) {
        csv_.field(run_).field(table_).field(level_).field(measure_).field(timing_);
        csv_.field(group_.layer.value_or("")).field(group_.population.value_or(""));
        if (group_.epoch) {
            csv_.field(*group_.epoch);
        } else {
            csv_.field("");
        }
        csv_.field(quantity).field(value);
        if (share) {
            csv_.field(*share);
        } else {
            csv_.field("");
        }
        csv_.end_row();
    }

    void write(std::string_view prefix, const Moments& moments) {
        write(std::string(prefix) + "mean", moments.mean);
        write(std::string(prefix) + "deviation", moments.deviation);
        write(std::string(prefix) + "minimum", moments.minimum);
        write(std::string(prefix) + "maximum", moments.maximum);
        write(std::string(prefix) + "mean_absolute", moments.mean_absolute);
    }

private:
    CsvWriter& csv_;
    const std::string& run_;
    std::string_view table_;
    const Group& group_;
    std::string_view level_;
    std::string_view measure_;
    std::string_view timing_;
};

void write_categories(GroupWriter& out, const CategoryRow& row) {
    const CategoryTable& counts = row.counts;
    for (const Category category : kStdpCategories) {
        out.write(name_of(category), counts.count(category), counts.share(category));
    }
    out.write("total", counts.total());
    out.write("normal", counts.count(Response::normal), counts.share(Response::normal));
    out.write("inverted", counts.count(Response::inverted), counts.share(Response::inverted));
    out.write("invalid", counts.invalid);
    if (row.level == Level::event) {
        out.write("no_pair", counts.no_pair);
        return;
    }
    out.write("unchanged", counts.unchanged);
    out.write("untimed", counts.untimed);
    for (const Category category : kStdpCategories) {
        out.write("absolute_update." + std::string(name_of(category)),
                  counts.absolute_update[static_cast<std::size_t>(category)], counts.absolute_update_share(category));
    }
    out.write("untimed_absolute_update", counts.untimed_absolute_update);
}

void write_effects(GroupWriter& out, const std::string& scope, const EffectCounts& effects) {
    const auto write = [&](const char* quantity, std::uint64_t count) {
        out.write(scope + quantity, count, share_of(count, effects.total()));
    };
    write("excitatory_transmitter_normal_receptor", effects.excitatory_transmitter_normal_receptor);
    write("excitatory_transmitter_opposite_receptor", effects.excitatory_transmitter_opposite_receptor);
    write("inhibitory_transmitter_normal_receptor", effects.inhibitory_transmitter_normal_receptor);
    write("inhibitory_transmitter_opposite_receptor", effects.inhibitory_transmitter_opposite_receptor);
    write("excitatory", effects.excitatory());
    write("inhibitory", effects.inhibitory());
}

void write_responses(GroupWriter& out, const std::string& scope, const ResponseCounts& responses) {
    const auto write = [&](const char* quantity, std::uint64_t count) {
        out.write(scope + quantity, count, share_of(count, responses.total()));
    };
    write("normal", responses.normal);
    write("inverted", responses.inverted);
    write("zero", responses.zero);
}

void write_layer(CsvWriter& csv, const std::string& run, const LayerState& state, Biases biases) {
    const Group of_layer{state.layer, std::nullopt, state.epoch};
    GroupWriter out(csv, run, "layers", of_layer);
    out.write("units", state.units);
    out.write("dead_units", state.dead_units, share_of(state.dead_units, state.units));
    out.write("most_dead_units", state.most_dead_units, share_of(state.most_dead_units, state.units));
    if (biases == Biases::written) out.write("biases.", state.biases);
    for (const WeightState& weights : state.weights) {
        const Group of_population{state.layer, weights.population, state.epoch};
        GroupWriter of_weights(csv, run, "layers", of_population);
        of_weights.write("weights", weights.weights);
        of_weights.write("weights.", weights.moments);
    }
}

}  // namespace

void write_summary_header(CsvWriter& csv) {
    csv.row("run", "table", "level", "measure", "timing", "layer", "population", "epoch", "quantity", "value", "share");
}

void write_summary(CsvWriter& csv, const std::string& run, const TraceSummary& summary, Biases biases) {
    for (const CategoryRow& row : summary.categories) {
        GroupWriter out(csv, run, "categories", row.group);
        out.set_convention(row, summary.options);
        write_categories(out, row);
    }
    for (const EffectRow& row : summary.effects) {
        GroupWriter out(csv, run, "effects", row.group);
        write_effects(out, "all_events.", row.all_events);
        write_effects(out, "firing_pairs.", row.firing_pairs);
    }
    for (const ResponseRow& row : summary.responses) {
        GroupWriter out(csv, run, "responses", row.group);
        write_responses(out, "all_events.", row.all_events);
        write_responses(out, "firing_pairs.", row.firing_pairs);
    }
    for (const SwitchRow& row : summary.switches) {
        GroupWriter out(csv, run, "receptor_switches", row.group);
        out.write("switches", row.switches);
        out.write("weight_steps", row.weight_steps);
        out.write("rate", row.rate());
    }
    for (const LayerState& state : summary.layers) write_layer(csv, run, state, biases);
}

namespace {

void write_settings(CsvWriter& csv, const Comparison& comparison) {
    for (const SettingDifference& difference : comparison.settings) {
        for (std::size_t run = 0; run < difference.values.size(); ++run) {
            csv.row("settings", comparison.paths[run], "", "", difference.key, difference.values[run].value_or(""), "");
        }
    }
}

/// Difference of a metric to the first run's in the same epoch.
void write_metric(CsvWriter& csv, const Comparison& comparison, std::size_t run, std::size_t place,
                  const char* quantity, double ann::EpochMetrics::*metric) {
    const ann::EpochMetrics& epoch = comparison.metrics[run][place];
    csv.field("metrics").field(comparison.paths[run]).field("");
    csv.field(static_cast<std::uint64_t>(epoch.epoch)).field(quantity).field(epoch.*metric);
    if (place < comparison.metrics.front().size()) {
        csv.field(epoch.*metric - comparison.metrics.front()[place].*metric);
    } else {
        csv.field("");
    }
    csv.end_row();
}

void write_shares(CsvWriter& csv, const Comparison& comparison, const Comparison::LevelTables& level) {
    for (std::size_t run = 0; run < level.tables.size(); ++run) {
        const auto& table = level.tables[run];
        if (!table) continue;
        for (const Category category : kStdpCategories) {
            csv.field("categories").field(comparison.paths[run]).field(name_of(level.level)).field("");
            csv.field(name_of(category)).field(table->share(category));
            if (level.tables.front()) {
                csv.field(table->share(category) - level.tables.front()->share(category));
            } else {
                csv.field("");
            }
            csv.end_row();
        }
    }
}

}  // namespace

void write_comparison_header(CsvWriter& csv) {
    csv.row("table", "run", "level", "epoch", "quantity", "value", "difference");
}

void write_comparison(CsvWriter& csv, const Comparison& comparison) {
    write_settings(csv, comparison);
    for (std::size_t run = 0; run < comparison.metrics.size(); ++run) {
        for (std::size_t place = 0; place < comparison.metrics[run].size(); ++place) {
            write_metric(csv, comparison, run, place, "training_loss", &ann::EpochMetrics::training_loss);
            write_metric(csv, comparison, run, place, "training_error", &ann::EpochMetrics::training_error);
            write_metric(csv, comparison, run, place, "test_loss", &ann::EpochMetrics::test_loss);
            write_metric(csv, comparison, run, place, "test_error", &ann::EpochMetrics::test_error);
        }
    }
    for (const auto& level : comparison.levels) write_shares(csv, comparison, level);
}

}  // namespace stdpscope::analysis
