#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "analysis/summary/trace_summary.hpp"
#include "tests/analysis/summary/random_records.hpp"
#include "tests/apps/command/synthetic_run.hpp"
#include "tests/apps/program.hpp"

using namespace stdpscope;
using namespace stdpscope::tests;
using Catch::Matchers::Contains;
using Json = nlohmann::json;

namespace {

analysis::Tally tally_of(const SyntheticRun& run) {
    analysis::Tally tally(random_layers());
    for (const auto& record : records_of(run)) tally.add(record);
    return tally;
}

std::size_t widest_line(const std::string& text) {
    std::istringstream lines(text);
    std::size_t widest = 0;
    for (std::string line; std::getline(lines, line);) widest = std::max(widest, line.size());
    return widest;
}

/// Runs examples/read_trace.py and analyze on folder/run with the same flags and compares their counts layer by layer.
void check_example_script(const TestFolder& folder, const std::vector<std::string>& flags) {
    std::string command =
        "/usr/bin/python3 " STDPSCOPE_SOURCE_DIR "/examples/read_trace.py " + (folder / "run").string();
    for (const auto& flag : flags) command += " " + flag;
    REQUIRE(std::system((command + " --json > " + (folder / "script.json").string()).c_str()) == 0);
    const auto script = Json::parse(read_file(folder / "script.json"));

    std::vector<std::string> arguments = {"analyze", folder / "run", "--json", "--by", "layer"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const Outcome outcome = run_program(arguments);
    REQUIRE(outcome.exit_code == 0);
    const auto document = Json::parse(outcome.output);
    const auto& rows = document["runs"][0]["categories"];
    REQUIRE(rows.size() == script["layers"].size() + 1);
    for (const auto& row : rows) {
        if (row["layer"].is_null()) continue;
        const auto& counts = script["layers"][row["layer"].get<std::string>()];
        for (const auto& [category, count] : row["counts"].items()) CHECK(counts[category] == count);
        if (row["level"] == "update") CHECK(counts["unchanged"] == row["unchanged"]);
    }
}

}  // namespace

TEST_CASE("analyze --json gives the numbers of the records under every convention", "[apps][analyze]") {
    const TestFolder folder;
    const SyntheticRun run{.seed = 3};
    write_run(folder / "run", run);
    const analysis::Tally tally = tally_of(run);
    for (const auto level : {analysis::Level::event, analysis::Level::update}) {
        for (const auto measure : {analysis::Measure::magnitude, analysis::Measure::signed_weight}) {
            for (const auto timing : {analysis::TimingReading::descent, analysis::TimingReading::gradient}) {
                const Outcome outcome =
                    run_program({"analyze", folder / "run", "--json", "--level", std::string(name_of(level)),
                                 "--measure", std::string(name_of(measure)), "--timing", std::string(name_of(timing))});
                REQUIRE(outcome.exit_code == 0);
                const auto document = Json::parse(outcome.output);
                const auto summary = summarise(tally, {.levels = {level}, .measure = measure, .timing = timing});
                const auto& categories = document["runs"][0]["categories"];
                REQUIRE(categories.size() == 1);
                CHECK(categories[0]["level"] == name_of(level));
                for (const auto category : analysis::kStdpCategories) {
                    CHECK(categories[0]["counts"][std::string(name_of(category))] ==
                          summary.categories[0].counts.count(category));
                }
            }
        }
    }
}

TEST_CASE("analyze --json tells of the trace and the metrics", "[apps][analyze]") {
    const TestFolder folder;
    write_run(folder / "run", {.records = 5, .test_errors = {0.5, 0.25, 0.125}});
    const Outcome outcome =
        run_program({"analyze", folder / "run", "--json", "--by", "layer,population", "--by", "epoch"});
    REQUIRE(outcome.exit_code == 0);
    const auto run = Json::parse(outcome.output)["runs"][0];
    CHECK(run["run"] == (folder / "run").string());
    CHECK(run["trace"]["level"] == "counts");
    CHECK(run["trace"]["complete"] == true);
    CHECK(run["trace"]["records"] == 5);
    CHECK(run["trace"]["end_step"] == 50);
    CHECK(run["metrics"][2]["test_error"] == 0.125);
    CHECK(run["options"]["by"] == Json({"layer", "population", "epoch"}));
    CHECK(run["categories"].size() == 5 * 3 + 1 + 4 * 3 + 1);  // event and update populations, epochs, totals
}

TEST_CASE("analyze prints every table within 100 columns", "[apps][analyze]") {
    const TestFolder folder;
    write_run(folder / "run", {.seed = 4});
    const Outcome outcome = run_program({"analyze", folder / "run", "--hebbian-names"});
    REQUIRE(outcome.exit_code == 0);
    CHECK(outcome.errors.empty());
    CHECK_THAT(outcome.output, Contains("Categories (Table 5), event level") &&
                                   Contains("Categories (Table 5), update level") &&
                                   Contains("post_pre_potentiation") && Contains("temporally inverted anti-Hebbian") &&
                                   Contains("Table 4") && Contains("Response") && Contains("Receptor switches") &&
                                   Contains("dense3") && Contains("after epoch 2"));
    CHECK(widest_line(outcome.output) <= 100);
    const Outcome by_all = run_program({"analyze", folder / "run", "--by", "layer,population,epoch"});
    CHECK(widest_line(by_all.output) <= 100);
    CHECK_THAT(by_all.output, Contains("neglu") && Contains("inverted"));
}

TEST_CASE("analyze takes several runs one after the other", "[apps][analyze]") {
    const TestFolder folder;
    write_run(folder / "a", {.seed = 1});
    write_run(folder / "b", {.seed = 2});
    const Outcome outcome = run_program({"analyze", folder / "a", folder / "b", "--json"});
    REQUIRE(outcome.exit_code == 0);
    const auto document = Json::parse(outcome.output);
    REQUIRE(document["runs"].size() == 2);
    CHECK(document["runs"][1]["run"] == (folder / "b").string());
    CHECK(document["runs"][0]["categories"] != document["runs"][1]["categories"]);
}

TEST_CASE("analyze reads the committed rows of a run that is not complete", "[apps][analyze]") {
    const TestFolder folder;
    write_run(folder / "run", {});
    std::filesystem::rename(folder / "run/trace-0001.h5", folder / "run/trace-0001.h5.part");
    const Outcome outcome = run_program({"analyze", folder / "run", "--json"});
    REQUIRE(outcome.exit_code == 0);
    CHECK(Json::parse(outcome.output)["runs"][0]["trace"]["complete"] == false);
}

TEST_CASE("analyze --csv writes one file and replaces an earlier one", "[apps][analyze]") {
    const TestFolder folder;
    write_run(folder / "run", {});
    folder.write("tables.csv", "old");
    const Outcome outcome = run_program({"analyze", folder / "run", "--csv", folder / "tables.csv"});
    REQUIRE(outcome.exit_code == 0);
    CHECK(outcome.output.empty());
    CHECK_THAT(read_file(folder / "tables.csv"), Catch::StartsWith("run,table,level,measure,timing,layer,"));
    CHECK(folder.names() == std::vector<std::string>{"run", "tables.csv"});
    const Outcome to_stdout = run_program({"analyze", folder / "run", "--csv=-"});
    CHECK(to_stdout.output == read_file(folder / "tables.csv"));
}

TEST_CASE("analyze --csv into a missing folder cannot create", "[apps][analyze]") {
    const TestFolder folder;
    write_run(folder / "run", {});
    const Outcome outcome = run_program({"analyze", folder / "run", "--csv", folder / "missing/tables.csv"});
    CHECK(outcome.exit_code == 73);
    CHECK_THAT(outcome.errors, Contains("missing/tables.csv"));
}

TEST_CASE("analyze refuses what it does not know, naming it", "[apps][analyze]") {
    const TestFolder folder;
    write_run(folder / "run", {});
    const std::string run = folder / "run";
    CHECK(run_program({"analyze"}).exit_code == 2);
    CHECK(run_program({"analyze", run, "--json", "--csv", "x"}).exit_code == 2);
    const auto [flag, value] = GENERATE(table<std::string, std::string>({{"--level", "evnt"},
                                                                         {"--measure", "size"},
                                                                         {"--timing", "down"},
                                                                         {"--by", "layer,unit"},
                                                                         {"--time-limit", "-1"}}));
    const Outcome outcome = run_program({"analyze", run, flag, value});
    CHECK(outcome.exit_code == 2);
    CHECK_THAT(outcome.errors, Contains(flag));
}

TEST_CASE("analyze tells what is missing", "[apps][analyze]") {
    const TestFolder folder;
    const Outcome missing = run_program({"analyze", folder / "nowhere"});
    CHECK(missing.exit_code == 66);
    CHECK_THAT(missing.errors, Contains("nowhere") && Contains("no such file or folder"));

    std::filesystem::create_directory(folder / "empty");
    CHECK(run_program({"analyze", folder / "empty"}).exit_code == 66);

    write_run(folder / "off", {.level = analysis::TraceLevel::off, .configuration = "[trace]\nlevel = \"off\"\n"});
    const Outcome off = run_program({"analyze", folder / "off"});
    CHECK(off.exit_code == 66);
    CHECK_THAT(off.errors, Contains("no trace: trained with --trace off"));

    write_run(folder / "begun", {.records = 0});
    const Outcome begun = run_program({"analyze", folder / "begun"});
    CHECK(begun.exit_code == 66);
    CHECK_THAT(begun.errors, Contains("no committed record"));
}

TEST_CASE("analyze reports files that are damaged or not ours", "[apps][analyze]") {
    const TestFolder folder;
    write_run(folder / "run", {});
    SECTION("not HDF5") {
        folder.write("run/trace-0001.h5", "no HDF5 at all");
        const Outcome outcome = run_program({"analyze", folder / "run"});
        CHECK(outcome.exit_code == 65);
        CHECK_THAT(outcome.errors, Contains("trace-0001.h5"));
    }
    SECTION("a configuration that is not TOML") {
        folder.write("run/config.toml", "a = = b");
        const Outcome outcome = run_program({"analyze", folder / "run"});
        CHECK(outcome.exit_code == 65);
        CHECK_THAT(outcome.errors, Contains("config.toml: line 1"));
    }
    SECTION("a file that never gives anything") {
        std::filesystem::remove(folder / "run/metrics.csv");
        REQUIRE(mkfifo((folder / "run/metrics.csv").c_str(), 0600) == 0);
        const Outcome outcome = run_program({"analyze", folder / "run", "--time-limit", "1"});
        CHECK(outcome.exit_code == 65);
        CHECK_THAT(outcome.errors, Contains((folder / "run").string()) && Contains("no progress for 1 s"));
    }
    SECTION("a trace with half of its bytes overwritten") {
        damage(folder / "run/trace-0001.h5");
        const Outcome outcome = run_program({"analyze", folder / "run", "--time-limit", "2"});
        CHECK(outcome.exit_code == 65);
        CHECK_THAT(outcome.errors, Contains((folder / "run").string()));
    }
}

TEST_CASE("The example script with h5py alone gives the numbers of analyze", "[apps][analyze][python]") {
    const TestFolder folder;
    write_run(folder / "run", {.seed = 9});
    for (const std::string level : {"event", "update"}) {
        for (const std::string measure : {"magnitude", "signed"}) {
            for (const std::string timing : {"descent", "gradient"}) {
                INFO(level << " " << measure << " " << timing);
                check_example_script(folder, {"--level", level, "--measure", measure, "--timing", timing});
            }
        }
    }
}

TEST_CASE("The example script agrees with analyze on a trained MixLU network", "[apps][analyze][python]") {
    const TestFolder folder;
    const std::string network = folder.write("small.toml", kSmallNetwork);
    REQUIRE(run_program({"train", "--network", network, "--data", "synthetic:600", "--epochs", "1", "--neglu", "25",
                         "--mask", "element", "--derivative", "inverted", "--out", folder / "run"})
                .exit_code == 0);
    check_example_script(folder, {"--level", "event"});
    check_example_script(folder, {"--level", "update", "--measure", "signed"});
    const auto document = Json::parse(run_program({"analyze", folder / "run", "--json"}).output);
    CHECK(document["runs"][0]["categories"][0]["total"] > 0);
    CHECK(document["runs"][0]["categories"][0]["inverted"] > 0);
}

TEST_CASE("The commands on runs have help with an example", "[apps][analyze]") {
    const std::string command = GENERATE("analyze", "compare", "inspect", "export");
    const Outcome outcome = run_program({command, "--help"});
    CHECK(outcome.exit_code == 0);
    CHECK_THAT(outcome.output, Contains("Example:") && Contains("stdpscope " + command) && Contains("--time-limit"));
}

TEST_CASE("analyze gives the synapses of a sparse projection as they are, and no biases", "[apps][analyze]") {
    const TestFolder folder;
    const std::string run = folder / "run";
    REQUIRE(run_program({"simulate", "--protocol", "vogels-abbott", "--seconds", "0.02", "--out", run}).exit_code == 0);
    const auto projections = Json::parse(read_file(folder / "run/result.json"))["projections"];
    const auto document = Json::parse(run_program({"analyze", run, "--json"}).output);
    const auto& layers = document["runs"][0]["layers"];
    REQUIRE(layers.size() == 1);
    CHECK(layers[0]["biases"].is_null());
    std::uint64_t synapses = 0;
    for (const auto& projection : projections) {
        if (projection["name"] == layers[0]["layer"]) synapses = projection["synapses"].get<std::uint64_t>();
    }
    REQUIRE(synapses > 0);
    CHECK(layers[0]["weights"][0]["weights"] == synapses);
    const Outcome text = run_program({"analyze", run});
    CHECK_THAT(text.output, Contains("Neurons and synapses at the end") && !Contains("biases"));
    const Outcome csv = run_program({"analyze", run, "--csv", "-"});
    CHECK_THAT(csv.output, Contains("weights," + std::to_string(synapses)) && !Contains("biases."));
}
