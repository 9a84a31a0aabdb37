#include "tests/analysis/report/simulation_documents.hpp"

namespace stdpscope::tests {
namespace {

using nlohmann::json;

json document(const std::string& protocol, json projections) {
    return {{"protocol", protocol},
            {"end", "finished"},
            {"biological_seconds", 12.5},
            {"populations", {{{"name", "neurons"}, {"model", "lif"}, {"size", 3}, {"spikes", 75}, {"rate_hz", 2.0}}}},
            {"projections", std::move(projections)}};
}

json projection(const std::string& name, std::array<std::uint64_t, 4> categories) {
    return {{"name", name},
            {"pre", "a"},
            {"post", "b"},
            {"synapses", 10},
            {"w_max", 2.0},
            {"mean_weight", 0.75},
            {"weight_histogram", {4, 1, 0, 0, 0, 0, 1, 0, 1, 3}},
            {"updates",
             {{"categories",
               {{"pre_post_potentiation", categories[0]},
                {"pre_post_depression", categories[1]},
                {"post_pre_potentiation", categories[2]},
                {"post_pre_depression", categories[3]}}},
              {"same_time", 0},
              {"unchanged", 0},
              {"untimed", 0}}}};
}

json experiment(const std::string& name, std::uint64_t as_expected, double share) {
    return {{"name", name},
            {"source", "Source of " + name},
            {"weight_before", 0.5},
            {"changed", 8},
            {"as_expected", as_expected},
            {"share_as_expected", share},
            {"window",
             {{{"delta_ms", -10.0}, {"weight", 0.4}, {"relative_change", -0.2}},
              {{"delta_ms", 0.0}, {"weight", 0.5}, {"relative_change", 0.0}},
              {{"delta_ms", 10.0}, {"weight", 0.75}, {"relative_change", 0.5}}}}};
}

json rate_point(double rate, double slope, double change) {
    return {{"projection", "p"},     {"pre_rate_hz", rate},     {"slope_hz_per_s", slope},
            {"mean_change", change}, {"standard_error", 0.001}, {"expected_change", 0.5 * change}};
}

json categories(std::uint64_t first) {
    const char* names[] = {"pre_post_potentiation", "pre_post_depression", "post_pre_potentiation",
                           "post_pre_depression"};
    json rows = json::object();
    for (const char* wanted : names) {
        for (const char* got : names) rows[wanted][got] = first++;
        rows[wanted]["unchanged"] = first++;
    }
    return rows;
}

json bridge_layer(json layer, std::uint64_t events, std::uint64_t first) {
    return {{"layer", std::move(layer)},
            {"events", events},
            {"same_sign", 60},
            {"same_sign_share", 0.0},
            {"same_category", 55},
            {"same_category_share", 0.0},
            {"other_sign_inhibitory", 30},
            {"other_sign_unchanged", 7},
            {"excitatory_events", 65},
            {"excitatory_same_sign_share", 0.875},
            {"inhibitory_events", 35},
            {"inhibitory_same_sign_share", nullptr},
            {"updated_events", 90},
            {"same_sign_as_update_share", 0.5625},
            {"size_correlation", {{"pearson", 0.91}, {"spearman", 0.92}}},
            {"size_correlation_without_derivative", {{"pearson", 0.93}, {"spearman", 0.94}}},
            {"size_correlation_with_timing", {{"pearson", nullptr}, {"spearman", -0.25}}},
            {"categories", categories(first)}};
}

}  // namespace

json weights_document() {
    return document("song2000", {projection("inputs", {1, 2, 3, 4})});
}

json pairing_document() {
    json result = document("pairing", {projection("first", {5, 0, 0, 3}), projection("second", {0, 6, 1, 1})});
    result["experiments"] = {experiment("first", 8, 1.0), experiment("second", 7, 0.875)};
    return result;
}

json ramps_document() {
    json result = document("rate-derivative", json::array());
    result["ramps"] = {
        {{"rule", "additive_pair"},
         {"correlation", 0.25},
         {"regression", nullptr},
         {"points", {rate_point(20.0, -5.0, -0.5), rate_point(20.0, 5.0, 0.25)}}},
        {{"rule", "rate_derivative"},
         {"correlation", 0.75},
         {"regression", 1.25},
         {"points", {rate_point(20.0, 10.0, 2.0), rate_point(40.0, 2.5, 3.0), rate_point(20.0, -10.0, -1.0)}}}};
    return result;
}

json bridge_document() {
    json result = document("from-trace", {projection("dense1-excitatory-normal-normal", {1, 1, 1, 1})});
    result["bridge"] = {
        {"window", "response"},
        {"layers", {bridge_layer("dense1", 100, 1), bridge_layer("dense2", 80, 101), bridge_layer(nullptr, 160, 201)}}};
    return result;
}

analysis::RunSummary simulated_run(const std::string& path, json result) {
    analysis::RunSummary run;
    run.path = path;
    run.configuration = {{"simulation.protocol", result.at("protocol")}, {"simulation.source", "runs/training"}};
    run.result = std::move(result);
    return run;
}

}  // namespace stdpscope::tests
