#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>

#include "analysis/trace/synapses_file.hpp"
#include "analysis/trace/trace_reader.hpp"
#include "tests/apps/command/recorded_runs.hpp"
#include "tests/apps/command/synthetic_run.hpp"

using namespace stdpscope;
using namespace stdpscope::tests;
using Catch::Matchers::Contains;
using nlohmann::json;

TEST_CASE("verify finds nothing wrong with what train and simulate wrote", "[apps][verify]") {
    const TestFolder folder;
    std::vector<std::string> runs{trained_run(folder).string(),
                                  train(folder, "mixlu", {"--neglu", "30", "--trace", "planes"}).string(),
                                  train(folder, "untraced", {"--trace", "off"}).string(),
                                  train(folder, "diverged", {"--set", "training.learning_rate=1e30"}).string()};
    const std::vector<std::vector<std::string>> simulations{
        {"--protocol", "pairing", "--trace", "full"},
        {"--protocol", "song2000", "--seconds", "3", "--trace", "full"},
        {"--protocol", "vogels-abbott", "--seconds", "0.1", "--trace", "samples"}};
    for (const auto& simulation : simulations) {
        std::vector<std::string> arguments{"simulate", "--out", (folder / simulation[1]).string()};
        arguments.insert(arguments.end(), simulation.begin(), simulation.end());
        REQUIRE(run_program(arguments).exit_code == 0);
        runs.push_back((folder / simulation[1]).string());
    }
    std::vector<std::string> arguments{"verify"};
    arguments.insert(arguments.end(), runs.begin(), runs.end());
    const Outcome outcome = run_program(arguments);
    INFO(outcome.output);
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.errors == "");
    for (const std::string& run : runs) CHECK_THAT(outcome.output, Contains(run + ": holds\n"));

    arguments.emplace_back("--json");
    const json document = json::parse(run_program(arguments).output);
    REQUIRE(document["runs"].size() == runs.size());
    CHECK(document["runs"][0]["holds"] == true);
    CHECK(document["runs"][0]["checks"].size() == 8);
}

TEST_CASE("verify wants finite weights of a run that was stopped, unless it had diverged", "[apps][verify]") {
    const TestFolder folder;
    // As if it had been stopped within its first epoch, so that no loss tells of it.
    const std::filesystem::path run = train(folder, "run", {"--set", "training.learning_rate=1e30"});
    json result = json::parse(read_file(run / "result.json"));
    REQUIRE(result["diverged"] == true);
    const std::string metrics = read_file(run / "metrics.csv");
    folder.write("run/metrics.csv", metrics.substr(0, metrics.find('\n') + 1));
    result["end"] = "stopped";
    result["epochs"] = 0;
    const bool had_diverged = GENERATE(false, true);
    result["diverged"] = had_diverged;
    folder.write("run/result.json", result.dump());
    const std::string output = run_program({"verify", run}).output;
    CHECK((output.find("finite") == std::string::npos) == had_diverged);
}

TEST_CASE("verify reads a single segment, and says where there is no run", "[apps][verify]") {
    const TestFolder folder;
    const std::filesystem::path segment = trained_run(folder) / "trace-0001.h5";
    CHECK(run_program({"verify", segment.string()}).exit_code == 0);
    CHECK(run_program({"verify", folder / "nowhere"}).exit_code == 66);
    CHECK(run_program({"verify", folder.path().string()}).exit_code == 66);
    CHECK(run_program({"verify"}).exit_code == 2);
}

TEST_CASE("verify names the counts that do not fit together", "[apps][verify]") {
    // Random records have every shape right and fulfil no law.
    const TestFolder folder;
    write_run(folder / "run", {});
    const Outcome outcome = run_program({"verify", folder / "run"});
    CHECK(outcome.exit_code == 65);
    CHECK_THAT(outcome.output, Contains("records") && Contains("layer conv2: events = ") && Contains("faults"));
    CHECK_THAT(outcome.errors, Contains("stdpscope verify: ") && Contains("faults"));
}

TEST_CASE("verify names the file of a run that is damaged or does not fit", "[apps][verify]") {
    const TestFolder folder;
    const std::filesystem::path run = trained_run(folder);
    std::string named;
    SECTION("a bit of a row of the trace") {
        double mean = 0.0;
        analysis::TraceReader(run).for_each_record(
            [&](const analysis::Record& record) { mean = record.layers[0].updates[0].weights.mean; });
        flip_byte(run / "trace-0001.h5", place_of(run / "trace-0001.h5", mean));
        named = "trace: " + (run / "trace-0001.h5").string() + ": ";
    }
    SECTION("a truncated trace") {
        std::filesystem::resize_file(run / "trace-0001.h5", std::filesystem::file_size(run / "trace-0001.h5") - 1000);
        named = "trace: " + (run / "trace-0001.h5").string() + ": ";
    }
    SECTION("run.h5 is gone") {
        std::filesystem::remove(run / "run.h5");
        named = "trace: " + (run / "run.h5").string() + ": no such file";
    }
    SECTION("weights of another run") {
        const std::filesystem::path other = train(folder, "other", {"--seed", "7"});
        std::filesystem::copy_file(other / "weights.h5", run / "weights.h5",
                                   std::filesystem::copy_options::overwrite_existing);
        named = "weights.h5: layer hidden: values from ";
    }
    SECTION("weights.h5 is gone") {
        std::filesystem::remove(run / "weights.h5");
        named = "weights.h5: " + (run / "weights.h5").string() + ": no such file";
    }
    SECTION("a line of metrics.csv is gone") {
        const std::string text = read_file(run / "metrics.csv");
        folder.write("run/metrics.csv", text.substr(0, text.rfind('\n', text.size() - 2) + 1));
        named = "metrics.csv: has 1 epochs, must have those of result.json: 2";
    }
    SECTION("another learning rate in metrics.csv") {
        std::string text = read_file(run / "metrics.csv");
        text.replace(text.find("\n0,0.001,"), 9, "\n0,0.002,");
        folder.write("run/metrics.csv", text);
        named = "records: epoch 0: learning_rate = 0.001 must be that of metrics.csv, 0.002";
    }
    SECTION("result.json of a longer run") {
        json result = json::parse(read_file(run / "result.json"));
        result["steps"] = 36;
        folder.write("run/result.json", result.dump());
        named = "records: end at step 24, must end at 36";
    }
    SECTION("no result.json") {
        std::filesystem::remove(run / "result.json");
        named = "result.json: " + (run / "result.json").string() + ": no end of the run";
    }
    SECTION("a configuration that is no TOML") {
        folder.write("run/config.toml", "[training\n");
        named = "config.toml: " + (run / "config.toml").string();
    }
    const Outcome outcome = run_program({"verify", run.string()});
    INFO(outcome.output);
    CHECK(outcome.exit_code == 65);
    CHECK_THAT(outcome.output, Contains(named));
}

TEST_CASE("verify of many runs fails where one of them does, whichever it is", "[apps][verify]") {
    const TestFolder folder;
    const std::string good = trained_run(folder).string();
    write_run(folder / "bad", {});
    const std::string bad = folder / "bad";
    CHECK(run_program({"verify", bad, good}).exit_code == 65);
    CHECK(run_program({"verify", good, bad}).exit_code == 65);
    const Outcome outcome = run_program({"verify", bad, good, "--json"});
    CHECK(outcome.exit_code == 65);
    const json runs = json::parse(outcome.output)["runs"];
    CHECK(runs[0]["holds"] == false);
    CHECK(runs[1]["holds"] == true);
}

TEST_CASE("verify compares the synapses that a simulation ended with to its last record", "[apps][verify]") {
    const TestFolder folder;
    const std::filesystem::path run = simulate(folder, "run", {"--protocol", "song2000", "--seconds", "1"});
    const auto rewrite = [&](const std::function<void(std::vector<float>&)>& change) {
        std::vector<analysis::NamedSynapses> layers = analysis::read_synapses(run / "synapses.h5");
        change(layers[0].weight);
        std::filesystem::remove(run / "synapses.h5");
        analysis::write_synapses(run / "synapses.h5", 1, [&] { return layers[0]; });
    };
    std::string named;
    SECTION("the largest weight is another") {
        rewrite([](std::vector<float>& weights) { *std::max_element(weights.begin(), weights.end()) = 0.5F; });
        named = "synapses.h5: layer synapses: values from ";
    }
    SECTION("the smallest weight is another") {
        rewrite([](std::vector<float>& weights) { *std::min_element(weights.begin(), weights.end()) = -0.5F; });
        named = "synapses.h5: layer synapses: values from -0.5";
    }
    SECTION("a weight is no number") {
        rewrite([](std::vector<float>& weights) { weights[7] = std::numeric_limits<float>::quiet_NaN(); });
        named = "synapses.h5: layer synapses: weights must be finite";
    }
    SECTION("the file is gone") {
        std::filesystem::remove(run / "synapses.h5");
        named = "synapses.h5: no such file, must hold what the run ended with";
    }
    const Outcome outcome = run_program({"verify", run.string()});
    INFO(outcome.output);
    CHECK(outcome.exit_code == 65);
    CHECK_THAT(outcome.output, Contains(named));
}
