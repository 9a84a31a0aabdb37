#include "analysis/report/simulation_result.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "analysis/classify/category.hpp"
#include "analysis/trace/error.hpp"
#include "analysis/trace/run_folder.hpp"

namespace stdpscope::analysis {
namespace {

using Json = nlohmann::json;

std::optional<double> number_or_none(const Json& number) {
    if (number.is_null()) return std::nullopt;
    return number.get<double>();
}

/// get<>() turns -1 and 0.5 into other numbers; these are none.
std::uint64_t count_from(const Json& number, const std::string& name) {
    if (number.is_number_unsigned() || (number.is_number_integer() && number.get<std::int64_t>() >= 0))
        return number.get<std::uint64_t>();
    throw Json::type_error::create(302, name + " must be a count, is " + number.dump(), &number);
}

std::uint64_t count_of(const Json& parent, const std::string& key) {
    return count_from(parent.at(key), key);
}

template <class Read>
auto list_of(const Json& parent, const std::string& key, Read read) {
    const Json& list = parent.at(key);
    if (!list.is_array()) throw Json::type_error::create(302, key + " must be a list, is " + list.dump(), &list);
    std::vector<decltype(read(list))> values;
    for (const Json& entry : list) values.push_back(read(entry));
    return values;
}

std::array<std::uint64_t, 4> categories_of(const Json& document) {
    std::array<std::uint64_t, 4> counts{};
    for (std::size_t place = 0; place < counts.size(); ++place) {
        counts[place] = count_of(document, std::string(name_of(kStdpCategories[place])));
    }
    return counts;
}

SimulatedPopulation population_of(const Json& document) {
    return {document.at("name"), document.at("model"), count_of(document, "size"), count_of(document, "spikes"),
            document.at("rate_hz")};
}

FinalWeights weights_of(const Json& document) {
    return {.projection = document.at("name"),
            .synapses = count_of(document, "synapses"),
            .largest = document.at("w_max"),
            .mean = number_or_none(document.at("mean_weight")),
            .histogram = list_of(document, "weight_histogram",
                                 [](const Json& count) { return count_from(count, "weight_histogram"); })};
}

PairingOutcome pairing_of(const Json& document, const Json& projections) {
    PairingOutcome outcome{.name = document.at("name"),
                           .source = document.at("source"),
                           .weight_before = document.at("weight_before"),
                           .changed = count_of(document, "changed"),
                           .as_expected = count_of(document, "as_expected"),
                           .categories = {},
                           .window = {}};
    for (const Json& projection : projections) {
        if (projection.at("name") == outcome.name)
            outcome.categories = categories_of(projection.at("updates").at("categories"));
    }
    outcome.window = list_of(document, "window", [](const Json& point) {
        return PairingOutcome::Point{point.at("delta_ms"), point.at("relative_change")};
    });
    return outcome;
}

RateRule rate_rule_of(const Json& document) {
    RateRule rule{.name = document.at("rule"),
                  .correlation = number_or_none(document.at("correlation")),
                  .regression = number_or_none(document.at("regression")),
                  .points = {}};
    rule.points = list_of(document, "points", [](const Json& point) {
        return RateRule::Point{point.at("pre_rate_hz"),
                               point.at("pre_rate_hz").get<double>() * point.at("slope_hz_per_s").get<double>(),
                               point.at("mean_change"), point.at("standard_error"), point.at("expected_change")};
    });
    std::stable_sort(rule.points.begin(), rule.points.end(),
                     [](const auto& a, const auto& b) { return a.rate_times_slope < b.rate_times_slope; });
    return rule;
}

BridgeCorrelation correlation_of(const Json& document) {
    return {number_or_none(document.at("pearson")), number_or_none(document.at("spearman"))};
}

BridgeLayer bridge_layer_of(const Json& document) {
    BridgeLayer row;
    if (!document.at("layer").is_null()) row.layer = document.at("layer");
    row.events = count_of(document, "events");
    row.same_sign = count_of(document, "same_sign");
    row.same_category = count_of(document, "same_category");
    row.other_inhibitory = count_of(document, "other_sign_inhibitory");
    row.other_unchanged = count_of(document, "other_sign_unchanged");
    row.excitatory = count_of(document, "excitatory_events");
    row.inhibitory = count_of(document, "inhibitory_events");
    row.excitatory_same_sign = number_or_none(document.at("excitatory_same_sign_share"));
    row.inhibitory_same_sign = number_or_none(document.at("inhibitory_same_sign_share"));
    row.updated = count_of(document, "updated_events");
    row.same_sign_as_update = number_or_none(document.at("same_sign_as_update_share"));
    row.asked = correlation_of(document.at("size_correlation"));
    row.carried = correlation_of(document.at("size_correlation_without_derivative"));
    row.timing = correlation_of(document.at("size_correlation_with_timing"));
    for (std::size_t wanted = 0; wanted < row.categories.size(); ++wanted) {
        const Json& got = document.at("categories").at(std::string(name_of(kStdpCategories[wanted])));
        const auto four = categories_of(got);
        std::copy(four.begin(), four.end(), row.categories[wanted].begin());
        row.categories[wanted].back() = count_of(got, std::string(name_of(Category::unchanged)));
    }
    return row;
}

SimulationResult result_of(const Json& document) {
    SimulationResult result{.protocol = document.at("protocol"),
                            .biological_seconds = document.at("biological_seconds"),
                            .populations = list_of(document, "populations", population_of),
                            .weights = list_of(document, "projections", weights_of),
                            .experiments = {},
                            .rate_rules = {},
                            .bridge = {}};
    if (document.contains("experiments")) {
        result.experiments = list_of(document, "experiments", [&](const Json& experiment) {
            return pairing_of(experiment, document.at("projections"));
        });
    }
    if (document.contains("ramps")) result.rate_rules = list_of(document, "ramps", rate_rule_of);
    if (document.contains("bridge")) {
        const Json& bridge = document.at("bridge");
        result.bridge = BridgeOutcome{bridge.at("window"), list_of(bridge, "layers", bridge_layer_of)};
        if (result.bridge->layers.empty()) result.bridge.reset();
    }
    return result;
}

}  // namespace

std::uint64_t FinalWeights::total() const {
    return std::accumulate(histogram.begin(), histogram.end(), std::uint64_t{0});
}

double FinalWeights::share(double from, double to) const {
    const auto edge = [&](double part) {
        return static_cast<std::ptrdiff_t>(std::lround(part * static_cast<double>(histogram.size())));
    };
    const std::uint64_t within =
        std::accumulate(histogram.begin() + edge(from), histogram.begin() + edge(to), std::uint64_t{0});
    return total() == 0 ? NAN : static_cast<double>(within) / static_cast<double>(total());
}

std::optional<SimulationResult> read_simulation_result(const RunSummary& run) {
    if (!run.result.is_object() || !run.result.contains("protocol")) return std::nullopt;
    try {
        return result_of(run.result);
    } catch (const Json::exception& mistake) {
        throw DamagedTrace((std::filesystem::path(run.path) / kResultFile).string(),
                           std::string("must be the result of a simulation (") + mistake.what() + ")");
    }
}

}  // namespace stdpscope::analysis
