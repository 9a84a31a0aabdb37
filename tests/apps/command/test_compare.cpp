#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "analysis/summary/trace_summary.hpp"
#include "apps/text_table.hpp"
#include "tests/apps/command/synthetic_run.hpp"
#include "tests/apps/program.hpp"

using namespace stdpscope;
using namespace stdpscope::tests;
using Catch::Matchers::Contains;
using Json = nlohmann::json;

TEST_CASE("compare --json gives settings that differ, errors, and shares with differences", "[apps][compare]") {
    const TestFolder folder;
    write_two_runs(folder.path());
    const Outcome outcome = run_program({"compare", folder / "a", folder / "b", "--json"});
    REQUIRE(outcome.exit_code == 0);
    const auto document = Json::parse(outcome.output);
    REQUIRE(document["settings"].size() == 1);
    CHECK(document["settings"][0]["key"] == "mixlu.percent_neglu");
    CHECK(document["settings"][0]["values"] == Json({"0", "5"}));
    CHECK(document["metrics"][0].size() == 2);
    CHECK(document["metrics"][1][2]["test_error"] == 0.3125);
    REQUIRE(document["categories"].size() == 2);
    for (const auto& level : document["categories"]) {
        const auto& first = level["runs"][0];
        const auto& second = level["runs"][1];
        for (const auto& [category, share] : second["shares"].items()) {
            CHECK(second["differences"][category].get<double>() ==
                  Approx(share.get<double>() - first["shares"][category].get<double>()).margin(1e-15));
            CHECK(first["differences"][category] == 0.0);
        }
    }
}

TEST_CASE("compare prints the numbers of its JSON", "[apps][compare]") {
    const TestFolder folder;
    write_two_runs(folder.path());
    const std::string text = run_program({"compare", folder / "a", folder / "b"}).output;
    const auto document = Json::parse(run_program({"compare", folder / "a", folder / "b", "--json"}).output);
    const auto line_of = [&](const std::string& name, std::size_t from) {
        const std::size_t begin = text.find("\n  " + name, from) + 1;
        return text.substr(begin, text.find('\n', begin) - begin);
    };
    CHECK_THAT(line_of("    2 ", text.find("\nErrors\n")),
               Contains("25.00 %") && Contains("37.50 %") && !Contains("50.00 %"));
    std::size_t from = 0;
    for (const auto& level : document["categories"]) {
        from = text.find("\nCategories", from + 1);
        for (const auto& [category, difference] : level["runs"][1]["differences"].items()) {
            const double share = level["runs"][1]["shares"][category];
            CHECK_THAT(line_of(category, from),
                       Contains(apps::percent(share)) && Contains(apps::signed_points(difference)));
        }
    }
}

TEST_CASE("compare gives the shares that analyze gives", "[apps][compare]") {
    const TestFolder folder;
    write_two_runs(folder.path());
    const auto compared = Json::parse(
        run_program({"compare", folder / "a", folder / "b", "--json", "--measure", "signed", "--timing", "gradient"})
            .output);
    const auto analyzed = Json::parse(
        run_program({"analyze", folder / "b", "--json", "--measure", "signed", "--timing", "gradient"}).output);
    CHECK(compared["categories"][0]["runs"][1]["shares"] == analyzed["runs"][0]["categories"][0]["shares"]);
    CHECK(compared["categories"][1]["runs"][1]["counts"] == analyzed["runs"][0]["categories"][1]["counts"]);
}

TEST_CASE("compare prints runs by letter, errors by epoch and the final ones", "[apps][compare]") {
    const TestFolder folder;
    write_two_runs(folder.path());
    const Outcome outcome = run_program({"compare", folder / "a", folder / "b"});
    REQUIRE(outcome.exit_code == 0);
    CHECK_THAT(outcome.output, Contains("A  " + (folder / "a").string()) && Contains("mixlu.percent_neglu") &&
                                   Contains("31.25 %") && Contains("final") && Contains("B - A") &&
                                   Contains("temporally inverted STDP"));
    CHECK_THAT(outcome.output, !Contains("training.seed"));
}

TEST_CASE("A run without a trace is compared by its settings and errors", "[apps][compare]") {
    const TestFolder folder;
    write_two_runs(folder.path());
    write_run(folder / "off", {.level = analysis::TraceLevel::off, .configuration = "[trace]\nlevel = \"off\"\n"});
    const Outcome outcome = run_program({"compare", folder / "off", folder / "a", "--json"});
    REQUIRE(outcome.exit_code == 0);
    const auto document = Json::parse(outcome.output);
    CHECK(document["categories"][0]["runs"][0].is_null());
    CHECK(document["categories"][0]["runs"][1]["total"] > 0);
    CHECK(document["categories"][0]["runs"][1]["differences"].is_null());
    CHECK(run_program({"compare", folder / "off", folder / "a"}).exit_code == 0);
}

TEST_CASE("compare --csv holds settings, metrics and categories", "[apps][compare]") {
    const TestFolder folder;
    write_two_runs(folder.path());
    REQUIRE(run_program({"compare", folder / "a", folder / "b", "--csv", folder / "c.csv"}).exit_code == 0);
    const std::string b = folder / "b";
    CHECK_THAT(read_file(folder / "c.csv"), Catch::StartsWith("table,run,level,epoch,quantity,value,difference\n") &&
                                                Contains("\nsettings," + b + ",,,mixlu.percent_neglu,5,\n") &&
                                                Contains("\nmetrics," + b + ",,1,test_error,0.375,0.125\n") &&
                                                Contains("\nmetrics," + b + ",,2,test_error,0.3125,\n") &&
                                                Contains("\ncategories," + b + ",update,,post_pre_depression,"));
}

TEST_CASE("compare gives means and intervals over the seeds of a configuration", "[apps][compare]") {
    const TestFolder folder;
    write_run(folder / "a", {.configuration = "[training]\nseed = 1\nmomentum = 0.9\n", .test_errors = {0.5, 0.25}});
    write_run(folder / "b", {.configuration = "[training]\nseed = 2\nmomentum = 0.9\n", .test_errors = {0.5, 0.35}});
    write_run(folder / "c", {.configuration = "[training]\nseed = 1\nmomentum = 0.5\n", .test_errors = {0.125}});
    const std::vector<std::string> paths = {folder / "a", folder / "b", folder / "c"};
    const auto document = Json::parse(run_program({"compare", paths[0], paths[1], paths[2], "--json"}).output);
    REQUIRE(document["configurations"].size() == 2);
    CHECK(document["configurations"][0]["runs"] == Json({0, 1}));
    CHECK(document["configurations"][0]["test_error"]["mean"] == Approx(0.3));
    // t(0.975; 1) = 12.706, standard error 0.05
    CHECK(document["configurations"][0]["test_error"]["high"] == Approx(0.3 + 0.05 * 12.7062047));
    CHECK(document["configurations"][1]["test_error"]["high"].is_null());
    CHECK_THAT(run_program({"compare", paths[0], paths[1], paths[2]}).output,
               Contains("Final errors by configuration") && Contains(" A B ") && Contains("30.00 %"));
    CHECK_THAT(run_program({"compare", paths[0], paths[2]}).output, !Contains("by configuration"));
}

TEST_CASE("compare wants two runs, and names the one that is missing", "[apps][compare]") {
    const TestFolder folder;
    write_two_runs(folder.path());
    CHECK(run_program({"compare", folder / "a"}).exit_code == 2);
    const Outcome outcome = run_program({"compare", folder / "a", folder / "nowhere"});
    CHECK(outcome.exit_code == 66);
    CHECK_THAT(outcome.errors, Contains("nowhere"));
}
