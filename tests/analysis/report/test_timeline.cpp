#include <algorithm>
#include <catch2/catch.hpp>

#include "analysis/report/report.hpp"
#include "tests/analysis/summary/random_records.hpp"
#include "tests/analysis/trace/temporary_folder.hpp"
#include "tests/apps/command/synthetic_run.hpp"

using namespace stdpscope;
using namespace stdpscope::analysis;

namespace {

struct ReadRun {
    RunSummary summary;
    RunDetail detail;
};

ReadRun read(const tests::SyntheticRun& run) {
    const tests::TemporaryFolder folder;
    tests::write_run(folder.path() / "run", run);
    ReadRun result;
    result.summary = read_run(folder.path() / "run", [] {});
    result.detail = read_detail(result.summary, {}, [] {});
    return result;
}

}  // namespace

TEST_CASE("The bins of a timeline hold together what the run holds", "[report][timeline]") {
    const std::uint64_t records = GENERATE(1, 5, 59, 61, 250, 700);
    const ReadRun run = read({.records = records, .test_errors = {}});
    const Timeline& timeline = *run.detail.timeline;
    CHECK(timeline.ends.size() <= Timeline::kMostBins);
    CHECK(timeline.ends.size() == timeline.tally.epochs().size());
    CHECK(timeline.ends.back() == static_cast<double>(records) / 2.0);
    CHECK(std::is_sorted(timeline.ends.begin(), timeline.ends.end()));
    for (const Level level : {Level::event, Level::update}) {
        const CategoryTable whole = summarise(run.summary.trace->tally, {.levels = {level}}).categories.back().counts;
        const CategoryTable bins = summarise(timeline.tally, {.levels = {level}}).categories.back().counts;
        CHECK(whole.counts == bins.counts);
        CHECK(whole.total() > 0);
    }
}

TEST_CASE("Short runs have a bin a record, long ones whole epochs", "[report][timeline]") {
    CHECK(read({.records = 5}).detail.timeline->ends == std::vector<double>{0.5, 1.0, 1.5, 2.0, 2.5});
    const ReadRun run = read({.records = 80});
    CHECK(run.detail.timeline->ends.size() == 40);
    CHECK(run.detail.timeline->ends.front() == 1.0);
}

TEST_CASE("Units' responses are summed over the records", "[report][timeline]") {
    const tests::SyntheticRun description{.records = 3};
    const ReadRun run = read(description);
    std::uint64_t expected = 0;
    for (const Record& record : tests::records_of(description)) expected += record.layers[2].unit_response[5];
    std::uint64_t found = 0;
    for (const auto& [epoch, layers] : run.summary.trace->tally.epochs()) found += layers[2].unit_response[5];
    CHECK(found == expected);
}

TEST_CASE("A trace without a record has no timeline", "[report][timeline]") {
    CHECK_FALSE(read({.records = 0}).detail.timeline);
    CHECK_FALSE(read({.level = TraceLevel::off}).detail.timeline);
}

TEST_CASE("Decade bins meet at powers of ten and mirror", "[report][window]") {
    CHECK(kTimingBins.bin_of(0.0) == SignedDecades::kZero);
    CHECK(kTimingBins.bin_of(1e-9) == SignedDecades::kZero);
    CHECK(kTimingBins.bin_of(1.01e-8) == SignedDecades::kZero + 1);
    CHECK(kTimingBins.bin_of(3.2e-8) == SignedDecades::kZero + 2);
    CHECK(kTimingBins.bin_of(-1.01e-7) == SignedDecades::kZero - 3);
    CHECK(kTimingBins.bin_of(1e9) == SignedDecades::kBins - 1);
    CHECK(kTimingBins.bin_of(-INFINITY) == 0);
    CHECK(kTimingBins.name_of(SignedDecades::kZero - 3) == "-1e-7");
}

TEST_CASE("A window counts firing pairs alone, by timing, change and response", "[report][window]") {
    const ReadRun run = read({.records = 5, .level = TraceLevel::samples});
    REQUIRE(run.detail.windows.size() == 3);
    // Synapse i of layer l has activation = loss derivative = l + i / 8 and derivative 1 (synthetic_run.cpp): of layer
    // 0 synapse 0 is no pair. -D < 0: all timings are negative.
    CHECK(run.detail.windows[0].at(WindowTiming::pair, Response::normal).total() == 5 * 3);
    CHECK(run.detail.windows[1].at(WindowTiming::pair, Response::normal).total() == 5 * 4);
    CHECK(run.detail.windows[1].at(WindowTiming::pair, Response::inverted).total() == 0);
    const WindowCounts& counts = run.detail.windows[1].at(WindowTiming::pair, Response::normal);
    CHECK(counts.pairs[kTimingBins.bin_of(-1.1)] == 5 * 4);
    // weight w > 0 and update -w: the magnitude falls by w.
    CHECK(counts.sum(Measure::magnitude)[kTimingBins.bin_of(-1.1)] == -5 * (1.0 + 1.125 + 1.25 + 1.375));
    CHECK(counts.sum(Measure::signed_weight)[kTimingBins.bin_of(-1.1)] == -5 * (1.0 + 1.125 + 1.25 + 1.375));
    CHECK(run.detail.windows[1].at(WindowTiming::batch, Response::normal).pairs[kTimingBins.bin_of(1.1)] == 5 * 4);
}
