#include <catch2/catch.hpp>

#include "analysis/report/configurations.hpp"
#include "analysis/report/thesis_tables.hpp"
#include "analysis/summary/trace_summary.hpp"
#include "tests/analysis/trace/temporary_folder.hpp"
#include "tests/apps/command/synthetic_run.hpp"

using namespace stdpscope::analysis;
using Catch::Matchers::Contains;

namespace {

RunSummary run(const std::string& path, std::vector<FlatSetting> settings) {
    RunSummary summary;
    summary.path = path;
    summary.configuration = std::move(settings);
    summary.result = {{"end", "finished"}};
    summary.environment = {{"data", {{"name", "mnist"}, {"checksum", "c1"}}}, {"program", "stdpscope 0.1.0"}};
    return summary;
}

}  // namespace

TEST_CASE("Runs that differ in seed, threads and how much is kept are one configuration", "[report][configurations]") {
    const std::vector<RunSummary> runs = {
        run("runs/mixlu", {{"data.source", "mnist:/a"},
                           {"mixlu.derivative", "inverted"},
                           {"mixlu.percent_neglu", "4"},
                           {"network.name", "lenet"},
                           {"training.seed", "0"}}),
        run("runs/relu", {{"data.source", "mnist:/a"}, {"network.name", "lenet"}, {"training.seed", "0"}}),
        run("runs/again", {{"data.source", "mnist:/b"},
                           {"mixlu.derivative", "inverted"},
                           {"mixlu.percent_neglu", "4"},
                           {"network.name", "lenet"},
                           {"trace.level", "off"},
                           {"training.seed", "1"},
                           {"training.threads", "2"}})};
    const auto configurations = configurations_of(runs);
    REQUIRE(configurations.size() == 2);
    CHECK(configurations[0].name == "ReLU");
    CHECK(configurations[0].percent_neglu == 0.0);
    CHECK(configurations[1].name == "MixLU 4 % inverted");
    CHECK(configurations[1].runs == std::vector<std::size_t>{0, 2});
    CHECK(configurations[1].data == "mnist");
}

TEST_CASE("Equal names are told apart by what differs", "[report][configurations]") {
    const auto configurations = configurations_of({
        run("a", {{"network.name", "lenet"}, {"training.momentum", "0.9"}}),
        run("b", {{"network.name", "lenet"}, {"training.momentum", "0"}}),
    });
    REQUIRE(configurations.size() == 2);
    CHECK(configurations[0].name == "ReLU, momentum 0.9");
    CHECK(configurations[1].name == "ReLU, momentum 0");
}

TEST_CASE("Run names are the last parts of their paths that tell them apart", "[report][configurations]") {
    CHECK(run_names({run("x/one/run/", {}), run("x/two/run", {}), run("other", {})}) ==
          std::vector<std::string>{"one/run", "two/run", "other"});
    CHECK(run_names({run("a", {}), run("a", {})}) == std::vector<std::string>{"a", "a (2)"});
    CHECK(run_names({run(".", {})}) == std::vector<std::string>{"run"});
}

TEST_CASE("Warnings name what a reader must know", "[report][configurations]") {
    std::vector<RunSummary> runs = {run("a", {}), run("b", {})};
    runs[0].result["end"] = "diverged";
    runs[1].result = nullptr;
    runs[1].environment["data"]["checksum"] = "c2";
    std::string text;
    for (const Warning& warning : warnings_of(runs, configurations_of(runs))) text += warning.text + "\n";
    CHECK_THAT(text, Contains("diverged") && Contains("no result yet") && Contains("different data") &&
                         Contains("has no trace") && Contains("one seed"));
}

TEST_CASE("Warnings tell of what a run lacks or has been through", "[report][configurations]") {
    const auto warned = [](const RunSummary& summary) {
        std::string text;
        for (const Warning& warning : warnings_of({summary}, configurations_of({summary}))) text += warning.text + "\n";
        return text;
    };
    RunSummary summary = run("a", {});
    summary.result["end"] = "stopped";
    CHECK_THAT(warned(summary), Contains("was stopped before its last epoch"));
    summary.result["end"] = "failed";
    CHECK_THAT(warned(summary), Contains("failed; only what it had committed"));
    summary.result["repaired"] = true;
    CHECK_THAT(warned(summary), Contains("was repaired"));

    const stdpscope::tests::TemporaryFolder folder;
    stdpscope::tests::write_run(folder.path() / "run", {});
    RunSummary traced = read_run(folder.path() / "run", [] {});
    CHECK_THAT(warned(traced), !Contains("was not closed"));
    const std::uint64_t invalid = summarise(traced.trace->tally, {}).categories.front().counts.invalid;
    REQUIRE(invalid > 0);
    CHECK_THAT(warned(traced), Contains("has " + std::to_string(invalid) + " events"));
    traced.trace->complete = false;
    CHECK_THAT(warned(traced), Contains("was not closed"));
}

TEST_CASE("The thesis' figures are found by data set, network and percentage", "[report][thesis]") {
    const ThesisErrors* mnist = thesis_errors_of("mnist", "lenet");
    REQUIRE(mnist != nullptr);
    CHECK(thesis_row_of(*mnist, 10)->test_error == 0.9020);
    CHECK(thesis_row_of(*mnist, 2.5) == nullptr);
    const ThesisErrors* cifar = thesis_errors_of("cifar10", "lenet5");
    REQUIRE(cifar != nullptr);
    CHECK(thesis_row_of(*cifar, 0.25)->training_error == 0.1295);  // accuracy 87.05 %
    CHECK(thesis_errors_of("mnist", "lenet5") == nullptr);
    CHECK(thesis_first_epochs()[1].test_error[5] == 0.0129);
}
