#include <signal.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <thread>

#include "analysis/trace/synapses_file.hpp"
#include "analysis/trace/trace_reader.hpp"
#include "tests/apps/run_folder.hpp"
#include "tests/apps/simulate/simulated_run.hpp"

using namespace stdpscope;
using namespace stdpscope::tests;
using Catch::Matchers::Contains;
using nlohmann::json;

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
