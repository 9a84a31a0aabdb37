#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "analysis/report/report_page.hpp"
#include "tests/apps/command/synthetic_run.hpp"
#include "tests/apps/program.hpp"

using namespace stdpscope::tests;
using Catch::Matchers::Contains;
using Json = nlohmann::json;
namespace fs = std::filesystem;

namespace {

Json report_of(const TestFolder& folder, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "report");
    for (const std::string& argument : {std::string("--format"), std::string("json"), std::string("--out")}) {
        arguments.push_back(argument);
    }
    arguments.push_back(folder / "r.html");
    const Outcome outcome = run_program(arguments);
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == 0);
    return Json::parse(read_file(folder / "r.json"));
}

Json table_of(const Json& report, const std::string& id) {
    for (const Json& section : report["sections"]) {
        for (const Json& item : section["items"]) {
            if (item.contains("table") && item["table"]["id"] == id) return item["table"];
        }
    }
    FAIL("no table " + id);
    return {};
}

/// The cell of the first row whose cells begin with `row`.
Json cell_of(const Json& table, const std::vector<std::string>& row, const std::string& column) {
    std::size_t place = 0;
    while (table["columns"].at(place)["id"] != column) ++place;
    for (const Json& cells : table["rows"]) {
        bool same = true;
        for (std::size_t i = 0; i < row.size(); ++i) same = same && cells[i] == row[i];
        if (same) return cells[place];
    }
    FAIL("no row " + row.front());
    return {};
}

}  // namespace

TEST_CASE("report's numbers are those of analyze, digit for digit", "[apps][report]") {
    const TestFolder folder;
    write_two_runs(folder.path());
    const std::string measure = GENERATE("magnitude", "signed");
    const std::string timing = GENERATE("descent", "gradient");
    const Json report = report_of(folder, {folder / "a", folder / "b", "--measure", measure, "--timing", timing});
    for (const std::string name : {"a", "b"}) {
        const Json analysis = Json::parse(run_program({"analyze", folder / name, "--json", "--by", "layer,population",
                                                       "--measure", measure, "--timing", timing})
                                              .output)["runs"][0];
        std::size_t compared = 0;
        for (const Json& row : analysis["categories"]) {
            const auto name_or_all = [&](const char* key) {
                return row[key].is_null() ? "all" : row[key].get<std::string>();
            };
            const std::vector<std::string> place = {name, row["level"], name_or_all("layer"),
                                                    name_or_all("population")};
            const Json table = table_of(report, "categories_in_full");
            for (const auto& [category, share] : row["shares"].items()) CHECK(cell_of(table, place, category) == share);
            CHECK(cell_of(table, place, "total") == row["total"]);
            CHECK(cell_of(table, place, "inverted") == row["inverted_share"]);
            ++compared;
        }
        CHECK(compared == 11);  // five populations of three layers and the total; four at update level and the total
        CHECK(cell_of(table_of(report, "errors_by_run"), {name}, "test_error") ==
              analysis["metrics"].back()["test_error"]);
    }
}

TEST_CASE("The page's counts over time add up to those of analyze under every convention", "[apps][report]") {
    const TestFolder folder;
    write_two_runs(folder.path());
    const Json report = report_of(folder, {folder / "a"});
    const Json& run = report["composition"]["runs"][0];
    for (const std::string measure : {"magnitude", "signed"}) {
        for (const std::string timing : {"descent", "gradient"}) {
            const Json analysis = Json::parse(run_program({"analyze", folder / "a", "--json", "--by", "layer",
                                                           "--measure", measure, "--timing", timing})
                                                  .output)["runs"][0];
            std::size_t compared = 0;
            for (const Json& row : analysis["categories"]) {
                for (std::size_t category = 0; category < 4; ++category) {
                    std::uint64_t sum = 0;
                    for (const Json& group : run["groups"]) {
                        if (group["level"] != row["level"]) continue;
                        if (!row["layer"].is_null() && group["layer"] != row["layer"]) continue;
                        for (const Json& count : group["counts"][measure + " " + timing][category])
                            sum += count.get<std::uint64_t>();
                    }
                    CHECK(sum == row["counts"][report["composition"]["categories"][category].get<std::string>()]);
                }
                for (const std::string outside : {"no_pair", "unchanged", "untimed", "invalid"}) {
                    if (!row.contains(outside)) continue;
                    std::uint64_t sum = 0;
                    for (const Json& group : run["groups"]) {
                        if (group["level"] != row["level"] || !group["outside"].contains(outside)) continue;
                        if (!row["layer"].is_null() && group["layer"] != row["layer"]) continue;
                        for (const Json& count : group["outside"][outside]) sum += count.get<std::uint64_t>();
                    }
                    CHECK(sum == row[outside]);
                }
                ++compared;
            }
            CHECK(compared == 8);
        }
    }
}

TEST_CASE("report writes every table and figure in the formats asked for", "[apps][report]") {
    const TestFolder folder;
    write_two_runs(folder.path());
    const Outcome outcome =
        run_program({"report", folder / "a", folder / "b", "--out", folder / "r.html", "--format", "csv,latex,svg"});
    REQUIRE(outcome.exit_code == 0);
    CHECK_THAT(read_file(folder / "r-csv" / "errors_by_run.csv"), Contains("\nb,MixLU 5 % exact,3,0.15625,"));
    CHECK_THAT(read_file(folder / "r-latex" / "errors_by_run.tex"), Contains("\\bottomrule"));
    CHECK_THAT(read_file(folder / "r-svg" / "composition_event.svg"), Contains("</svg>"));
    CHECK_THAT(read_file(folder / "r-csv" / "figure_composition_event.csv"), Contains("pre-post potentiation"));
    CHECK_FALSE(fs::exists(folder / "r.html"));
    const Outcome again = run_program({"report", folder / "a", "--out", folder / "r.html", "--format", "csv"});
    CHECK(again.exit_code == 73);
    CHECK_THAT(again.errors, Contains("r-csv") && Contains("must be a new folder"));
}

TEST_CASE("report writes the composition under every state, each as under its own options", "[apps][report]") {
    const TestFolder folder;
    write_two_runs(folder.path());
    const auto write = [&](const std::string& name, std::vector<std::string> more) {
        std::vector<std::string> arguments{"report",      folder / "a", folder / "b", "--out",
                                           folder / name, "--format",   "csv,svg"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        REQUIRE(run_program(arguments).exit_code == 0);
    };
    write("states", {});
    std::size_t compared = 0;
    for (const std::string measure : {"magnitude", "signed"}) {
        for (const std::string timing : {"descent", "gradient"}) {
            const std::string convention = measure + "_" + timing;
            write(convention, {"--measure", measure, "--timing", timing});
            for (const std::string level : {"event", "update"}) {
                const std::string figure = "composition_" + level;
                const std::string own = read_file(folder / (convention + "-csv") / ("figure_" + figure + ".csv"));
                CHECK(own ==
                      read_file(folder / "states-csv" / ("figure_" + figure + "_" + convention + "_of-four.csv")));
                const std::string shown = level == "event" ? "of-all" : "of-update";
                CHECK_THAT(read_file(folder / "states-svg" / (figure + "_" + convention + "_" + shown + "_kinds.svg")),
                           Contains("</svg>"));
                ++compared;
            }
        }
    }
    CHECK(compared == 8);
    // Of the four, one bin: normal is the first and the last of them; of all, what has no pair is in the whole.
    const auto first_of = [&](const std::string& file, const std::string& series) {
        const std::string text =
            read_file(folder / "states-csv" / ("figure_composition_event_magnitude_descent_" + file + ".csv"));
        const std::size_t at = text.find("\na," + series + ",0,");
        REQUIRE(at != std::string::npos);
        return std::stod(text.substr(at + series.size() + 6));
    };
    CHECK(first_of("count_kinds", "normal STDP") ==
          first_of("count", "pre-post potentiation") + first_of("count", "post-pre depression"));
    CHECK(first_of("count_kinds", "temporally inverted STDP") ==
          first_of("count", "pre-post depression") + first_of("count", "post-pre potentiation"));
    const Json groups = report_of(folder, {folder / "a"})["composition"]["runs"][0]["groups"];
    double all = 0.0;
    for (const Json& group : groups) {
        if (group["level"] != "event") continue;
        for (const Json& category : group["counts"]["magnitude descent"]) all += category[0].get<double>();
        for (const auto& [name, counts] : group["outside"].items()) all += counts[0].get<double>();
    }
    CHECK(first_of("of-all", "pre-post depression") ==
          Approx(first_of("count", "pre-post depression") / all).epsilon(1e-12));
    CHECK(fs::exists(folder / "states-svg" / "composition_event_magnitude_descent_of-four_layers_run-2.svg"));
    CHECK(fs::exists(folder / "states-svg" / "composition_update_magnitude_descent_of-four_populations_run-1.svg"));
    CHECK_FALSE(fs::exists(folder / "states-svg" / "composition_event_magnitude_descent_of-update.svg"));
}

TEST_CASE("report shows what there is of runs without a trace, an epoch or a record", "[apps][report]") {
    const TestFolder folder;
    write_run(folder / "off",
              {.level = stdpscope::analysis::TraceLevel::off, .configuration = "[trace]\nlevel = \"off\"\n"});
    write_run(folder / "empty", {.records = 0, .test_errors = {}});
    const Json off = report_of(folder, {folder / "off"});
    CHECK(off["sections"].size() == 3);
    const Json empty = report_of(folder, {folder / "empty"});
    CHECK(empty["sections"].size() == 1);
    CHECK_THAT(empty["sections"][0]["warnings"].dump(), Contains("without any committed record"));
    CHECK(empty["composition"].is_null());
}

TEST_CASE("report writes HTML where the program was built with the page, and says so where not", "[apps][report]") {
    const TestFolder folder;
    write_two_runs(folder.path());
    const Outcome outcome = run_program({"report", folder / "a", "--out", folder / "r.html"});
    if (stdpscope::analysis::report_page().empty()) {
        CHECK(outcome.exit_code == 2);
        CHECK_THAT(outcome.errors, Contains("built without it (STDPSCOPE_HTML_REPORT=OFF)"));
        CHECK_FALSE(fs::exists(folder / "r.html"));
        CHECK(run_program({"report", folder / "a", "--out", folder / "r.html", "--format", "csv,json"}).exit_code == 0);
        return;
    }
    CHECK(outcome.exit_code == 0);
    CHECK_THAT(read_file(folder / "r.html"), Contains("<script type=\"application/json\" id=\"data\">"));
}

TEST_CASE("report names mistakes", "[apps][report]") {
    const TestFolder folder;
    write_two_runs(folder.path());
    CHECK(run_program({"report", folder / "a"}).exit_code == 2);
    const Outcome format = run_program({"report", folder / "a", "--out", folder / "r.html", "--format", "htm"});
    CHECK(format.exit_code == 2);
    CHECK_THAT(format.errors, Contains("--format = htm") && Contains("nearest is html"));
    CHECK(run_program({"report", folder / "nowhere", "--format", "json", "--out", folder / "r.html"}).exit_code == 66);
    CHECK(run_program({"report", folder / "a", "--format", "json", "--out", folder / "no" / "r.html"}).exit_code == 73);
}
