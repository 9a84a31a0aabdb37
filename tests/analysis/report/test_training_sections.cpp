#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "analysis/report/report.hpp"
#include "analysis/report/statistics.hpp"
#include "analysis/summary/trace_summary.hpp"
#include "tests/analysis/report/report_parts.hpp"
#include "tests/analysis/report/simulation_documents.hpp"
#include "tests/analysis/trace/temporary_folder.hpp"
#include "tests/apps/command/synthetic_run.hpp"

using namespace stdpscope;
using namespace stdpscope::analysis;
using namespace stdpscope::tests;
using Catch::Matchers::Contains;

namespace {

/// A LeNet on MNIST without a trace, with the errors of each epoch.
RunSummary trained(const std::string& name, const std::string& percent, const std::string& seed,
                   std::vector<double> test_errors, std::vector<double> training_errors) {
    RunSummary run;
    run.path = "runs/" + name;
    run.configuration = {{"network.name", "lenet"}, {"training.seed", seed}};
    if (percent != "0") run.configuration.insert(run.configuration.begin(), {"mixlu.percent_neglu", percent});
    run.result = {{"end", "finished"}};
    run.environment = {{"data", {{"name", "mnist"}, {"checksum", "c"}}}};
    for (std::size_t epoch = 0; epoch < test_errors.size(); ++epoch) {
        run.metrics.push_back({.epoch = epoch,
                               .training_error = training_errors[epoch],
                               .full_training_error = NAN,
                               .test_loss = 0.5,
                               .test_error = test_errors[epoch]});
    }
    return run;
}

Report report_of(std::vector<RunSummary> runs) {
    ReportInput input;
    input.details.resize(runs.size());
    input.runs = std::move(runs);
    return make_report(input);
}

/// ReLU with two seeds, MixLU 1 % and 4 %.
Report example() {
    return report_of({trained("relu-0", "0", "0", {0.5, 0.0625}, {0.75, 0.25}),
                      trained("four", "4", "0", {0.25, 0.5}, {0.5, 0.3125}),
                      trained("relu-1", "0", "1", {0.25, 0.1875}, {0.5, 0.25}),
                      trained("one", "1", "0", {0.375, 0.1875}, {0.5, 0.375})});
}

/// Runs with traces, read from folders: two seeds of ReLU and two of MixLU, in this order.
ReportInput traced_input(const SummaryOptions& options) {
    const TemporaryFolder folder;
    ReportInput input;
    input.options = options;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        const std::string percent = seed <= 2 ? "0.0" : "5.0";
        const auto path = folder.path() / ("run" + std::to_string(seed));
        write_run(path, {.seed = seed,
                         .configuration = "[mixlu]\npercent_neglu = " + percent +
                                          "\n[training]\nseed = " + std::to_string(seed) + "\n"});
        input.runs.push_back(read_run(path, [] {}));
        input.details.push_back(read_detail(input.runs.back(), options, [] {}));
    }
    return input;
}

Report traced_example(const SummaryOptions& options) {
    return make_report(traced_input(options));
}

const Table& table_in(const Report& report, const std::string& section, const std::string& table) {
    const Section* found = section_of(report, section);
    REQUIRE(found != nullptr);
    return table_of(*found, table);
}

}  // namespace

TEST_CASE("Errors by configuration are means over seeds with Student's intervals, beside the thesis' figures",
          "[report][sections]") {
    const Report report = example();
    const Table& table = table_in(report, "errors", "errors_by_configuration");
    REQUIRE(table.rows.size() == 3);
    const auto number = [&](std::size_t row, std::size_t column) { return std::get<double>(table.rows[row][column]); };
    CHECK(std::get<std::string>(table.rows[0][0]) == "ReLU");
    CHECK(std::get<std::uint64_t>(table.rows[0][1]) == 2);
    CHECK(number(0, 2) == 0.125);
    const double half = 12.706204736 * 0.0625;  // t(0.975; 1) times the standard error
    CHECK(number(0, 3) == Approx(0.125 - half));
    CHECK(number(0, 4) == Approx(0.125 + half));
    CHECK(number(0, 5) == 0.875);
    CHECK(number(0, 6) == 0.25);
    CHECK(number(0, 9) == 0.0092);
    CHECK(number(0, 10) == 0.0);
    CHECK(std::get<std::string>(table.rows[1][0]) == "MixLU 1 % exact");
    CHECK(std::holds_alternative<std::monostate>(table.rows[1][3]));  // one seed
    CHECK(number(2, 2) == 0.5);
    CHECK(number(2, 9) == 0.0114);
    CHECK(number(2, 10) == 0.0036);

    const Panel& panel = figures_of(*section_of(report, "errors"), "errors_by_configuration").first().panels.front();
    CHECK(panel.y.categories == std::vector<std::string>{"MixLU 4 % exact", "MixLU 1 % exact", "ReLU"});
    CHECK_THAT(figures_of(*section_of(report, "errors"), "errors_by_configuration").first().summary,
               Contains("Lowest mean test error: 12.50 % (ReLU); highest: 50.00 % (MixLU 4 % exact)"));
    for (const Series& series : panel.series) {
        if (series.name != "ReLU: mean") continue;
        CHECK(series.y.front() == 2);
        CHECK(series.low.front() == 0.0);  // an error is not below 0
        CHECK(series.high.front() == Approx(0.125 + half));
    }
}

TEST_CASE("Errors by run name the epoch of the lowest test error", "[report][sections]") {
    const Report report = example();
    const Table& table = table_in(report, "errors", "errors_by_run");
    CHECK(row_of(table, 0) == "relu-0,ReLU,2,0.25,,0.0625,0.9375,0.5,0.0625,2");
    CHECK(row_of(table, 3) == "four,MixLU 4 % exact,2,0.3125,,0.5,0.5,0.5,0.25,1");
}

TEST_CASE("Overfitting is test less training error, its changes those over the row above", "[report][sections]") {
    const Report report = example();
    const Table& table = table_in(report, "curves", "overfitting");
    CHECK(row_of(table, 0) == "ReLU,ours,0,0.125,0.25,-0.125,,,");
    CHECK(row_of(table, 1) == "MixLU 1 % exact,ours,1,0.1875,0.375,-0.1875,0.0625,0.125,0.5");
    CHECK(row_of(table, 2) == "MixLU 4 % exact,ours,4,0.5,0.3125,0.1875,0.3125,-0.0625,-5");
    CHECK_THAT(row_of(table, 3), Contains("ReLU,\"thesis, Table 7\",0,0.0092,0,0.0092,,,"));
    CHECK(table.rows.size() == 3 + 11);
}

TEST_CASE("The first epochs stand beside the thesis' Table 8", "[report][sections]") {
    const Report report = example();
    const Table& table = table_in(report, "curves", "first_epochs");
    CHECK(row_of(table, 0) == "ReLU,ours,0.375,0.125,,,,,,,");
    CHECK(row_of(table, 3) == "ReLU,\"thesis, Table 8\",0.0207,0.0154,0.0146,0.013,0.0118,0.0109,0.0113,0.0131,0.0103");
    CHECK(table.rows.size() == 3 + 2);
}

TEST_CASE("Curves have a panel a configuration, with the other means behind", "[report][sections]") {
    const Report report = example();
    const Figure& figure = figures_of(*section_of(report, "curves"), "training_curves").first();
    REQUIRE(figure.panels.size() == 3);
    const Panel& relu = figure.panels.front();
    REQUIRE(relu.series.size() == 2 + 4);
    CHECK(relu.series[0].look.paint == Paint::context);
    CHECK(relu.series[0].name == "MixLU 1 % exact: mean test error");
    CHECK(relu.series[2].name == "relu-0: test");
    CHECK(relu.series[2].x == std::vector<double>{1, 2});
    CHECK(relu.series[2].y == std::vector<double>{0.5, 0.0625});
    CHECK(relu.series[3].y == std::vector<double>{0.75, 0.25});
    CHECK(relu.series[3].look.dash == Dash::dashed);
    CHECK_THAT(figure.summary, Contains("lowest final test error is that of relu-0: 6.25 %, from 50.00 %"));
}

TEST_CASE("Simulations have no place among errors and curves", "[report][sections]") {
    const Report report =
        report_of({trained("relu", "0", "0", {0.5}, {0.75}), simulated_run("runs/song", weights_document())});
    CHECK(table_in(report, "errors", "errors_by_configuration").rows.size() == 1);
    CHECK(figures_of(*section_of(report, "curves"), "training_curves").first().panels.size() == 1);
    CHECK(table_in(report, "curves", "first_epochs").rows.size() == 1 + 2);
    for (const std::string& warning : section_of(report, "compared")->warnings)
        CHECK_THAT(warning, !Contains("numbers of epochs"));
}

TEST_CASE("Differences are those of a configuration's mean share to the reference, with their intervals",
          "[report][sections]") {
    const SummaryOptions options{.measure = GENERATE(Measure::magnitude, Measure::signed_weight)};
    const Report report = traced_example(options);
    const Table& by_run = table_in(report, "composition", "categories_event");
    const Table& table = table_in(report, "statistics", "differences");
    const Table& shares = table_in(report, "statistics", "shares_by_configuration");
    for (std::size_t category = 0; category < 6; ++category) {
        if (category == 4) continue;  // normal is what inverted is not
        const auto share = [&](std::size_t run) { return std::get<double>(by_run.rows[run][3 + category]); };
        const std::vector<double> relu{share(0), share(1)};
        const std::vector<double> mixlu{share(2), share(3)};
        const DifferenceEstimate expected = estimate_difference(relu, mixlu, 1);
        const auto& row = table.rows[category == 5 ? 4 : category];
        CHECK(std::get<std::string>(row[0]) == "MixLU 5 % exact");
        CHECK(std::get<double>(row[3]) == expected.difference);
        CHECK(std::get<double>(row[4]) == expected.bootstrap->low);
        CHECK(std::get<double>(row[5]) == expected.bootstrap->high);
        CHECK(std::get<double>(row[6]) == expected.welch->low);
        CHECK(std::get<double>(row[7]) == expected.welch->high);
        CHECK(std::get<double>(row[8]) == expected.hedges_g);
        const auto& of_relu = shares.rows[category == 5 ? 4 : category];
        CHECK(std::get<double>(of_relu[4]) == estimate_mean(relu).mean);
        CHECK(std::get<double>(of_relu[5]) == estimate_mean(relu).interval->low);
        CHECK(std::get<double>(of_relu[6]) == estimate_mean(relu).interval->high);
        CHECK(std::get<double>(of_relu[8]) ==
              Approx(std::get<double>(of_relu[4]) - std::get<double>(of_relu[7])).margin(1e-15));
    }
}

TEST_CASE("The tables of units and effects are the layers' state at the end", "[report][sections]") {
    const ReportInput input = traced_input({});
    const Report report = make_report(input);
    const TraceSummary summary = summarise(input.runs[0].trace->tally, {.grouping = {.layer = true}});
    const Table& table = table_in(report, "units", "units");
    REQUIRE(table.rows.size() == 4 * summary.layers.size());
    for (std::size_t layer = 0; layer < summary.layers.size(); ++layer) {
        const LayerState& state = summary.layers[layer];
        const auto& row = table.rows[layer];
        CHECK(std::get<std::string>(row[1]) == state.layer);
        CHECK(std::get<std::uint64_t>(row[3]) == state.dead_units);
        CHECK(std::get<std::uint64_t>(row[4]) == state.most_dead_units);
        CHECK(std::get<double>(row[6]) == state.biases.mean);
        CHECK(std::get<double>(row[8]) == state.biases.minimum);
        CHECK(std::get<double>(row[9]) == state.biases.maximum);
        CHECK(std::get<double>(row[10]) == summary.switches[layer].rate());
    }
    const Table& effects = table_in(report, "effects", "effects");
    const EffectCounts& counts = summary.effects.front().all_events;
    CHECK(std::get<std::uint64_t>(effects.rows[0][2]) == counts.total());
    CHECK(std::get<double>(effects.rows[0][4]) ==
          share_of(counts.excitatory_transmitter_opposite_receptor, counts.total()));
    CHECK(std::get<double>(effects.rows[0][5]) ==
          share_of(counts.inhibitory_transmitter_normal_receptor, counts.total()));
    CHECK(std::get<double>(effects.rows[0][7]) == share_of(counts.excitatory(), counts.total()));
}

TEST_CASE("The table of updates has what is outside the four", "[report][sections]") {
    const ReportInput input = traced_input({});
    const Report report = make_report(input);
    const CategoryTable counts =
        summarise(input.runs[0].trace->tally, {.levels = {Level::update}}).categories.back().counts;
    const auto& row = table_in(report, "composition", "categories_update").rows[0];
    CHECK(std::get<std::uint64_t>(row[2]) == counts.total());
    CHECK(std::get<std::uint64_t>(row[9]) == counts.unchanged);
    CHECK(std::get<std::uint64_t>(row[10]) == counts.untimed);
    CHECK(std::get<std::uint64_t>(row[11]) == counts.invalid);
    CHECK(counts.unchanged != counts.untimed);
}

TEST_CASE("Maps of units and quadrants begin at the top", "[report][sections]") {
    const ReportInput input = traced_input({});
    const Report report = make_report(input);
    const Tally& tally = input.runs[0].trace->tally;
    const FigureSet& units = figures_of(*section_of(report, "units"), "units");
    const Panel& map = units.figures[0].panels[0];  // first layer, inverted responses
    std::vector<std::uint64_t> responses(3);        // of unit 0
    for (const auto& [epoch, layers] : tally.epochs()) {
        for (std::size_t place = 0; place < 3; ++place) responses[place] += layers[0].unit_response[place];
    }
    const HeatCell& first = map.cells.front();
    CHECK(first.column == 0);
    CHECK(first.row + 1 == map.y.categories.size());
    CHECK(map.y.categories.back() == "0");
    CHECK(first.value == share_of(responses[0], responses[0] + responses[1] + responses[2]));

    const TraceSummary effects =
        summarise(input.details[0].timeline->tally, {.grouping = {.layer = true, .epoch = true}});
    const Panel& quadrant = figures_of(*section_of(report, "effects"), "quadrants").figures[0].panels[1];
    std::size_t compared = 0;
    for (const EffectRow& row : effects.effects) {
        if (!row.group.layer) continue;
        for (const HeatCell& cell : quadrant.cells) {
            if (cell.column != *row.group.epoch || quadrant.y.categories[cell.row] != *row.group.layer) continue;
            CHECK(cell.value ==
                  share_of(row.all_events.excitatory_transmitter_opposite_receptor, row.all_events.total()));
            ++compared;
        }
    }
    CHECK(compared == quadrant.cells.size());
    CHECK(quadrant.y.categories.back() == effects.layers.front().layer);
}

TEST_CASE("The largest bias is that of the largest size", "[report][sections]") {
    const ReportInput input = traced_input({});
    const Report report = make_report(input);
    const Figure& figure = figures_of(*section_of(report, "units"), "biases").figures[1];
    std::size_t negative = 0;
    for (const auto& [bin, layers] : input.details[0].timeline->tally.epochs()) {
        for (std::size_t layer = 0; layer < layers.size(); ++layer) {
            const Moments& biases = layers[layer].biases;
            CHECK(figure.panels[layer].series[0].y[bin] ==
                  std::max(std::abs(biases.minimum), std::abs(biases.maximum)));
            negative += -biases.minimum > biases.maximum ? 1 : 0;
        }
    }
    CHECK(negative > 0);
}

TEST_CASE("A window has timing to the right and change upwards", "[report][sections]") {
    ReportInput input = traced_input({});
    for (RunDetail& detail : input.details) detail.windows.resize(input.runs[0].trace->header.layers.size());
    WindowCounts& counts = input.details[0].windows[0].counts[1][0];  // summed timing, normal response
    for (int pair = 0; pair < 25; ++pair) counts.add(1e-3, 0.5, 1e-4);
    for (int pair = 0; pair < 30; ++pair) counts.add(-1e-3, 0.5, -1e-4);
    counts.add(1e-3, 0.5, -1e-6);
    const Report report = make_report(input);
    const Section& section = *section_of(report, "window");
    const Panel& map = figures_of(section, "window").figures[1].panels[0];
    const auto value_at = [&](const std::string& timing, const std::string& change) {
        for (const HeatCell& cell : map.cells) {
            if (map.x.categories[cell.column] == timing && map.y.categories[cell.row] == change) return cell.value;
        }
        return 0.0;
    };
    CHECK(value_at("1e-3", "1e-4") == 25);
    CHECK(value_at("-1e-3", "-1e-4") == 30);
    CHECK(value_at("1e-3", "-1e-6") == 1);
    CHECK(map.cells.size() == 3);
    CHECK(std::find(map.y.categories.begin(), map.y.categories.end(), "1e-4") >
          std::find(map.y.categories.begin(), map.y.categories.end(), "0"));
    const Figure& mean = figures_of(section, "mean_window").figures[2];  // summed timing, signed
    const Series& line = mean.panels[0].series[0];
    CHECK(line.y.front() == Approx(-1e-4));
    CHECK(line.y.back() == Approx((25 * 1e-4 - 1e-6) / 26));
    CHECK_THAT(mean.summary, Contains("in 1 of 1 configurations"));
}
