#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/apps/command/synthetic_run.hpp"
#include "tests/apps/program.hpp"

using namespace stdpscope;
using namespace stdpscope::tests;
using Catch::Matchers::Contains;
using Json = nlohmann::json;

TEST_CASE("inspect --json tells files, level, layers, segments and committed rows", "[apps][inspect]") {
    const TestFolder folder;
    write_run(folder / "run", {.records = 5, .level = analysis::TraceLevel::samples});
    const Outcome outcome = run_program({"inspect", folder / "run", "--json"});
    REQUIRE(outcome.exit_code == 0);
    const auto document = Json::parse(outcome.output);
    bool found = false;
    for (const auto& file : document["files"]) {
        if (file["name"] != "trace-0001.h5") continue;
        found = true;
        CHECK(file["bytes"] == std::filesystem::file_size(folder / "run/trace-0001.h5"));
    }
    CHECK(found);
    const auto& trace = document["trace"];
    CHECK(trace["level"] == "samples");
    CHECK(trace["complete"] == true);
    CHECK(trace["committed_rows"]["records"] == 5);
    CHECK(trace["committed_rows"]["sampled_steps"] == 5);
    CHECK(trace["committed_rows"]["planes_steps"] == 0);
    CHECK(trace["segments"][0]["file"] == "trace-0001.h5");
    CHECK(trace["layers"][0]["weight_shape"] == Json({4, 9}));
    CHECK(trace["layers"][2]["populations"] == Json({"relu", "neglu"}));
}

TEST_CASE("inspect prints the tree and the layers", "[apps][inspect]") {
    const TestFolder folder;
    write_run(folder / "run", {});
    const Outcome outcome = run_program({"inspect", folder / "run"});
    REQUIRE(outcome.exit_code == 0);
    CHECK_THAT(outcome.output, Contains("config.toml") && Contains("trace-0001.h5") &&
                                   Contains("level counts, complete") && Contains("conv2") && Contains("2 x 9") &&
                                   Contains("records"));
}

TEST_CASE("inspect tells that a trace is not complete", "[apps][inspect]") {
    const TestFolder folder;
    write_run(folder / "run", {.closed = false});
    const Outcome outcome = run_program({"inspect", folder / "run"});
    CHECK(outcome.exit_code == 0);
    CHECK_THAT(outcome.output, Contains("trace-0001.h5.part") && Contains("not complete"));
}

TEST_CASE("inspect takes a single segment", "[apps][inspect]") {
    const TestFolder folder;
    write_run(folder / "run", {});
    const Outcome outcome = run_program({"inspect", folder / "run/trace-0001.h5", "--json"});
    REQUIRE(outcome.exit_code == 0);
    CHECK(Json::parse(outcome.output)["trace"]["committed_rows"]["records"] == 5);
}

TEST_CASE("inspect of a run without a trace says so", "[apps][inspect]") {
    const TestFolder folder;
    write_run(folder / "run", {.level = analysis::TraceLevel::off});
    const Outcome outcome = run_program({"inspect", folder / "run"});
    CHECK(outcome.exit_code == 0);
    CHECK_THAT(outcome.output, Contains("No trace"));
}

TEST_CASE("inspect lists the files of a damaged run before it fails", "[apps][inspect]") {
    const TestFolder folder;
    write_run(folder / "run", {});
    folder.write("run/trace-0001.h5", "no HDF5 at all");
    const Outcome outcome = run_program({"inspect", folder / "run"});
    CHECK(outcome.exit_code == 65);
    CHECK_THAT(outcome.output, Contains("trace-0001.h5"));
    CHECK_THAT(outcome.errors, Contains("trace-0001.h5"));
    CHECK(run_program({"inspect", folder / "nowhere"}).exit_code == 66);
    CHECK(run_program({"inspect"}).exit_code == 2);
    CHECK(run_program({"inspect", folder / "run", folder / "run"}).exit_code == 2);
}
