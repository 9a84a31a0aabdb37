#include "apps/simulation/bridge_report.hpp"

#include <fmt/format.h>

#include <cmath>
#include <sstream>

#include "analysis/summary/csv.hpp"
#include "analysis/trace/durable_file.hpp"
#include "apps/text_table.hpp"

namespace stdpscope::apps {
namespace {

using analysis::Agreement;
using nlohmann::json;
using Align = TextTable::Align;

json number_or_null(double number) {
    return std::isnan(number) ? json(nullptr) : json(number);
}

json json_of(const analysis::SizeCorrelation& sizes) {
    return {{"pearson", number_or_null(sizes.pearson)}, {"spearman", number_or_null(sizes.spearman)}};
}

json share_of(std::uint64_t part, std::uint64_t whole) {
    return whole > 0 ? json(static_cast<double>(part) / static_cast<double>(whole)) : json(nullptr);
}

json json_of(const Agreement& row) {
    json categories = json::object();
    for (std::size_t wanted = 0; wanted < row.categories.size(); ++wanted) {
        json& of_category = categories[std::string(name_of(analysis::kStdpCategories[wanted]))];
        for (std::size_t got = 0; got < row.categories[wanted].size(); ++got) {
            of_category[std::string(name_of(static_cast<analysis::Category>(got)))] = row.categories[wanted][got];
        }
    }
    return {{"layer", row.layer.empty() ? json(nullptr) : json(row.layer)},
            {"events", row.events},
            {"same_sign", row.same_sign},
            {"same_sign_share", share_of(row.same_sign, row.events)},
            {"same_category", row.same_category},
            {"same_category_share", share_of(row.same_category, row.events)},
            {"other_sign_inhibitory", row.other_inhibitory},
            {"other_sign_unchanged", row.other_unchanged},
            {"excitatory_events", row.by_effect[0]},
            {"excitatory_same_sign_share", share_of(row.same_sign_by_effect[0], row.by_effect[0])},
            {"inhibitory_events", row.by_effect[1]},
            {"inhibitory_same_sign_share", share_of(row.same_sign_by_effect[1], row.by_effect[1])},
            {"updated_events", row.with_update},
            {"same_sign_as_update_share", share_of(row.same_sign_update, row.with_update)},
            {"size_correlation", json_of(row.asked)},
            {"size_correlation_without_derivative", json_of(row.carried)},
            {"size_correlation_with_timing", json_of(row.timing_alone)},
            {"categories", std::move(categories)}};
}

std::string percent_of(const json& share) {
    return share.is_null() ? "-" : percent(share.get<double>());
}
std::string number_of(const json& number) {
    return number.is_null() ? "-" : fmt::format("{:.3f}", number.get<double>());
}
std::string layer_of(const json& row) {
    return row["layer"].is_null() ? "all" : row["layer"].get<std::string>();
}

std::string agreement_text(const json& layers) {
    TextTable table;
    table.add_column("layer", Align::left);
    for (const char* title : {"events", "same\nsign", "same\ncategory", "excita-\ntory", "of these\nsame sign",
                              "inhibi-\ntory", "of these\nsame sign", "same sign\nas update"}) {
        table.add_column(title);
    }
    for (const json& row : layers) {
        if (row["layer"].is_null()) table.add_rule();
        table.add_row({layer_of(row), grouped(row["events"]), percent_of(row["same_sign_share"]),
                       percent_of(row["same_category_share"]), grouped(row["excitatory_events"]),
                       percent_of(row["excitatory_same_sign_share"]), grouped(row["inhibitory_events"]),
                       percent_of(row["inhibitory_same_sign_share"]), percent_of(row["same_sign_as_update_share"])});
    }
    return "\nSign and category of each event's change, training against spikes\n" + table.text();
}

std::string size_text(const json& layers) {
    TextTable table;
    table.add_column("layer", Align::left);
    for (const char* title : {"|D F a|\nlinear", "\nranks", "|D a|\nlinear", "\nranks", "|D|\nlinear", "\nranks"}) {
        table.add_column(title);
    }
    for (const json& row : layers) {
        if (row["layer"].is_null()) table.add_rule();
        std::vector<std::string> cells{layer_of(row)};
        for (const char* name :
             {"size_correlation", "size_correlation_without_derivative", "size_correlation_with_timing"}) {
            cells.push_back(number_of(row[name]["pearson"]));
            cells.push_back(number_of(row[name]["spearman"]));
        }
        table.add_row(cells);
    }
    return "\nCorrelation of the size of the spikes' change with that of the training's event, and with parts of it\n" +
           table.text();
}

std::string category_text(const json& all) {
    TextTable table;
    table.add_column("training's category", Align::left);
    for (const char* title :
         {"pre-post\npotent.", "pre-post\ndepress.", "post-pre\npotent.", "post-pre\ndepress.", "un-\nchanged"}) {
        table.add_column(title);
    }
    for (const analysis::Category wanted : analysis::kStdpCategories) {
        const std::string name(name_of(wanted));
        std::vector<std::string> cells{name};
        for (std::size_t got = 0; got < 5; ++got) {
            cells.push_back(
                grouped(all["categories"][name][std::string(name_of(static_cast<analysis::Category>(got)))]));
        }
        table.add_row(cells);
    }
    return "\nEvents by the training's category (rows) and the spikes' (columns)\n" + table.text();
}

}  // namespace

json json_of_bridge(const analysis::TrainingEvents& events, const analysis::BridgeMapping& mapping,
                    const std::vector<double>& changes) {
    json document{{"window", mapping.window == analysis::BridgeWindow::response ? "response" : "effect"},
                  {"tau_ms", mapping.tau_ms},
                  {"longest_ms", mapping.longest_ms},
                  {"most_spikes", mapping.most_spikes},
                  {"spike_interval_ms", mapping.spike_interval_ms},
                  {"amplitude", mapping.amplitude},
                  {"sampled", json::array()},
                  {"layers", json::array()}};
    for (const analysis::EventLayer& layer : events.layers) {
        document["sampled"].push_back({{"layer", layer.name},
                                       {"firing_pairs", layer.pairs},
                                       {"no_pair", layer.no_pair},
                                       {"largest_activation", layer.largest_activation},
                                       {"largest_loss_derivative", layer.largest_loss_derivative},
                                       {"largest_weight", layer.largest_weight}});
    }
    for (const Agreement& row : analysis::agreement(events, changes)) document["layers"].push_back(json_of(row));
    return document;
}

std::string bridge_text(const json& bridge) {
    const json& all = bridge["layers"].back();
    const auto other = all["events"].get<std::uint64_t>() - all["same_sign"].get<std::uint64_t>();
    std::string text = agreement_text(bridge["layers"]) + category_text(all) + size_text(bridge["layers"]);
    text +=
        fmt::format("\nOf {} events with another sign {} are at synapses that inhibit (window by {}), {} met a bound\n",
                    grouped(other), grouped(all["other_sign_inhibitory"]), bridge["window"].get<std::string>(),
                    grouped(all["other_sign_unchanged"]));
    return text;
}

void write_bridge_table(const std::filesystem::path& path, const analysis::TrainingEvents& events,
                        const analysis::BridgeNetwork& bridge, const std::vector<double>& changes) {
    std::ostringstream text;
    analysis::CsvWriter csv(text);
    csv.row("layer", "step", "post", "pre", "activation", "loss_derivative", "activation_derivative", "weight",
            "weight_update", "asked", "pre_spikes", "delta_ms", "spiking_change");
    for (std::size_t k = 0; k < events.events.size(); ++k) {
        const analysis::TrainingEvent& event = events.events[k];
        csv.row(events.layers[event.layer].name, event.step, event.post, event.pre, event.activation,
                event.loss_derivative, event.activation_derivative, event.weight, event.weight_update, event.asked(),
                std::uint64_t{bridge.spikes[k].pre_spikes}, bridge.spikes[k].delta_ms, changes[k]);
    }
    analysis::write_file_durably(path, text.str());
}

}  // namespace stdpscope::apps
