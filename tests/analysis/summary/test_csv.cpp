#include "analysis/summary/csv.hpp"

#include <catch2/catch.hpp>
#include <sstream>
#include <string>

using stdpscope::analysis::CsvWriter;

TEST_CASE("CSV quotes fields with commas, quotes and line breaks, and no others", "[analysis][csv]") {
    std::ostringstream out;
    CsvWriter csv(out);
    csv.row("plain", "a,b", "say \"x\"", "two\nlines", "");
    CHECK(out.str() == "plain,\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",\n");
}

TEST_CASE("CSV numbers read back to the same value", "[analysis][csv]") {
    std::ostringstream out;
    CsvWriter csv(out);
    csv.row(std::uint64_t{18446744073709551615U}, std::int64_t{-3}, 0.1, 0.1F, 1.0 / 3.0);
    CHECK(out.str() == "18446744073709551615,-3,0.1,0.1,0.3333333333333333\n");
    CHECK(std::stod("0.3333333333333333") == 1.0 / 3.0);
}

TEST_CASE("Each CSV row begins anew", "[analysis][csv]") {
    std::ostringstream out;
    CsvWriter csv(out);
    csv.row("a", "b");
    csv.field("c").field("d");
    csv.end_row();
    CHECK(out.str() == "a,b\nc,d\n");
}
