#include "analysis/summary/summary_json.hpp"

#include <string>

namespace stdpscope::analysis {
namespace {

using Json = nlohmann::ordered_json;

template <class Value>
Json json_or_null(const std::optional<Value>& value) {
    return value ? Json(*value) : Json(nullptr);
}

/// {"pre_post_potentiation": value_of(...), ...}
template <class ValueOf>
Json by_category(ValueOf value_of) {
    Json result = Json::object();
    for (const Category category : kStdpCategories) result[std::string(name_of(category))] = value_of(category);
    return result;
}

Json json_of_row(const CategoryRow& row) {
    const CategoryTable& counts = row.counts;
    Json result = {{"level", name_of(row.level)}};
    result.update(json_of(row.group));
    result["total"] = counts.total();
    result["counts"] = by_category([&](Category category) { return counts.count(category); });
    result["shares"] = json_of_shares(counts);
    result["normal"] = counts.count(Response::normal);
    result["inverted"] = counts.count(Response::inverted);
    result["normal_share"] = counts.share(Response::normal);
    result["inverted_share"] = counts.share(Response::inverted);
    result["invalid"] = counts.invalid;
    if (row.level == Level::event) {
        result["no_pair"] = counts.no_pair;
        return result;
    }
    result["unchanged"] = counts.unchanged;
    result["untimed"] = counts.untimed;
    result["absolute_update"] =
        by_category([&](Category category) { return counts.absolute_update[static_cast<std::size_t>(category)]; });
    result["absolute_update_shares"] =
        by_category([&](Category category) { return counts.absolute_update_share(category); });
    result["untimed_absolute_update"] = counts.untimed_absolute_update;
    return result;
}

Json json_of(const EffectCounts& effects) {
    return {
        {"excitatory_transmitter_normal_receptor", effects.excitatory_transmitter_normal_receptor},
        {"excitatory_transmitter_opposite_receptor", effects.excitatory_transmitter_opposite_receptor},
        {"inhibitory_transmitter_normal_receptor", effects.inhibitory_transmitter_normal_receptor},
        {"inhibitory_transmitter_opposite_receptor", effects.inhibitory_transmitter_opposite_receptor},
        {"excitatory", effects.excitatory()},
        {"inhibitory", effects.inhibitory()},
        {"total", effects.total()},
        {"excitatory_share", share_of(effects.excitatory(), effects.total())},
        {"inhibitory_share", share_of(effects.inhibitory(), effects.total())},
    };
}

Json json_of(const ResponseCounts& responses) {
    return {
        {"normal", responses.normal},
        {"inverted", responses.inverted},
        {"zero", responses.zero},
        {"total", responses.total()},
        {"normal_share", share_of(responses.normal, responses.total())},
        {"inverted_share", share_of(responses.inverted, responses.total())},
        {"zero_share", share_of(responses.zero, responses.total())},
    };
}

/// Effects and responses: a group, all its events, its firing pairs.
template <class Row>
Json json_of_event_row(const Row& row) {
    Json result = json_of(row.group);
    result["all_events"] = json_of(row.all_events);
    result["firing_pairs"] = json_of(row.firing_pairs);
    return result;
}

Json json_of_row(const SwitchRow& row) {
    Json result = json_of(row.group);
    result["switches"] = row.switches;
    result["weight_steps"] = row.weight_steps;
    result["rate"] = row.rate();
    return result;
}

Json json_of(const LayerState& state) {
    Json result = {
        {"layer", state.layer},           {"epoch", json_or_null(state.epoch)},       {"units", state.units},
        {"dead_units", state.dead_units}, {"most_dead_units", state.most_dead_units}, {"biases", json_of(state.biases)},
        {"weights", Json::array()}};
    for (const WeightState& weights : state.weights) {
        Json entry = {{"population", weights.population}, {"weights", weights.weights}};
        entry.update(json_of(weights.moments));
        result["weights"].push_back(entry);
    }
    return result;
}

Json json_of(const SummaryOptions& options) {
    Json result = {{"levels", Json::array()},
                   {"measure", name_of(options.measure)},
                   {"timing", name_of(options.timing)},
                   {"by", Json::array()}};
    for (const Level level : options.levels) result["levels"].push_back(name_of(level));
    if (options.grouping.layer) result["by"].push_back("layer");
    if (options.grouping.population) result["by"].push_back("population");
    if (options.grouping.epoch) result["by"].push_back("epoch");
    return result;
}

}  // namespace

Json json_of(const Group& group) {
    return {{"layer", json_or_null(group.layer)},
            {"population", json_or_null(group.population)},
            {"epoch", json_or_null(group.epoch)}};
}

Json json_of(const Moments& moments) {
    return {{"mean", moments.mean},
            {"deviation", moments.deviation},
            {"minimum", moments.minimum},
            {"maximum", moments.maximum},
            {"mean_absolute", moments.mean_absolute}};
}

Json json_of_shares(const CategoryTable& counts) {
    return by_category([&](Category category) { return counts.share(category); });
}

Json json_of(const TraceFacts& trace) {
    const TraceOptions& options = trace.header.options;
    const Tally& tally = trace.tally;
    Json layers = Json::array();
    for (const ann::SynapseLayer& layer : trace.header.layers) {
        layers.push_back({{"name", layer.name},
                          {"activation", layer.activation},
                          {"populations", layer.populations},
                          {"rows", layer.geometry.weight_rows()},
                          {"columns", layer.geometry.weight_columns()}});
    }
    return {{"level", name_of(options.level)},
            {"complete", trace.complete},
            {"update_timing", name_of(options.update_timing)},
            {"seed", trace.header.seed},
            {"batch_size", trace.header.batch_size},
            {"records", tally.records()},
            {"first_step", tally.first_step()},
            {"end_step", tally.end_step()},
            {"epochs", tally.epochs().size()},
            {"samples", tally.samples()},
            {"layers", layers}};
}

Json json_of(const std::vector<ann::EpochMetrics>& metrics) {
    Json rows = Json::array();
    for (const ann::EpochMetrics& epoch : metrics) {
        rows.push_back({{"epoch", epoch.epoch},
                        {"learning_rate", epoch.learning_rate},
                        {"training_loss", epoch.training_loss},
                        {"training_error", epoch.training_error},
                        {"full_training_error", epoch.full_training_error},
                        {"test_loss", epoch.test_loss},
                        {"test_error", epoch.test_error},
                        {"seconds", epoch.seconds},
                        {"samples_per_second", epoch.samples_per_second}});
    }
    return rows;
}

namespace {

Json json_of_share(const std::optional<CategoryTable>& table, const std::optional<CategoryTable>& first) {
    if (!table) return nullptr;
    Json result = {{"total", table->total()},
                   {"counts", by_category([&](Category category) { return table->count(category); })},
                   {"shares", json_of_shares(*table)},
                   {"inverted_share", table->share(Response::inverted)},
                   {"differences", nullptr}};
    if (!first) return result;
    result["differences"] =
        by_category([&](Category category) { return table->share(category) - first->share(category); });
    return result;
}

}  // namespace

Json json_of(const Comparison& comparison) {
    Json result = {{"runs", comparison.paths},
                   {"options", {{"measure", name_of(comparison.measure)}, {"timing", name_of(comparison.timing)}}},
                   {"settings", Json::array()},
                   {"metrics", Json::array()},
                   {"categories", Json::array()}};
    for (const SettingDifference& difference : comparison.settings) {
        Json values = Json::array();
        for (const auto& value : difference.values) values.push_back(json_or_null(value));
        result["settings"].push_back({{"key", difference.key}, {"values", values}});
    }
    for (const auto& metrics : comparison.metrics) result["metrics"].push_back(json_of(metrics));
    for (const auto& level : comparison.levels) {
        Json runs = Json::array();
        for (const auto& table : level.tables) runs.push_back(json_of_share(table, level.tables.front()));
        result["categories"].push_back({{"level", name_of(level.level)}, {"runs", runs}});
    }
    return result;
}

Json json_of(const TraceSummary& summary) {
    Json result = {
        {"options", json_of(summary.options)}, {"categories", Json::array()},        {"effects", Json::array()},
        {"responses", Json::array()},          {"receptor_switches", Json::array()}, {"layers", Json::array()}};
    for (const auto& row : summary.categories) result["categories"].push_back(json_of_row(row));
    for (const auto& row : summary.effects) result["effects"].push_back(json_of_event_row(row));
    for (const auto& row : summary.responses) result["responses"].push_back(json_of_event_row(row));
    for (const auto& row : summary.switches) result["receptor_switches"].push_back(json_of_row(row));
    for (const auto& state : summary.layers) result["layers"].push_back(json_of(state));
    return result;
}

}  // namespace stdpscope::analysis
