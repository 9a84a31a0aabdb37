#include <signal.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <thread>

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
    REQUIRE((texts[0] != trace_text(folder / "other") + synapses_text(folder / "other")));
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
