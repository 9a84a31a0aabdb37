#include "analysis/summary/flat_settings.hpp"

#include <catch2/catch.hpp>

#include "analysis/trace/error.hpp"

using namespace stdpscope::analysis;

TEST_CASE("A configuration flattens to sorted full keys", "[analysis][settings]") {
    const auto settings = flat_settings(R"(
zeta = true
[training]
seed = 3
learning_rates = [0.05, 0.005]
[network]
name = "lenet"
[[network.layers]]
type = "dense"
units = 500
[[network.layers]]
type = "mixlu"
percent = 5.0
)",
                                        "config.toml");
    const std::vector<FlatSetting> want = {
        {"network.layers[0].type", "dense"},
        {"network.layers[0].units", "500"},
        {"network.layers[1].percent", "5"},
        {"network.layers[1].type", "mixlu"},
        {"network.name", "lenet"},
        {"training.learning_rates", "[0.05, 0.005]"},
        {"training.seed", "3"},
        {"zeta", "true"},
    };
    REQUIRE(settings.size() == want.size());
    for (std::size_t i = 0; i < want.size(); ++i) {
        CHECK(settings[i].key == want[i].key);
        CHECK(settings[i].value == want[i].value);
    }
}

TEST_CASE("A configuration that is not TOML is refused with source and line", "[analysis][settings]") {
    CHECK_THROWS_AS(flat_settings("a = 1\nb = = 2\n", "config.toml"), DamagedTrace);
    CHECK_THROWS_WITH(flat_settings("a = 1\nb = = 2\n", "run/config.toml"),
                      Catch::StartsWith("run/config.toml: line 2: "));
}

TEST_CASE("Only settings that differ are listed, missing ones without a value", "[analysis][settings]") {
    const std::vector<std::vector<FlatSetting>> runs = {
        {{"a", "1"}, {"b", "2"}, {"only_first", "x"}},
        {{"a", "1"}, {"b", "3"}},
        {{"a", "1"}, {"b", "2"}, {"last", "y"}},
    };
    const auto differences = differences_of(runs);
    REQUIRE(differences.size() == 3);
    CHECK(differences[0].key == "b");
    CHECK(differences[0].values == std::vector<std::optional<std::string>>{"2", "3", "2"});
    CHECK(differences[1].key == "last");
    CHECK(differences[1].values == std::vector<std::optional<std::string>>{std::nullopt, std::nullopt, "y"});
    CHECK(differences[2].key == "only_first");
    CHECK(differences[2].values == std::vector<std::optional<std::string>>{"x", std::nullopt, std::nullopt});
}

TEST_CASE("A single run differs in nothing", "[analysis][settings]") {
    const std::vector<std::vector<FlatSetting>> runs = {{{"a", "1"}}};
    CHECK(differences_of(runs).empty());
}
