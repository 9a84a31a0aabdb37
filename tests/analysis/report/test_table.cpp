#include <catch2/catch.hpp>
#include <cmath>

#include "analysis/report/table.hpp"

using namespace stdpscope::analysis;
using Catch::Matchers::Contains;

namespace {

const Table kTable{.id = "t",
                   .caption = "Errors & <more>",
                   .columns = {{"run", "run"},
                               {"test_error", "test error", Format::percent},
                               {"change", "change", Format::points},
                               {"total", "total", Format::whole},
                               {"ratio", "ratio", Format::general}},
                   .rows = {{std::string("a_1, b"), 0.0123456, -0.001, std::uint64_t{1234567}, 0.5},
                            {std::string("<b>"), std::nan(""), 0.25, std::monostate{}, -INFINITY}}};

}  // namespace

TEST_CASE("CSV has ids and whole values, empty where there is none", "[report][table]") {
    CHECK(csv_of(kTable) ==
          "run,test_error,change,total,ratio\n\"a_1, b\",0.0123456,-0.001,1234567,0.5\n<b>,,0.25,,-inf\n");
}

TEST_CASE("LaTeX has booktabs rules, escaped text and minus signs", "[report][table]") {
    const std::string text = latex_of(kTable);
    CHECK_THAT(text, Contains("\\caption{Errors \\& \\textless{}more\\textgreater{}}") && Contains("\\toprule") &&
                         Contains("\\begin{tabular}{lrrrr}") && Contains("test error (\\%)") &&
                         Contains("a\\_1, b & 1.23 & $-$0.10 & 1,234,567 & 0.5 \\\\") && Contains("- & +25.00 & - &"));
}

TEST_CASE("HTML escapes text and names columns and rows", "[report][table]") {
    const std::string text = html_of(kTable);
    CHECK_THAT(text, Contains("<caption>Errors &amp; &lt;more&gt;</caption>") &&
                         Contains("<th scope=\"row\">&lt;b&gt;</th>") &&
                         Contains("<td class=\"number\">1,234,567</td>") &&
                         Contains("<th scope=\"col\" class=\"number\">change (points of %)</th>"));
    CHECK_THAT(text, !Contains("<b>"));
}

TEST_CASE("JSON keeps every digit, null for what is no number", "[report][table]") {
    const auto document = json_of(kTable);
    CHECK(document["rows"][0][1] == 0.0123456);
    CHECK(document["rows"][1][1].is_null());
    CHECK(document["rows"][1][3].is_null());
    CHECK(document["columns"][1]["id"] == "test_error");
}

TEST_CASE("Nothing is not negative", "[report][table]") {
    CHECK(text_of(Cell(-0.0), {"ratio", "ratio", Format::general}) == "0");
    CHECK(text_of(Cell(-0.0), {"change", "change", Format::points}) == "+0.00");
}
