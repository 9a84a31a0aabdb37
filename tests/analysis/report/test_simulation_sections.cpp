#include <catch2/catch.hpp>

#include "analysis/report/report.hpp"
#include "analysis/trace/error.hpp"
#include "tests/analysis/report/report_parts.hpp"
#include "tests/analysis/report/simulation_documents.hpp"

using namespace stdpscope;
using namespace stdpscope::analysis;
using namespace stdpscope::tests;
using Catch::Matchers::Contains;
using Json = nlohmann::json;

namespace {

Report report_of(std::vector<RunSummary> runs) {
    ReportInput input;
    input.runs = std::move(runs);
    for (const RunSummary& run : input.runs) {
        input.details.emplace_back();
        input.details.back().simulation = read_simulation_result(run);
    }
    return make_report(input);
}

}  // namespace

TEST_CASE("A training has no simulation's result", "[report][simulation]") {
    RunSummary run;
    CHECK_FALSE(read_simulation_result(run));
    run.result = {{"end", "finished"}};
    CHECK_FALSE(read_simulation_result(run));
    const Report report = report_of({run});
    CHECK(section_of(report, "bridge") == nullptr);
    CHECK(section_of(report, "simulations") == nullptr);
}

TEST_CASE("A simulation's result that lacks or misstates something is named with its file", "[report][simulation]") {
    const auto rejects = [](const Json& result, const std::string& what) {
        CHECK_THROWS_MATCHES(read_simulation_result(simulated_run("runs/x", result)), DamagedTrace,
                             Catch::Matchers::Predicate<DamagedTrace>([&](const DamagedTrace& error) {
                                 INFO(error.what());
                                 const std::string text = error.what();
                                 return text.find("runs/x/result.json") != std::string::npos &&
                                        text.find(what) != std::string::npos;
                             }));
    };
    Json result = bridge_document();
    result["bridge"]["layers"][1].erase("events");
    rejects(result, "events");
    result = bridge_document();
    result["bridge"]["layers"][0]["same_sign"] = -1;
    rejects(result, "same_sign");
    result = bridge_document();
    result["bridge"]["layers"] = "none";
    rejects(result, "layers must be a list, is \"none\"");
    result = pairing_document();
    result["experiments"][0]["window"][0].erase("delta_ms");
    rejects(result, "delta_ms");
    result = weights_document();
    result["projections"][0]["weight_histogram"] = {1, -2};
    rejects(result, "weight_histogram");
    result = weights_document();
    result["populations"][0]["size"] = 0.5;
    rejects(result, "size");
}

TEST_CASE("The report on a bridge says how often sign and category agree, and how sizes correlate",
          "[report][simulation]") {
    const Report report = report_of({simulated_run("runs/bridge", bridge_document())});
    const Section* section = section_of(report, "bridge");
    REQUIRE(section != nullptr);
    CHECK(row_of(table_of(*section, "bridge_agreement")) ==
          "bridge,dense1,response,runs/training,100,0.6,0.55,65,0.875,35,,0.5625");
    CHECK_THAT(row_of(table_of(*section, "bridge_agreement"), 2),
               Contains("bridge,all,response,runs/training,160,0.375,0.34375,"));
    CHECK(row_of(table_of(*section, "bridge_differences")) == "bridge,dense1,40,0.4,30,0.75,7,0.175");
    CHECK(row_of(table_of(*section, "bridge_sizes")) == "bridge,dense1,0.91,0.92,0.93,0.94,,-0.25");
    CHECK(row_of(table_of(*section, "bridge_categories")) == "bridge,dense1,pre-post potentiation,1,2,3,4,5");
    CHECK(row_of(table_of(*section, "bridge_categories"), 7) ==
          "bridge,dense2,post-pre depression,116,117,118,119,120");

    const Figure& agreement = figures_of(*section, "bridge_agreement").first();
    REQUIRE(agreement.panels.size() == 3);
    CHECK(agreement.panels[1].title == "dense2");
    CHECK(agreement.panels[2].title == "all");
    const Panel& dense1 = agreement.panels[0];
    REQUIRE(dense1.series.size() == 1);
    CHECK(dense1.y.categories.back() == "same sign");                            // on top
    CHECK(dense1.series[0].x == std::vector<double>{0.6, 0.55, 0.875, 0.5625});  // none at inhibiting synapses
    CHECK(dense1.series[0].y == std::vector<double>{4, 3, 2, 0});
    CHECK_THAT(agreement.summary, Contains("of 160 events 37.50 % have the sign and 34.38 % the category"));

    const Figure& sizes = figures_of(*section, "bridge_sizes").first();
    REQUIRE(sizes.panels.size() == 2);  // not over all layers
    CHECK(sizes.panels[0].y.categories.front() == "|D|, ranks");
    CHECK(sizes.panels[0].series[0].x == std::vector<double>{0.91, 0.92, 0.93, 0.94, -0.25});
    CHECK(sizes.panels[0].series[0].y == std::vector<double>{5, 4, 3, 2, 0});

    const Panel& map = figures_of(*section, "bridge_categories").first().panels[0];
    CHECK(map.x.categories == std::vector<std::string>{"pre +", "pre -", "post +", "post -", "none"});
    CHECK(map.y.categories == std::vector<std::string>{"post -", "post +", "pre -", "pre +"});
    REQUIRE(map.cells.size() == 20);
    CHECK(map.cells[4].column == 4);
    CHECK(map.cells[4].row == 3);  // on top
    CHECK(map.cells[4].value == Approx(5.0 / 15));
}

TEST_CASE("Bridges of two windows stand side by side", "[report][simulation]") {
    Json effect = bridge_document();
    effect["bridge"]["window"] = "effect";
    RunSummary other = simulated_run("runs/effect", effect);
    other.configuration.push_back({"simulation.window", "effect"});
    const Report report = report_of({simulated_run("runs/bridge", bridge_document()), other});
    const Section& section = *section_of(report, "bridge");
    const Figure& agreement = figures_of(section, "bridge_agreement").first();
    REQUIRE(agreement.panels.size() == 3);
    REQUIRE(agreement.panels[0].series.size() == 2);
    CHECK(agreement.panels[0].series[0].look.index != agreement.panels[0].series[1].look.index);
    CHECK(agreement.legend.size() == 2);
    const FigureSet& maps = figures_of(section, "bridge_categories");
    CHECK(maps.choices[0].options == std::vector<std::string>{"bridge", "effect"});
    CHECK(maps.figures[0].id != maps.figures[1].id);
}

TEST_CASE("The report shows that pairing experiments give their category", "[report][simulation]") {
    const Report report = report_of({simulated_run("runs/pairing", pairing_document())});
    const Section* section = section_of(report, "simulations");
    REQUIRE(section != nullptr);
    const Table& table = table_of(*section, "pairing_experiments");
    CHECK(row_of(table) == "pairing,first,8,8,1,5,0,0,3,Source of first");
    CHECK(row_of(table, 1) == "pairing,second,8,7,0.875,0,6,1,1,Source of second");
    const Figure& figure = figures_of(*section, "pairing_windows").first();
    REQUIRE(figure.panels.size() == 2);
    CHECK(figure.panels[1].title == "second");
    CHECK(figure.panels[0].series[0].x == std::vector<double>{-10, 0, 10});
    CHECK(figure.panels[0].series[0].y == std::vector<double>{-0.2, 0, 0.5});
    CHECK_THAT(figure.summary, Contains("In 1 of 2 experiments every update has the category"));
    for (const auto& item : section->items) {
        if (const auto* set = std::get_if<FigureSet>(&item))
            CHECK(set->id != "final_weights");  // forced, each on its own
    }
}

TEST_CASE("The report has the histogram of a simulation's weights at the end", "[report][simulation]") {
    RunSummary other = simulated_run("runs/song-1", weights_document());
    other.configuration.push_back({"simulation.seed", "1"});
    const Report report = report_of({simulated_run("runs/song-0", weights_document()), other});
    const Section& section = *section_of(report, "simulations");
    const Figure& figure = figures_of(section, "final_weights").first();
    REQUIRE(figure.panels.size() == 1);  // one configuration
    REQUIRE(figure.panels[0].series.size() == 2);
    CHECK(figure.panels[0].series[0].look.dash != figure.panels[0].series[1].look.dash);
    const Series& outline = figure.panels[0].series[0];
    REQUIRE(outline.x.size() == 22);
    CHECK(outline.y.front() == 0.0);
    CHECK(outline.x[1] == 0.0);
    CHECK(outline.y[1] == 0.4);
    CHECK(outline.x[2] == Approx(0.1));
    CHECK(outline.y[2] == 0.4);
    CHECK(outline.y[20] == Approx(0.3));
    CHECK(outline.y.back() == 0.0);
    CHECK_THAT(
        figure.summary,
        Contains("song-0, inputs: 50.0 % of the synapses are below a fifth of the largest weight, 40.0 % above four "
                 "fifths, 10.0 % between"));
    CHECK(row_of(table_of(section, "final_weights")) == "song-0,inputs,10,2,0.75,0.5,0.1,0.4");
    CHECK(row_of(table_of(section, "populations")) == "song-0,song2000,12.5,neurons,lif,3,75,2");
}

TEST_CASE("The report has changes by rate and slope in their order", "[report][simulation]") {
    const Report report = report_of({simulated_run("runs/ramps", ramps_document())});
    const Section& section = *section_of(report, "simulations");
    const Figure& figure = figures_of(section, "rate_rules").first();
    REQUIRE(figure.panels.size() == 2);
    CHECK(figure.panels[1].title == "ramps: rate derivative");
    REQUIRE(figure.panels[1].series.size() == 3);  // two rates
    const Series& expected = figure.panels[1].series[0];
    const Series& slow = figure.panels[1].series[1];
    const Series& fast = figure.panels[1].series[2];
    CHECK(slow.name == "20 Hz");
    CHECK(slow.x == std::vector<double>{-200, 200});
    CHECK(slow.y == std::vector<double>{-1, 2});
    CHECK(fast.x == std::vector<double>{100});
    CHECK(expected.x == std::vector<double>{-200, 100, 200});
    CHECK(expected.y == std::vector<double>{-0.5, 1.5, 1});
    CHECK(row_of(table_of(section, "rate_rules")) == "ramps,additive pair,0.25,");
    CHECK(row_of(table_of(section, "rate_rules"), 1) == "ramps,rate derivative,0.75,1.25");
}
