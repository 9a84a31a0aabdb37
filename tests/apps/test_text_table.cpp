#include "apps/text_table.hpp"

#include <catch2/catch.hpp>
#include <limits>
#include <stdexcept>

using namespace stdpscope::apps;

TEST_CASE("A table aligns its columns and has no blanks at line ends", "[apps][table]") {
    TextTable table;
    table.add_column("name", TextTable::Align::left);
    table.add_column("some\ncount");
    table.add_row({"a", "1"});
    table.add_rule();
    table.add_row({"longer", "1,234"});
    table.add_row({"\u00e9"});
    CHECK(table.text() ==
          "           some\n"
          "  name    count\n"
          "  -------------\n"
          "  a           1\n"
          "  -------------\n"
          "  longer  1,234\n"
          "  \u00e9\n");
}

TEST_CASE("A row with more cells than columns is our own fault", "[apps][table]") {
    TextTable table;
    table.add_column("one");
    CHECK_THROWS_AS(table.add_row({"a", "b"}), std::logic_error);
}

TEST_CASE("Large counts are grouped or shortened", "[apps][table]") {
    CHECK(grouped(0) == "0");
    CHECK(grouped(999) == "999");
    CHECK(grouped(1000) == "1,000");
    CHECK(grouped(18446744073709551615U) == "18,446,744,073,709,551,615");
    CHECK(shortened(999'999) == "999,999");
    CHECK(shortened(1'000'000) == "1.000 M");
    CHECK(shortened(12'345'678) == "12.35 M");
    CHECK(shortened(123'456'789) == "123.5 M");
    CHECK(shortened(999'999'999) == "1.000 G");
    CHECK(shortened(18446744073709551615U) == "18.45 E");
}

TEST_CASE("Shares and their differences have two digits", "[apps][table]") {
    CHECK(percent(0.123456) == "12.35 %");
    CHECK(percent(1.0) == "100.00 %");
    CHECK(percent(std::numeric_limits<double>::quiet_NaN()) == "-");
    CHECK(signed_points(0.0125) == "+1.25");
    CHECK(signed_points(-0.25) == "-25.00");
    CHECK(signed_points(-1e-9) == "+0.00");
}

TEST_CASE("Sizes and numbers are short", "[apps][table]") {
    CHECK(byte_size(1023) == "1023 B");
    CHECK(byte_size(1536) == "1.5 KiB");
    CHECK(byte_size(std::uint64_t{4} << 30U) == "4.0 GiB");
    CHECK(rounded(0.000123456) == "0.0001235");
    CHECK(rounded(std::numeric_limits<double>::quiet_NaN()) == "-");
}
