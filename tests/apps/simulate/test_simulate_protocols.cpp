#include <array>
#include <catch2/catch.hpp>
#include <map>
#include <numeric>

#include "analysis/trace/event_places.hpp"
#include "analysis/trace/synapses_file.hpp"
#include "analysis/trace/trace_reader.hpp"
#include "tests/apps/run_folder.hpp"
#include "tests/apps/simulate/simulated_run.hpp"

using namespace stdpscope;
using namespace stdpscope::tests;
using nlohmann::json;

TEST_CASE("simulate: each pairing experiment gives the category it should, all of it", "[apps][simulate]") {
    const TestFolder folder;
    simulate(folder, "pairing", {"--protocol", "pairing", "--trace", "samples"});
    const json result = read_json(folder / "pairing" / "result.json");
    REQUIRE(result["end"] == "finished");
    REQUIRE(result["experiments"].size() == 9);
    for (const json& experiment : result["experiments"]) {
        REQUIRE(experiment["changed"].get<int>() > 300);
        REQUIRE(experiment["as_expected"] == experiment["changed"]);
    }
    // The same read off the trace: share of the pre-post and of the post-pre category.
    const std::map<std::string, std::array<bool, 4>> expected{
        {"bi-poo-1998", {true, false, false, true}},
        {"table5-pre-post-potentiation", {true, false, false, false}},
        {"table5-pre-post-depression", {false, true, false, false}},
        {"table5-post-pre-potentiation", {false, false, true, false}},
        {"table5-post-pre-depression", {false, false, false, true}},
        {"bell-1997", {false, true, true, false}},
        {"letzkus-2006-proximal", {true, false, false, true}},
        {"letzkus-2006-distal", {false, true, true, false}},
        {"fino-2010", {false, true, true, false}}};
    const Outcome analyze = run_program({"analyze", (folder / "pairing").string(), "--by", "layer", "--json"});
    REQUIRE(analyze.exit_code == 0);
    std::size_t told = 0;
    const json tables = json::parse(analyze.output);
    for (const json& row : tables["runs"][0]["categories"]) {
        if (row["layer"].is_null()) continue;
        ++told;
        const auto& is_expected = expected.at(row["layer"].get<std::string>());
        const char* names[] = {"pre_post_potentiation", "pre_post_depression", "post_pre_potentiation",
                               "post_pre_depression"};
        for (std::size_t k = 0; k < 4; ++k) {
            INFO(row["layer"] << " " << names[k]);
            REQUIRE((row["counts"][names[k]].get<int>() > 0) == is_expected[k]);
        }
    }
    REQUIRE(told == 18);
    // And off each sampled change: its own spikes say who was first.
    const analysis::TraceReader reader(folder / "pairing");
    std::size_t changes = 0;
    for (std::size_t layer = 0; layer < reader.header().layers.size(); ++layer) {
        const auto& is_expected = expected.at(reader.header().layers[layer].name);
        reader.for_each_event_rows(
            analysis::changes_stream(reader.header(), layer), [&](const analysis::EventRows& rows) {
                const auto* pre_ms = reinterpret_cast<const double*>(rows.columns[2].data());
                const auto* post_ms = reinterpret_cast<const double*>(rows.columns[3].data());
                const auto* update = reinterpret_cast<const double*>(rows.columns[5].data());
                for (std::size_t k = 0; k < rows.rows; ++k) {
                    if (update[k] == 0.0) continue;
                    const std::size_t category = (post_ms[k] >= pre_ms[k] ? 0 : 2) + (update[k] > 0.0 ? 0 : 1);
                    REQUIRE(is_expected[category]);
                    ++changes;
                }
            });
    }
    REQUIRE(changes > 3000);
}

TEST_CASE("simulate: the weights of Song 2000 become bimodal", "[apps][simulate]") {
    const TestFolder folder;
    simulate(folder, "song", {"--protocol", "song2000", "--seconds", "500"});
    const json result = read_json(folder / "song" / "result.json");
    const auto bins = result["projections"][0]["weight_histogram"].get<std::vector<int>>();
    REQUIRE(std::accumulate(bins.begin(), bins.end(), 0) == 1000);
    const int low = bins[0] + bins[1] + bins[2];
    const int middle = std::accumulate(bins.begin() + 6, bins.begin() + 14, 0);
    const int high = bins[17] + bins[18] + bins[19];
    REQUIRE(low > 300);
    REQUIRE(high > 200);
    REQUIRE(middle < 150);
    const double rate_hz = result["populations"][1]["rate_hz"];
    REQUIRE((rate_hz > 12.0 && rate_hz < 30.0));
    const auto synapses = analysis::read_synapses(folder / "song" / "synapses.h5");
    REQUIRE(synapses.size() == 1);
    REQUIRE(synapses[0].weight.size() == 1000);
    // The trace's last record has the same histogram.
    std::vector<int> last;
    analysis::TraceReader(folder / "song").for_each_record([&](const analysis::Record& record) {
        const auto& histogram = record.layers[0].spiking.weight_histogram;
        last.assign(histogram.begin(), histogram.end());
    });
    REQUIRE(last == bins);
}

TEST_CASE("simulate: weights follow presynaptic rate times slope", "[apps][simulate]") {
    const TestFolder folder;
    simulate(folder, "ramps", {"--protocol", "rate-derivative"});
    const json result = read_json(folder / "ramps" / "result.json");
    REQUIRE(result["ramps"].size() == 2);
    for (const json& rule : result["ramps"]) {
        INFO(rule["rule"]);
        REQUIRE(rule["points"].size() == 28);
        REQUIRE(rule["correlation"].get<double>() > 0.9);
        REQUIRE(rule["regression"].get<double>() > 0.8);
        REQUIRE(rule["regression"].get<double>() < 1.2);
    }
}

TEST_CASE("simulate: one experiment alone, its window and its counts as the trace has them", "[apps][simulate]") {
    const TestFolder folder;
    const std::string name = GENERATE("letzkus-2006-distal", "table5-post-pre-depression");
    simulate(folder, "run", {"--protocol", "pairing", "--experiment", name, "--trace", "counts"});
    const json result = read_json(folder / "run" / "result.json");
    REQUIRE(result["experiments"].size() == 1);
    REQUIRE(result["experiments"][0]["name"] == name);
    REQUIRE(result["projections"].size() == 1);
    const double before = result["experiments"][0]["weight_before"];
    std::size_t changed = 0;
    for (const json& point : result["experiments"][0]["window"]) {
        const double delta_ms = point["delta_ms"];
        const double change = point["weight"].get<double>() - before;
        INFO(delta_ms << " ms: " << change);
        // Distal: pre-post depression and post-pre potentiation; the other window: post-pre depression alone.
        const double pre_first = name == "letzkus-2006-distal" ? -1.0 : 0.0;
        const double post_first = name == "letzkus-2006-distal" ? 1.0 : -1.0;
        const double wanted = delta_ms >= 0.0 ? pre_first : post_first;
        CHECK((wanted == 0.0 ? change == 0.0 : wanted * change > 0.0));
        CHECK(point["relative_change"].get<double>() == Approx(change / before).margin(1e-12));
        changed += change != 0.0 ? 1 : 0;
    }
    REQUIRE(changed > 2);
    std::map<std::size_t, std::uint64_t> by_cell;
    std::uint64_t untimed = 0;
    analysis::TraceReader(folder / "run").for_each_record([&](const analysis::Record& record) {
        const analysis::UpdateCounts& updates = record.layers[0].updates[0];
        untimed += updates.untimed;
        for (std::size_t cell = 0; cell < updates.histogram.size(); ++cell) by_cell[cell] += updates.histogram[cell];
    });
    const json& told = result["projections"][0]["updates"];
    const auto count = [&](std::size_t timing, std::size_t change) {
        return by_cell[analysis::UpdateCounts::place(2, timing, change)];
    };
    CHECK(told["categories"]["pre_post_potentiation"] == count(1, 2) + count(2, 2));
    CHECK(told["categories"]["pre_post_depression"] == count(1, 0) + count(2, 0));
    CHECK(told["categories"]["post_pre_potentiation"] == count(0, 2));
    CHECK(told["categories"]["post_pre_depression"] == count(0, 0));
    CHECK(told["untimed"] == untimed);
    CHECK(told["unchanged"] == count(0, 1) + count(1, 1) + count(2, 1));
}

TEST_CASE("simulate: rate-derivative tells each rule apart, over the time that is asked for", "[apps][simulate]") {
    const TestFolder folder;
    simulate(folder, "ramps", {"--protocol", "rate-derivative", "--seconds", "0.5"});
    const json ramps = read_json(folder / "ramps" / "result.json")["ramps"];
    REQUIRE(ramps.size() == 2);
    CHECK(ramps[0]["rule"] == "additive_pair");
    CHECK(ramps[1]["rule"] == "rate_derivative");
    for (const json& rule : ramps) {
        const bool is_derivative = rule["rule"] == "rate_derivative";
        double cross = 0.0;
        double square = 0.0;
        for (const json& point : rule["points"]) {
            const double expected = point["expected_change"];
            INFO(point.dump());
            // amplitude 0.001, tau 20 ms, half a second; the pairs that the two ends cut off are half of it.
            CHECK(expected == Approx((is_derivative ? 2.0 : 1.0) * 0.001 * 0.02 * 0.02 * 0.5 *
                                     point["pre_rate_hz"].get<double>() * point["slope_hz_per_s"].get<double>()));
            CHECK(point["projection"].get<std::string>().starts_with(is_derivative ? "derivative-" : "additive-"));
            const double error = point["standard_error"];
            CHECK((error > 0.0 && error < 1e-3));
            cross += point["mean_change"].get<double>() * expected;
            square += expected * expected;
        }
        CHECK(rule["regression"].get<double>() == Approx(cross / square));
        CHECK(rule["regression"].get<double>() == Approx(1.0).margin(0.3));
    }
}
