#include "apps/simulation/simulation_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analysis/bridge/agreement.hpp"
#include "analysis/classify/category.hpp"
#include "analysis/ledger/spiking_ledger.hpp"
#include "apps/simulation/bridge_report.hpp"
#include "apps/text_table.hpp"

namespace stdpscope::apps {
namespace {

using nlohmann::json;
using Align = TextTable::Align;

/// Counts in the order of kStdpCategories.
std::array<std::uint64_t, 4> categories_of(const sim::PlasticityCounts& counts) {
    return {counts.pre_post_potentiation, counts.pre_post_depression, counts.post_pre_potentiation,
            counts.post_pre_depression};
}

json json_of(const sim::PlasticityCounts& counts) {
    json categories = json::object();
    const auto by_category = categories_of(counts);
    for (std::size_t k = 0; k < by_category.size(); ++k) {
        categories[std::string(name_of(analysis::kStdpCategories[k]))] = by_category[k];
    }
    return {{"categories", categories},
            {"same_time", counts.same_time},
            {"unchanged", counts.pre_post_unchanged + counts.post_pre_unchanged},
            {"untimed", counts.untimed}};
}

json json_of_weights(const sim::Simulation& simulation, std::size_t projection, double w_max) {
    double sum = 0.0;
    std::uint64_t count = 0;
    std::array<std::uint64_t, analysis::kWeightBins> bins{};
    simulation.visit_rows(projection, [&](const sim::SynapseRow& row) {
        for (const double weight : row.weights) {
            sum += weight;
            const double bin = weight / w_max * static_cast<double>(bins.size());
            ++bins[std::min(bins.size() - 1, static_cast<std::size_t>(bin))];
        }
        count += row.weights.size();
    });
    return {{"w_max", w_max},
            {"mean_weight", count > 0 ? json(sum / static_cast<double>(count)) : json(nullptr)},
            {"weight_histogram", bins}};
}

/// Whether an update with A first, or B first, should have this category in the experiment.
std::array<bool, 4> expected_categories(const sim::PairingExperiment& experiment) {
    const sim::PairStdpParams& rule = experiment.rule;
    return {rule.pre_post_potentiation.amplitude > 0.0, rule.pre_post_depression.amplitude > 0.0,
            rule.post_pre_potentiation.amplitude > 0.0, rule.post_pre_depression.amplitude > 0.0};
}

std::string populations_text(const json& populations) {
    TextTable table;
    table.add_column("population", Align::left);
    table.add_column("model", Align::left);
    for (const char* title : {"neurons", "spikes", "rate Hz"}) table.add_column(title);
    for (const json& population : populations) {
        table.add_row({population["name"], population["model"], grouped(population["size"]),
                       grouped(population["spikes"]), fmt::format("{:.2f}", population["rate_hz"].get<double>())});
    }
    return table.text();
}

std::string projections_text(const json& projections) {
    TextTable table;
    table.add_column("plastic projection", Align::left);
    for (const char* title : {"synapses", "mean weight\n/ largest", "pre-post\npotent.", "pre-post\ndepress.",
                              "post-pre\npotent.", "post-pre\ndepress.", "un-\nchanged"}) {
        table.add_column(title);
    }
    for (const json& projection : projections) {
        const json& mean = projection["mean_weight"];
        std::vector<std::string> cells{
            projection["name"], grouped(projection["synapses"]),
            mean.is_null() ? "-" : fmt::format("{:.4f}", mean.get<double>() / projection["w_max"].get<double>())};
        if (projection.contains("updates")) {
            for (const analysis::Category category : analysis::kStdpCategories) {
                cells.push_back(shortened(projection["updates"]["categories"][std::string(name_of(category))]));
            }
            cells.push_back(shortened(projection["updates"]["unchanged"]));
        }
        table.add_row(cells);
    }
    return table.text();
}

/// One projection's weights as a bar a bin.
std::string histogram_text(const json& projection) {
    constexpr std::size_t kWidth = 40;
    const auto bins = projection["weight_histogram"].get<std::vector<std::uint64_t>>();
    const std::uint64_t most = std::max<std::uint64_t>(1, *std::max_element(bins.begin(), bins.end()));
    std::string text = fmt::format("\nWeights of {} at the end, as parts of the largest ({:g})\n",
                                   projection["name"].get<std::string>(), projection["w_max"].get<double>());
    const auto count = static_cast<double>(bins.size());
    for (std::size_t k = 0; k < bins.size(); ++k) {
        const auto filled = static_cast<double>(bins[k]) / static_cast<double>(most) * static_cast<double>(kWidth);
        text += fmt::format("  {:.2f} - {:.2f}  {:>9}  {}\n", static_cast<double>(k) / count,
                            static_cast<double>(k + 1) / count, shortened(bins[k]),
                            std::string(static_cast<std::size_t>(filled + 0.5), '#'));
    }
    return text;
}

std::string experiments_text(const json& experiments) {
    TextTable summary;
    summary.add_column("experiment", Align::left);
    for (const char* title : {"updates", "as expected", "share"}) summary.add_column(title);
    std::string windows;
    for (const json& experiment : experiments) {
        summary.add_row({experiment["name"], grouped(experiment["changed"]), grouped(experiment["as_expected"]),
                         percent(experiment["share_as_expected"])});
        windows += fmt::format("\n{}: weight by t_post - t_pre (before: {:g})\n", experiment["name"].get<std::string>(),
                               experiment["weight_before"].get<double>());
        for (const json& point : experiment["window"]) {
            windows += fmt::format("  {:>7.1f} ms  {:>8.5f}  {:+.2f} %\n", point["delta_ms"].get<double>(),
                                   point["weight"].get<double>(), 100.0 * point["relative_change"].get<double>());
        }
    }
    return "\nCategory of each update against that of the experiment's window\n" + summary.text() + windows;
}

std::string ramps_text(const json& ramps) {
    TextTable rules;
    rules.add_column("rule", Align::left);
    for (const char* title : {"correlation with\nrate x slope", "slope against\nthe closed form"}) {
        rules.add_column(title);
    }
    TextTable table;
    for (const char* title : {"pre rate\nHz", "slope\nHz/s"}) table.add_column(title);
    for (const json& rule : ramps) {
        rules.add_row({rule["rule"], fmt::format("{:.4f}", rule["correlation"].get<double>()),
                       fmt::format("{:.3f}", rule["regression"].get<double>())});
        table.add_column(rule["rule"].get<std::string>() + "\nchange");
        table.add_column("\n+-");
    }
    table.add_column("closed\nform");
    for (std::size_t k = 0; k < ramps[0]["points"].size(); ++k) {
        const json& first = ramps[0]["points"][k];
        std::vector<std::string> cells{fmt::format("{:g}", first["pre_rate_hz"].get<double>()),
                                       fmt::format("{:g}", first["slope_hz_per_s"].get<double>())};
        for (const json& rule : ramps) {
            cells.push_back(fmt::format("{:+.6f}", rule["points"][k]["mean_change"].get<double>()));
            cells.push_back(fmt::format("{:.6f}", rule["points"][k]["standard_error"].get<double>()));
        }
        cells.push_back(fmt::format("{:+.6f}", first["expected_change"].get<double>()));
        table.add_row(cells);
    }
    return "\nWeight change against presynaptic rate x slope of the postsynaptic rate\n" + rules.text() + "\n" +
           table.text();
}

}  // namespace

SimulationProgress::SimulationProgress(std::string protocol, double biological_seconds)
    : protocol_(std::move(protocol)),
      all_seconds_(biological_seconds),
      is_shown_(is_terminal(stderr)),
      begun_(Clock::now()),
      shown_(begun_) {}

void SimulationProgress::show(double biological_seconds) {
    if (!is_shown_) return;
    constexpr auto kBetweenTwo = std::chrono::milliseconds(100);
    const Clock::time_point now = Clock::now();
    if (now - shown_ < kBetweenTwo) return;
    shown_ = now;
    const double wall_seconds = std::chrono::duration<double>(now - begun_).count();
    const double share = std::clamp(biological_seconds / all_seconds_, 1e-9, 1.0);
    status_.show(fmt::format("{} [{}] {:3.0f} %  {:.1f} of {:g} s of biological time  {:.3g} x real time  ETA {}",
                             protocol_, bar(share, 16), 100 * share, biological_seconds, all_seconds_,
                             biological_seconds / wall_seconds, duration_text(wall_seconds * (1 - share) / share)));
}

json json_of_network(const sim::Network& network, const sim::Simulation& simulation, double biological_seconds,
                     sim::Counting counting) {
    json document{{"populations", json::array()}, {"projections", json::array()}};
    for (std::size_t k = 0; k < network.populations().size(); ++k) {
        const sim::PopulationSpec& population = network.populations()[k];
        const std::uint64_t spikes = simulation.spike_count(k);
        const bool has_run = biological_seconds > 0.0;
        document["populations"].push_back(
            {{"name", population.name},
             {"model", analysis::model_name(population)},
             {"size", population.size},
             {"spikes", spikes},
             {"rate_hz", has_run ? static_cast<double>(spikes) / population.size / biological_seconds : 0.0}});
    }
    for (std::size_t k = 0; k < network.projections().size(); ++k) {
        const sim::ProjectionSpec& spec = network.projections()[k];
        if (!spec.plasticity) continue;
        json projection = json_of_weights(simulation, k, bounds_of(*spec.plasticity).max);
        projection["name"] = spec.name;
        projection["pre"] = spec.pre;
        projection["post"] = spec.post;
        projection["synapses"] = simulation.synapse_count(k);
        if (counting == sim::Counting::on) projection["updates"] = json_of(simulation.counts(k));
        document["projections"].push_back(std::move(projection));
    }
    return document;
}

json json_of_experiments(const std::vector<sim::PairingExperiment>& experiments, const sim::Network& network,
                         const sim::Simulation& simulation) {
    json document = json::array();
    for (const sim::PairingExperiment& experiment : experiments) {
        const auto& projections = network.projections();
        const auto found = std::find_if(projections.begin(), projections.end(),
                                        [&](const sim::ProjectionSpec& spec) { return spec.name == experiment.name; });
        const auto projection = static_cast<std::size_t>(found - projections.begin());
        const auto counts = categories_of(simulation.counts(projection));
        const auto is_expected = expected_categories(experiment);
        std::uint64_t changed = 0;
        std::uint64_t as_expected = 0;
        for (std::size_t k = 0; k < counts.size(); ++k) {
            changed += counts[k];
            as_expected += is_expected[k] ? counts[k] : 0;
        }
        json window = json::array();
        for (const sim::Synapse& synapse : simulation.synapses(projection)) {
            window.push_back({{"delta_ms", experiment.deltas_ms[synapse.pre]},
                              {"weight", synapse.weight},
                              {"relative_change", synapse.weight / experiment.initial_weight - 1.0}});
        }
        std::sort(window.begin(), window.end(),
                  [](const json& a, const json& b) { return a["delta_ms"] < b["delta_ms"]; });
        document.push_back(
            {{"name", experiment.name},
             {"source", experiment.source},
             {"weight_before", experiment.initial_weight},
             {"changed", changed},
             {"as_expected", as_expected},
             {"share_as_expected", changed > 0 ? static_cast<double>(as_expected) / static_cast<double>(changed) : 0.0},
             {"window", std::move(window)}});
    }
    return document;
}

json json_of_ramps(const std::vector<sim::RateRampPoint>& points) {
    json document = json::array();
    for (const bool is_derivative : {false, true}) {
        json of_rule = json::array();
        std::vector<double> changes;
        std::vector<double> products;
        double cross = 0.0;
        double square = 0.0;
        for (const sim::RateRampPoint& point : points) {
            if (point.is_derivative != is_derivative) continue;
            of_rule.push_back({{"projection", point.projection},
                               {"pre_rate_hz", point.pre_rate_hz},
                               {"slope_hz_per_s", point.slope_hz_per_s},
                               {"mean_change", point.mean_change},
                               {"standard_error", point.standard_error},
                               {"expected_change", point.expected_change}});
            changes.push_back(point.mean_change);
            products.push_back(point.pre_rate_hz * point.slope_hz_per_s);
            cross += point.mean_change * point.expected_change;
            square += point.expected_change * point.expected_change;
        }
        document.push_back({{"rule", is_derivative ? "rate_derivative" : "additive_pair"},
                            {"correlation", analysis::correlation(changes, products).pearson},
                            {"regression", cross / square},
                            {"points", std::move(of_rule)}});
    }
    return document;
}

std::string simulation_text(const json& result) {
    std::string text = fmt::format(
        "{}: {:g} s of biological time in {:.3f} s ({:.4g} x real time)\n\n", result["protocol"].get<std::string>(),
        result["biological_seconds"].get<double>(), result["simulation_seconds"].get<double>(),
        result["biological_seconds"].get<double>() / std::max(1e-9, result["simulation_seconds"].get<double>()));
    text += populations_text(result["populations"]) + "\n" + projections_text(result["projections"]);
    if (result.contains("bridge")) return text + bridge_text(result["bridge"]);
    if (result.contains("ramps")) return text + ramps_text(result["ramps"]);
    if (result.contains("experiments")) return text + experiments_text(result["experiments"]);
    for (const json& projection : result["projections"]) text += histogram_text(projection);
    return text;
}

}  // namespace stdpscope::apps
