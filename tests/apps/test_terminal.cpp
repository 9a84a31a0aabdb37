#include <catch2/catch.hpp>

#include <limits>

#include "apps/terminal.hpp"

using namespace stdpscope::apps;

TEST_CASE("bar fills from left to right", "[apps][terminal]") {
    REQUIRE(bar(0.0, 4) == "----");
    REQUIRE(bar(0.5, 4) == "##--");
    REQUIRE(bar(1.0, 4) == "####");
    REQUIRE(bar(7.0, 4) == "####");
    REQUIRE(bar(-1.0, 4) == "----");
}

TEST_CASE("duration_text rounds up and knows what it does not know", "[apps][terminal]") {
    REQUIRE(duration_text(0.0) == "0 s");
    REQUIRE(duration_text(41.2) == "42 s");
    REQUIRE(duration_text(59.5) == "1 min 00 s");
    REQUIRE(duration_text(187) == "3 min 07 s");
    REQUIRE(duration_text(7500) == "2 h 05 min");
    REQUIRE(duration_text(-1) == "?");
    REQUIRE(duration_text(std::numeric_limits<double>::quiet_NaN()) == "?");
    REQUIRE(duration_text(std::numeric_limits<double>::infinity()) == "?");
}
