#include <catch2/catch.hpp>

#include "apps/configuration/nearest_name.hpp"

using namespace stdpscope::apps;

TEST_CASE("edit_distance counts insertions, deletions, replacements and swaps of neighbours", "[apps][configuration]") {
    REQUIRE(edit_distance("", "") == 0);
    REQUIRE(edit_distance("", "abc") == 3);
    REQUIRE(edit_distance("abc", "") == 3);
    REQUIRE(edit_distance("epoch", "epochs") == 1);
    REQUIRE(edit_distance("epohcs", "epochs") == 1);
    REQUIRE(edit_distance("kitten", "sitting") == 3);
    REQUIRE(edit_distance("ca", "abc") == 3);  // a swapped pair is not edited again
}

TEST_CASE("nearest_name finds the closest name, and none where none is near", "[apps][configuration]") {
    const std::vector<std::string> names{"training.epochs", "training.seed", "trace.level"};
    REQUIRE(nearest_name("training.epoch", names) == "training.epochs");
    REQUIRE(nearest_name("trace.levle", names) == "trace.level");
    REQUIRE(nearest_name("zzz", names).empty());
    REQUIRE(nearest_name("anything", {}).empty());
    REQUIRE(nearest_hint("training.sed", names) == "; nearest is training.seed");
    REQUIRE(nearest_hint("zzz", names).empty());
}
