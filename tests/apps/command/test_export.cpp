#include <catch2/catch.hpp>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "tests/analysis/summary/random_records.hpp"
#include "tests/apps/command/synthetic_run.hpp"
#include "tests/apps/program.hpp"

using namespace stdpscope;
using namespace stdpscope::tests;
using Catch::Matchers::Contains;

namespace {

using Row = std::map<std::string, std::string>;

/// The rows of a CSV file without quoted fields, each by the names of its columns.
std::vector<Row> rows_of(const std::filesystem::path& path) {
    const auto split = [](const std::string& line) {
        std::vector<std::string> fields{""};
        for (const char character : line) {
            if (character == ',') {
                fields.emplace_back();
            } else {
                fields.back() += character;
            }
        }
        return fields;
    };
    std::istringstream lines(read_file(path));
    std::string line;
    std::getline(lines, line);
    const auto names = split(line);
    std::vector<Row> rows;
    while (std::getline(lines, line)) {
        const auto fields = split(line);
        REQUIRE(fields.size() == names.size());
        Row row;
        for (std::size_t i = 0; i < names.size(); ++i) row[names[i]] = fields[i];
        rows.push_back(row);
    }
    return rows;
}

std::size_t axis(const std::string& sign) {
    return static_cast<std::size_t>(std::stoi(sign) + 1);
}

}  // namespace

TEST_CASE("export gives back every histogram cell of every record", "[apps][export]") {
    const TestFolder folder;
    const SyntheticRun run{.seed = 5, .records = 3, .level = analysis::TraceLevel::samples};
    write_run(folder / "run", run);
    const Outcome outcome = run_program({"export", folder / "run", "--csv", folder / "tables"});
    REQUIRE(outcome.exit_code == 0);
    CHECK(outcome.errors.empty());
    CHECK(folder.names() == std::vector<std::string>{"run", "tables"});

    const auto layers = random_layers();
    const std::vector<std::vector<std::string>> update_populations = {{"relu"}, {"mixlu"}, {"relu", "neglu"}};
    auto left = records_of(run);  // what the files have not told yet
    const auto layer_of = [&](const Row& row) {
        std::size_t index = 0;
        while (layers.at(index).name != row.at("layer")) ++index;
        return index;
    };
    const auto place_of = [](const std::vector<std::string>& names, const std::string& name) {
        return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
    };
    for (const Row& row : rows_of(folder / "tables/events.csv")) {
        auto& record = left.at(std::stoul(row.at("record")));
        CHECK(record.first_step == std::stoul(row.at("first_step")));
        const std::size_t layer = layer_of(row);
        auto& counts =
            record.layers[layer].events.at(place_of(layers[layer].populations, row.at("population"))).histogram;
        auto& cell =
            counts[((axis(row.at("transmitter")) * 3 + axis(row.at("receptor"))) * 3 + axis(row.at("timing"))) * 3 +
                   axis(row.at("response"))];
        CHECK(cell == std::stoull(row.at("count")));
        cell = 0;
    }
    for (const Row& row : rows_of(folder / "tables/updates.csv")) {
        auto& record = left.at(std::stoul(row.at("record")));
        const std::size_t layer = layer_of(row);
        auto& counts = record.layers[layer].updates.at(place_of(update_populations[layer], row.at("population")));
        const std::size_t cell = (axis(row.at("receptor")) * 3 + axis(row.at("timing"))) * 3 + axis(row.at("change"));
        CHECK(counts.histogram[cell] == std::stoull(row.at("count")));
        CHECK(counts.absolute_update[cell] == std::stod(row.at("absolute_update")));
        counts.histogram[cell] = 0;
    }
    for (const auto& record : left) {
        for (const auto& layer : record.layers) {
            for (const auto& events : layer.events) CHECK(events.histogram == analysis::EventCounts{}.histogram);
            for (const auto& updates : layer.updates) CHECK(updates.histogram == analysis::UpdateCounts{}.histogram);
        }
    }
}

TEST_CASE("export writes records, units, moments, samples and metrics", "[apps][export]") {
    const TestFolder folder;
    const SyntheticRun run{.seed = 6, .records = 2, .level = analysis::TraceLevel::samples};
    write_run(folder / "run", run);
    REQUIRE(run_program({"export", folder / "run", "--csv", (folder / "tables").string() + "/"}).exit_code == 0);
    const auto records = records_of(run);

    const auto record_rows = rows_of(folder / "tables/records.csv");
    REQUIRE(record_rows.size() == 2);
    CHECK(record_rows[1].at("end_step") == "20");
    CHECK(record_rows[1].at("samples") == "160");

    const auto units = rows_of(folder / "tables/units.csv");
    REQUIRE(units.size() == 2 * (4 + 2 + 7));
    CHECK(units[4].at("layer") == "conv2");
    CHECK(std::stoull(units[4].at("zero")) == records[0].layers[1].unit_response[1]);

    const auto moments = rows_of(folder / "tables/moments.csv");
    REQUIRE(moments.size() == 2 * (2 + 2 + 3));
    CHECK(moments[0].at("of") == "weights");
    CHECK(std::stod(moments[0].at("mean")) == records[0].layers[0].updates[0].weights.mean);
    CHECK(moments[1].at("of") == "biases");
    CHECK(std::stod(moments[1].at("maximum")) == records[0].layers[0].biases.maximum);

    std::uint64_t switches = 0;
    std::uint64_t dead = 0;
    for (const Row& row : rows_of(folder / "tables/other.csv")) {
        if (row.at("record") != "1" || row.at("layer") != "dense3") continue;
        if (row.at("quantity") == "receptor_switches") switches += std::stoull(row.at("value"));
        if (row.at("quantity") == "dead_units") dead += std::stoull(row.at("value"));
    }
    const auto& dense = records[1].layers[2];
    CHECK(switches == dense.updates[0].receptor_switches + dense.updates[1].receptor_switches);
    CHECK(dead == dense.dead_units);

    const auto samples = rows_of(folder / "tables/samples.csv");
    REQUIRE(samples.size() == 2 * 3 * 4);
    CHECK(samples[5].at("layer") == "conv2");
    CHECK(samples[5].at("weight") == "1.125");
    CHECK(std::stoul(samples[5].at("synapse")) ==
          std::stoul(samples[5].at("post")) + 2 * std::stoul(samples[5].at("pre")));
    // The synapses of a layer are drawn by its place in the network, not among the layers kept.
    const auto drawn = analysis::sampled_synapses(random_layers()[1], /*layer_index=*/3, run.seed, /*count=*/4);
    CHECK(std::stoul(samples[5].at("synapse")) == drawn.at(1));

    const auto metrics = rows_of(folder / "tables/metrics.csv");
    REQUIRE(metrics.size() == 2);
    CHECK(metrics[1].at("test_error") == "0.25");
    CHECK(rows_of(folder / "tables/layers.csv")[2].at("populations") == "relu neglu");
    CHECK_THAT(read_file(folder / "tables/README.txt"), Contains("events.csv") && Contains("samples.csv"));
}

TEST_CASE("export at level counts writes no samples", "[apps][export]") {
    const TestFolder folder;
    write_run(folder / "run", {});
    REQUIRE(run_program({"export", folder / "run", "--csv", folder / "tables"}).exit_code == 0);
    CHECK_FALSE(std::filesystem::exists(folder / "tables/samples.csv"));
}

TEST_CASE("export does not touch a folder that is there", "[apps][export]") {
    const TestFolder folder;
    write_run(folder / "run", {});
    folder.write("tables/precious.txt", "keep me");
    const Outcome outcome = run_program({"export", folder / "run", "--csv", folder / "tables"});
    CHECK(outcome.exit_code == 73);
    CHECK_THAT(outcome.errors, Contains("tables") && Contains("exists already"));
    CHECK(read_file(folder / "tables/precious.txt") == "keep me");
    CHECK(folder.names() == std::vector<std::string>{"run", "tables"});
}

TEST_CASE("export leaves nothing behind where it fails", "[apps][export]") {
    const TestFolder folder;
    write_run(folder / "run", {});
    damage(folder / "run/trace-0001.h5");
    CHECK(run_program({"export", folder / "run", "--csv", folder / "tables", "--time-limit", "2"}).exit_code == 65);
    CHECK(run_program({"export", folder / "nowhere", "--csv", folder / "tables"}).exit_code == 66);
    CHECK(run_program({"export", folder / "run"}).exit_code == 2);
    CHECK(folder.names() == std::vector<std::string>{"run"});
}

TEST_CASE("A trace larger than the memory allowed is analysed and exported", "[apps][export]") {
    const TestFolder folder;
    const Outcome trained =
        run_program({"train", "--network", "mlp", "--data", "synthetic:1000", "--epochs", "1", "--trace", "full",
                     "--set", "trace.updates_every=1", "--set", "trace.sample_every=1", "--out", folder / "run"});
    INFO(trained.errors);
    REQUIRE(trained.exit_code == 0);
    const std::string limit_gib = "0.02";
    const auto trace_bytes = static_cast<double>(std::filesystem::file_size(folder / "run/trace-0001.h5"));
    REQUIRE(trace_bytes > 2 * 0x1p30 * std::stod(limit_gib));

    const Outcome analyzed = run_program({"analyze", folder / "run", "--memory-limit", limit_gib});
    CHECK(analyzed.errors == "");
    CHECK(analyzed.exit_code == 0);
    const Outcome exported =
        run_program({"export", folder / "run", "--csv", folder / "tables", "--memory-limit", limit_gib});
    CHECK(exported.exit_code == 0);
    CHECK(rows_of(folder / "tables/samples.csv").size() == 10 * 3 * 256);
}
