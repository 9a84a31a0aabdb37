#include <signal.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <sstream>
#include <thread>

#include "analysis/bridge/training_events.hpp"
#include "analysis/summary/run_summary.hpp"
#include "analysis/trace/event_places.hpp"
#include "analysis/trace/synapses_file.hpp"
#include "analysis/trace/trace_reader.hpp"
#include "tests/apps/program.hpp"

using namespace stdpscope;
using namespace stdpscope::tests;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

Outcome simulate(const TestFolder& folder, const std::string& run, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"simulate", "--out", (folder / run).string()});
    Outcome outcome = run_program(arguments);
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == 0);
    return outcome;
}

/// All that a trace holds, as bytes: compare in double parentheses, so that a failure does not print them.
std::string trace_text(const std::filesystem::path& run) {
    const analysis::TraceReader reader(run);
    std::string text = reader.header().configuration + reader.header().program;
    const auto add = [&](const auto& values) {
        text.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(values[0]));
        text += '|';
    };
    reader.for_each_record([&](const analysis::Record& record) {
        text += std::to_string(record.first_step) + "-" + std::to_string(record.end_step) + ";";
        for (const analysis::LayerRecord& layer : record.layers) {
            add(layer.events.front().histogram);
            add(layer.updates.front().histogram);
            add(layer.updates.front().absolute_update);
            const analysis::Moments& weights = layer.updates.front().weights;
            add(std::vector<double>{weights.mean, weights.deviation, weights.minimum, weights.maximum});
            add(layer.unit_response);
            add(layer.spiking.weight_histogram);
        }
    });
    for (std::size_t stream = 0; stream < reader.event_rows().size(); ++stream) {
        reader.for_each_event_rows(stream, [&](const analysis::EventRows& rows) {
            for (const std::vector<std::byte>& column : rows.columns) add(column);
        });
    }
    return text;
}

std::string synapses_text(const std::filesystem::path& run) {
    std::string text;
    for (const analysis::NamedSynapses& layer : analysis::read_synapses(run / "synapses.h5")) {
        text += layer.name;
        text.append(reinterpret_cast<const char*>(layer.post.data()), layer.post.size() * sizeof(std::uint32_t));
        text.append(reinterpret_cast<const char*>(layer.weight.data()), layer.weight.size() * sizeof(float));
    }
    return text;
}

json read_json(const std::filesystem::path& path) {
    return json::parse(read_file(path));
}

}  // namespace

TEST_CASE("simulate: the same seed gives the same bits for 1, 2 and 4 threads", "[apps][simulate]") {
    const TestFolder folder;
    const std::vector<std::string> common{
        "--protocol", "vogels-abbott", "--seconds", "0.4",   "--seed",
        "3",          "--trace",       "full",      "--set", "trace.record_every=1500"};
    std::vector<std::string> texts;
    for (const char* threads : {"1", "2", "4"}) {
        std::vector<std::string> arguments = common;
        arguments.insert(arguments.end(), {"--threads", threads});
        simulate(folder, threads, arguments);
        texts.push_back(trace_text(folder / threads) + synapses_text(folder / threads));
    }
    REQUIRE(texts[0].size() > 100000);
    REQUIRE((texts[0] == texts[1]));
    REQUIRE((texts[0] == texts[2]));

    std::vector<std::string> other = common;
    other[5] = "4";
    simulate(folder, "other", other);
    // Not by the seed that the trace's configuration names.
    REQUIRE((synapses_text(folder / "1") != synapses_text(folder / "other")));
}

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

TEST_CASE("simulate: a run repeats itself from its own configuration", "[apps][simulate]") {
    const TestFolder folder;
    simulate(folder, "one", {"--protocol", "kernel", "--seconds", "0.3", "--seed", "9", "--trace", "counts"});
    simulate(folder, "two", {"--config", (folder / "one" / "config.toml").string()});
    REQUIRE((trace_text(folder / "one") == trace_text(folder / "two")));
    REQUIRE(read_file(folder / "one" / "config.toml") == read_file(folder / "two" / "config.toml"));
}

TEST_CASE("simulate: --json prints the result, without a trace too", "[apps][simulate]") {
    const TestFolder folder;
    const std::string level = GENERATE("off", "counts");
    const Outcome outcome =
        simulate(folder, "run", {"--protocol", "vogels-abbott", "--seconds", "0.1", "--trace", level, "--json"});
    const json printed = json::parse(outcome.output);
    json kept = read_json(folder / "run" / "result.json");
    kept["folder"] = (folder / "run").string();
    REQUIRE(printed == kept);
    REQUIRE(printed["biological_seconds"].get<double>() == Approx(0.1));
    REQUIRE(printed["steps"] == 1000);
    REQUIRE(printed["projections"].size() == 1);
    REQUIRE(printed["projections"][0].contains("updates") == (level == "counts"));
    REQUIRE(std::filesystem::exists(folder / "run" / "run.h5") == (level == "counts"));
    REQUIRE(outcome.errors == "");
}

TEST_CASE("simulate: a signal ends the run with everything saved", "[apps][simulate]") {
    const auto [number, code] = GENERATE(std::pair(SIGINT, 130), std::pair(SIGTERM, 143));
    const TestFolder folder;
    const TestFolder outputs;
    const pid_t process = start_program({"simulate", "--protocol", "song2000", "--seconds", "100000", "--trace",
                                         "samples", "--out", (folder / "run").string()},
                                        {}, outputs.path());
    for (int attempt = 0; attempt < 600 && !std::filesystem::exists(folder / "run" / "trace-0001.h5.part"); ++attempt) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    ::kill(process, number);
    const Outcome outcome = finish_program(process, outputs.path());
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == code);
    REQUIRE_THAT(outcome.errors, Contains("everything up to there is saved"));
    const json result = read_json(folder / "run" / "result.json");
    REQUIRE(result["end"] == "stopped");
    REQUIRE(result["signal"] == number);
    REQUIRE(result["biological_seconds"].get<double>() == Approx(result["steps"].get<double>() * 1e-4));
    const analysis::TraceReader reader(folder / "run");
    REQUIRE(reader.complete());
    std::uint64_t end_step = 0;
    reader.for_each_record([&](const analysis::Record& record) { end_step = record.end_step; });
    REQUIRE(end_step == result["steps"].get<std::uint64_t>());
    REQUIRE(reader.event_rows()[0] == result["populations"][0]["spikes"].get<std::uint64_t>());
}

TEST_CASE("simulate: mistakes leave nothing behind and say what must hold", "[apps][simulate]") {
    const TestFolder folder;
    const std::string out = (folder / "run").string();
    const auto refused = [&](std::vector<std::string> arguments, int code, const std::string& message) {
        arguments.insert(arguments.begin(), {"simulate", "--out", out});
        const Outcome outcome = run_program(arguments);
        INFO(outcome.errors);
        REQUIRE(outcome.exit_code == code);
        REQUIRE_THAT(outcome.errors, Contains(message));
        REQUIRE(std::count(outcome.errors.begin(), outcome.errors.end(), '\n') == 1);
        REQUIRE(folder.names().empty());
    };
    refused({}, 2, "--protocol NAME is missing");
    refused({"--protocol", "song"}, 2, "must be one of pairing, song2000");
    refused({"--protocol", "song2000", "--seconds", "0.00005"}, 2,
            "duration_ms = 0.05 must be a whole number of steps");
    refused({"--protocol", "song2000", "--set", "trace.layers=nobody"}, 2, "must be among the plastic projections");
    refused({"--protocol", "song2000", "--set", "training.epochs=2"}, 2, "is a setting of stdpscope train");
    refused({"--protocol", "pairing", "--set", "simulation.experiment=bell"}, 2, "must be one of all, bi-poo-1998");
    const TestFolder files;
    refused({"--config", files.write("bad.toml", "[simulation]\nprotocl = \"kernel\"\n")}, 78, "bad.toml:2");
    refused({"--config", files.write("other.toml", "[training]\nepochs = 2\n")}, 78, "is a setting of stdpscope train");
    refused({"--config", (files / "none.toml").string()}, 66, "none.toml");
    std::filesystem::create_directory(folder / "run");
    const Outcome outcome = run_program({"simulate", "--out", out, "--protocol", "kernel"});
    REQUIRE(outcome.exit_code == 73);
}

TEST_CASE("simulate: analyze, compare, inspect and export read its traces", "[apps][simulate]") {
    const TestFolder folder;
    simulate(folder, "run", {"--protocol", "vogels-abbott", "--seconds", "0.2", "--trace", "full"});
    simulate(folder, "other", {"--protocol", "song2000", "--seconds", "2"});
    const std::string run = (folder / "run").string();
    REQUIRE(run_program({"analyze", run, "--by", "layer,population"}).exit_code == 0);
    REQUIRE(run_program({"compare", run, (folder / "other").string()}).exit_code == 0);
    const Outcome inspect = run_program({"inspect", run});
    REQUIRE(inspect.exit_code == 0);
    REQUIRE_THAT(inspect.output, Contains("spikes/excitatory"));
    REQUIRE(run_program({"export", run, "--csv", (folder / "csv").string()}).exit_code == 0);
    const std::string spikes = read_file(folder / "csv" / "spikes.csv");
    REQUIRE(spikes.starts_with("population,timestamp_ms,node_id\n"));
    const json result = read_json(folder / "run" / "result.json");
    const auto lines = static_cast<std::uint64_t>(std::count(spikes.begin(), spikes.end(), '\n'));
    REQUIRE(lines == 1 + result["populations"][0]["spikes"].get<std::uint64_t>() +
                         result["populations"][1]["spikes"].get<std::uint64_t>());
    REQUIRE(read_file(folder / "csv" / "changes.csv")
                .starts_with("layer,pre,post,time_ms,pre_ms,post_ms,weight,weight_update\n"));
}

TEST_CASE("simulate: a training's events as spikes agree in sign where the synapse excites",
          "[apps][simulate][bridge]") {
    const TestFolder folder;
    const std::string network = folder.write("net.toml", kSmallNetwork);
    const std::string training = (folder / "training").string();
    const Outcome trained = run_program({"train", "--network", network, "--data", "synthetic:600", "--trace", "samples",
                                         "--set", "trace.sample_every=2", "--out", training});
    REQUIRE(trained.exit_code == 0);
    // Table 3 to the letter; the run may be named by --trace as well.
    simulate(folder, "response", {"--protocol", "from-trace", "--trace", training});
    const json response = read_json(folder / "response" / "result.json")["bridge"];
    const json& all = response["layers"].back();
    REQUIRE(all["events"].get<int>() > 500);
    REQUIRE(all["excitatory_same_sign_share"] == 1.0);
    REQUIRE(all["inhibitory_events"].get<int>() > 100);
    REQUIRE(all["inhibitory_same_sign_share"] == 0.0);
    REQUIRE(all["other_sign_inhibitory"] == all["inhibitory_events"]);
    for (const json& row : response["layers"]) {
        if (row["layer"].is_null()) continue;  // layers have scales of their own
        REQUIRE(row["size_correlation"]["spearman"].get<double>() > 0.5);
    }
    // With the window turned round at synapses that inhibit.
    const Outcome effect = simulate(
        folder, "effect",
        {"--protocol", "from-trace", "--from", training, "--set", "simulation.window=effect", "--threads", "2"});
    REQUIRE_THAT(effect.output, Contains("same"));
    const json turned = read_json(folder / "effect" / "result.json")["bridge"]["layers"].back();
    REQUIRE(turned["events"] == all["events"]);
    REQUIRE(turned["same_sign_share"] == 1.0);
    REQUIRE(turned["same_category_share"] == 1.0);
    const std::string table = read_file(folder / "effect" / "bridge.csv");
    REQUIRE(std::count(table.begin(), table.end(), '\n') == 1 + turned["events"].get<int>());
    // The trace is as of any simulation.
    REQUIRE(run_program({"analyze", (folder / "effect").string(), "--by", "layer"}).exit_code == 0);

    const std::string out = (folder / "none").string();
    const Outcome missing = run_program({"simulate", "--protocol", "from-trace", "--out", out});
    REQUIRE(missing.exit_code == 2);
    REQUIRE_THAT(missing.errors, Contains("--from RUN is missing"));
    const Outcome spiking =
        run_program({"simulate", "--protocol", "from-trace", "--from", (folder / "effect").string(), "--out", out});
    REQUIRE(spiking.exit_code == 66);
    REQUIRE_THAT(spiking.errors, Contains("must be a training"));
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

TEST_CASE("simulate --config runs the network of the file, and its config.toml repeats it", "[apps][simulate]") {
    const TestFolder folder;
    folder.write("trains.csv", "neuron,time_ms\n0,5\n1,7.5\n0,40\n");
    const std::string file = folder.write("net.toml", R"([simulation]
seconds = 0.2
seed = 3
[network]
name = "small"
[[network.population]]
name = "in"
size = 2
model = "recorded"
file = "trains.csv"
[[network.population]]
name = "noise"
size = 20
model = "poisson"
rate_hz = 50
[[network.population]]
name = "out"
size = 6
model = "lif_current"
bias_mv = 19
[[network.projection]]
pre = "in"
post = "out"
connect = "all_to_all"
weight = 3
[[network.projection]]
pre = "noise"
post = "out"
connect = "all_to_all"
weight = [0, 1]
[network.projection.plasticity]
rule = "triplet"
set = "hippocampal_full"
)");
    simulate(folder, "one", {"--config", file, "--trace", "samples"});
    const json result = read_json(folder / "one" / "result.json");
    REQUIRE(result["protocol"] == "network");
    REQUIRE(result["biological_seconds"] == 0.2);
    REQUIRE(result["populations"].size() == 3);
    REQUIRE(result["populations"][0]["spikes"] == 3);
    REQUIRE(result["projections"].size() == 1);
    REQUIRE(result["projections"][0]["name"] == "noise-out");
    REQUIRE(result["projections"][0]["updates"]["categories"]["pre_post_potentiation"] > 10);
    simulate(folder, "two", {"--config", (folder / "one" / "config.toml").string(), "--threads", "1"});
    REQUIRE((synapses_text(folder / "one") == synapses_text(folder / "two")));
    REQUIRE((trace_text(folder / "one") == trace_text(folder / "two")));
    simulate(folder, "off", {"--config", file, "--trace", "off"});
    REQUIRE((synapses_text(folder / "one") == synapses_text(folder / "off")));

    const Outcome none = run_program({"simulate", "--protocol", "network", "--out", (folder / "x").string()});
    REQUIRE(none.exit_code == 2);
    REQUIRE_THAT(none.errors, Contains("needs a configuration file with [[network.population]]"));
    const Outcome trained = run_program({"train", "--config", file, "--out", (folder / "x").string()});
    REQUIRE(trained.exit_code == 78);
    const std::string wrong =
        folder.write("wrong.toml", "[[network.population]]\nname = \"a\"\nsize = 1\nmodel = \"poisson\"\nrate = 1\n");
    const Outcome unknown = run_program({"simulate", "--config", wrong, "--out", (folder / "x").string()});
    REQUIRE(unknown.exit_code == 78);
    REQUIRE_THAT(unknown.errors, Contains(wrong + ":5: ") && Contains("nearest is rate_hz"));
    REQUIRE_FALSE(std::filesystem::exists(folder / "x"));
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

TEST_CASE("simulate: steps are of the length that is asked for, records of the number of steps", "[apps][simulate]") {
    const TestFolder folder;
    simulate(folder, "run",
             {"--protocol", "kernel", "--seconds", "0.5", "--trace", "samples", "--set", "simulation.dt_ms=0.2",
              "--set", "trace.record_every=600"});
    const json result = read_json(folder / "run" / "result.json");
    REQUIRE(result["steps"] == 2500);
    REQUIRE(result["biological_seconds"].get<double>() == Approx(0.5));
    for (const json& population : result["populations"]) {
        // 10000 spikes: within 4 of their deviations.
        CHECK(population["rate_hz"].get<double>() == Approx(20.0).epsilon(0.04));
        CHECK(population["rate_hz"].get<double>() == Approx(population["spikes"].get<double>() / 1000.0 / 0.5));
    }
    const analysis::TraceReader reader(folder / "run");
    std::vector<std::uint64_t> ends;
    reader.for_each_record([&](const analysis::Record& record) { ends.push_back(record.end_step); });
    CHECK(ends == std::vector<std::uint64_t>{600, 1200, 1800, 2400, 2500});
    double last_ms = 0.0;
    reader.for_each_event_rows(0, [&](const analysis::EventRows& rows) {
        const auto* times_ms = reinterpret_cast<const double*>(rows.columns[0].data());
        for (std::size_t k = 0; k < rows.rows; ++k) {
            last_ms = times_ms[k];
            REQUIRE(last_ms / 0.2 == Approx(std::round(last_ms / 0.2)));
        }
    });
    CHECK((last_ms > 490.0 && last_ms < 500.0));
}

TEST_CASE("simulate: synapses of the opposite kind end with weights below 0", "[apps][simulate]") {
    const TestFolder folder;
    const std::string file = folder.write("net.toml", R"([network]
name = "kinds"
[[network.population]]
name = "in"
size = 20
model = "poisson"
rate_hz = 50
[[network.projection]]
name = "normal"
pre = "in"
post = "in"
connect = "one_to_one"
weight = 0.5
[network.projection.plasticity]
rule = "additive_pair"
w_max = 1
[[network.projection]]
name = "opposite"
pre = "in"
post = "in"
connect = "one_to_one"
weight = 0.25
receptor = "opposite"
[network.projection.plasticity]
rule = "additive_pair"
w_max = 1
)");
    simulate(folder, "run", {"--config", file, "--seconds", "0.1"});
    for (const analysis::NamedSynapses& projection : analysis::read_synapses(folder / "run" / "synapses.h5")) {
        INFO(projection.name);
        REQUIRE(projection.weight.size() == 20);
        const double sign = projection.name == "normal" ? 1.0 : -1.0;
        for (const float weight : projection.weight) CHECK(sign * weight > 0.0);
    }
}

TEST_CASE("simulate: the bridge's file has every event with its own numbers, and as many as are asked for",
          "[apps][simulate][bridge]") {
    const TestFolder folder;
    const std::string training = (folder / "training").string();
    REQUIRE(run_program({"train", "--network", folder.write("net.toml", kSmallNetwork), "--data", "synthetic:600",
                         "--trace", "samples", "--set", "trace.sample_every=2", "--out", training})
                .exit_code == 0);
    simulate(folder, "run",
             {"--protocol", "from-trace", "--from", training, "--set", "simulation.events=200", "--set",
              "simulation.dt_ms=0.5"});
    const analysis::TrainingEvents events = analysis::read_training_events(training, 200);
    REQUIRE(events.events.size() == 200);
    const json all = read_json(folder / "run" / "result.json")["bridge"]["layers"].back();
    CHECK(all["events"] == 200);
    CHECK(all["other_sign_unchanged"] == 0);  // of 200 none meets a bound
    std::ifstream file(folder / "run" / "bridge.csv");
    std::string line;
    std::getline(file, line);
    CHECK(line ==
          "layer,step,post,pre,activation,loss_derivative,activation_derivative,weight,weight_update,asked,pre_spikes,"
          "delta_ms,spiking_change");
    for (const analysis::TrainingEvent& event : events.events) {
        REQUIRE(std::getline(file, line));
        std::vector<std::string> cells;
        std::istringstream row(line);
        for (std::string cell; std::getline(row, cell, ',');) cells.push_back(cell);
        REQUIRE(cells.size() == 13);
        CHECK(cells[0] == events.layers[event.layer].name);
        CHECK(std::stoull(cells[1]) == event.step);
        CHECK(std::stoull(cells[2]) == event.post);
        CHECK(std::stoull(cells[3]) == event.pre);
        const double numbers[] = {event.activation,
                                  event.loss_derivative,
                                  event.activation_derivative,
                                  event.weight,
                                  event.weight_update,
                                  -event.loss_derivative * event.activation_derivative * event.activation};
        for (std::size_t k = 0; k < 6; ++k) CHECK(std::stod(cells[4 + k]) == Approx(numbers[k]));
        const double steps = std::stod(cells[11]) / 0.5;
        CHECK(steps == Approx(std::round(steps)).margin(1e-9));
        CHECK((steps >= 0.0) == (event.loss_derivative < 0.0));
    }
    CHECK_FALSE(std::getline(file, line));
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
