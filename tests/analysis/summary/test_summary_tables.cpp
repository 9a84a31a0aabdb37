#include <catch2/catch.hpp>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "analysis/summary/summary_csv.hpp"
#include "analysis/summary/summary_json.hpp"
#include "random_records.hpp"

using namespace stdpscope;
using namespace stdpscope::analysis;

namespace {

TraceSummary random_summary(const Grouping& grouping) {
    tests::RandomRecords random(77);
    Tally tally(tests::random_layers());
    for (std::uint64_t i = 0; i < 4; ++i) tally.add(random.record(tests::random_layers(), i, i + 1, i / 2));
    return summarise(tally, {.grouping = grouping});
}

std::vector<std::string> fields_of(const std::string& line) {
    std::vector<std::string> fields{""};
    for (const char character : line) {
        if (character == ',') {
            fields.emplace_back();
        } else {
            fields.back() += character;
        }
    }
    return fields;
}

}  // namespace

TEST_CASE("The JSON summary has the documented keys and the summary's numbers", "[analysis][summary][json]") {
    const TraceSummary summary = random_summary({.layer = true});
    const auto json = nlohmann::json::parse(json_of(summary).dump());
    CHECK(json["options"]["levels"] == nlohmann::json({"event", "update"}));
    CHECK(json["options"]["measure"] == "magnitude");
    CHECK(json["options"]["timing"] == "descent");
    CHECK(json["options"]["by"] == nlohmann::json({"layer"}));
    REQUIRE(json["categories"].size() == summary.categories.size());
    for (std::size_t i = 0; i < summary.categories.size(); ++i) {
        const auto& row = json["categories"][i];
        const CategoryTable& counts = summary.categories[i].counts;
        CHECK(row["counts"]["pre_post_potentiation"] == counts.count(Category::pre_post_potentiation));
        CHECK(row["counts"]["post_pre_depression"] == counts.count(Category::post_pre_depression));
        CHECK(row["shares"]["pre_post_depression"] == counts.share(Category::pre_post_depression));
        CHECK(row["total"] == counts.total());
        CHECK(row["inverted_share"] == counts.share(Response::inverted));
        CHECK(row["population"].is_null());
        CHECK(row["epoch"].is_null());
        CHECK(row.contains("no_pair") == (row["level"] == "event"));
        CHECK(row.contains("absolute_update") == (row["level"] == "update"));
    }
    CHECK(json["categories"][0]["layer"] == "conv1");
    CHECK(json["categories"][3]["layer"].is_null());
    CHECK(json["effects"][3]["firing_pairs"]["excitatory"] == summary.effects[3].firing_pairs.excitatory());
    CHECK(json["responses"][0]["all_events"]["inverted"] == summary.responses[0].all_events.inverted);
    CHECK(json["receptor_switches"][3]["rate"] == summary.switches[3].rate());
    CHECK(json["layers"][2]["weights"][1]["population"] == "neglu");
    CHECK(json["layers"][0]["biases"]["maximum"] == summary.layers[0].biases.maximum);
}

TEST_CASE("Numbers that are not finite are null in JSON", "[analysis][summary][json]") {
    const auto json = json_of(Moments{.mean = std::numeric_limits<double>::quiet_NaN()});
    CHECK(nlohmann::json::parse(json.dump())["mean"].is_null());
}

TEST_CASE("The CSV summary is a full table in long form", "[analysis][summary][csv]") {
    const TraceSummary summary = random_summary({.layer = true, .population = true, .epoch = true});
    std::ostringstream out;
    CsvWriter csv(out);
    write_summary_header(csv);
    write_summary(csv, "runs/a", summary);

    std::istringstream lines(out.str());
    std::string line;
    std::getline(lines, line);
    CHECK(line == "run,table,level,measure,timing,layer,population,epoch,quantity,value,share");
    std::map<std::string, std::string> value_of;
    double event_share_of_total = 0.0;
    while (std::getline(lines, line)) {
        const auto fields = fields_of(line);
        REQUIRE(fields.size() == 11);
        CHECK(fields[0] == "runs/a");
        const std::string key =
            fields[1] + "/" + fields[2] + "/" + fields[5] + "/" + fields[6] + "/" + fields[7] + "/" + fields[8];
        CHECK(value_of.count(key) == 0);
        value_of[key] = fields[9];
        const bool is_category = fields[8].rfind("pre_post", 0) == 0 || fields[8].rfind("post_pre", 0) == 0;
        if (fields[2] == "event" && fields[5].empty() && is_category) event_share_of_total += std::stod(fields[10]);
    }
    CHECK(event_share_of_total == Approx(1.0).epsilon(1e-12));
    for (const CategoryRow& row : summary.categories) {
        const std::string group = row.group.is_total() ? "///"
                                                       : "/" + *row.group.layer + "/" + *row.group.population + "/" +
                                                             std::to_string(*row.group.epoch);
        const std::string key = "categories/" + std::string(name_of(row.level)) + group + "/post_pre_potentiation";
        CHECK(value_of[key] == std::to_string(row.counts.count(Category::post_pre_potentiation)));
    }
    CHECK(value_of["receptor_switches/////switches"] == std::to_string(summary.switches.back().switches));
}
