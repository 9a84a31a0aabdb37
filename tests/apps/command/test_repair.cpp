#include <signal.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <thread>
#include <utility>
#include <variant>

#include "analysis/trace/run_folder.hpp"
#include "analysis/trace/segment_writer.hpp"
#include "analysis/trace/trace_reader.hpp"
#include "analysis/trace/trace_writer.hpp"
#include "tests/apps/command/recorded_runs.hpp"
#include "tests/apps/command/synthetic_run.hpp"
#include "tests/support/kept_rows.hpp"

using namespace stdpscope;
using namespace stdpscope::tests;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

/// Starts a training without end, kills it once rows are committed, and returns its folder.
std::filesystem::path killed_run(const TestFolder& folder) {
    const std::filesystem::path run = folder / "killed";
    const pid_t process = start_program(
        {"train", "--network", folder.write("net.toml", kSmallNetwork), "--data", "synthetic:600", "--epochs",
         "1000000", "--trace", "samples", "--set", "trace.record_every=3", "--out", run.string()},
        {}, folder.path());
    const auto committed = [&]() -> std::uint64_t {
        try {
            return analysis::TraceReader(run).records();
        } catch (const std::exception&) {
            return 0;  // not there yet
        }
    };
    while (committed() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    REQUIRE(kill(process, SIGKILL) == 0);
    REQUIRE(finish_program(process, folder.path()).exit_code == 128 + SIGKILL);
    return run;
}

std::map<std::string, std::string> files_of(const std::filesystem::path& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        files[entry.path().filename().string()] = read_file(entry.path());
    }
    return files;
}

/// The rows of the first `records` records with the sampled steps that belong to them, as text.
std::string rows_of(const std::filesystem::path& run, std::uint64_t records) {
    const analysis::TraceReader trace(run);
    std::string text;
    const auto add = [&](const auto& values) {
        for (const auto& value : values) text += std::to_string(value) + ' ';
    };
    std::uint64_t seen = 0;
    std::uint64_t end_step = 0;
    trace.for_each_record([&](const analysis::Record& record) {
        if (seen++ >= records) return;
        end_step = record.end_step;
        text += std::to_string(record.first_step) + ' ' + std::to_string(record.samples) + '\n';
        for (const analysis::LayerRecord& layer : record.layers) {
            for (const analysis::EventCounts& events : layer.events) add(events.histogram);
            for (const analysis::UpdateCounts& updates : layer.updates) {
                add(updates.histogram);
                add(updates.absolute_update);
                text += std::to_string(updates.weights.mean) + '\n';
            }
            add(layer.unit_response);
        }
    });
    trace.for_each_sampled_step([&](const analysis::SampledStep& step) {
        if (step.place.step >= end_step) return;
        text += std::to_string(step.place.step) + '\n';
        for (const analysis::SampledLayer& layer : step.layers) {
            add(layer.weight);
            add(layer.weight_update);
            add(layer.loss_derivative);
        }
    });
    return text;
}

json tables_of(const std::filesystem::path& run) {
    const Outcome outcome = run_program({"analyze", run.string(), "--by", "layer,epoch", "--json"});
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == 0);
    json document = json::parse(outcome.output)["runs"][0];
    document.erase("run");
    document["trace"].erase("complete");
    return document;
}

/// Writes the rows of a trace as one segment, with a commit after every two records.
void write_in_pairs(const std::filesystem::path& path, const analysis::TraceReader& trace) {
    KeptRows kept;
    trace.copy_to(kept);
    analysis::SegmentWriter segment(path, trace.header(), {});
    std::vector<analysis::TraceRow> together;
    int records = 0;
    for (analysis::TraceRow& row : kept.rows) {
        records += std::holds_alternative<analysis::Record>(row) ? 1 : 0;
        together.push_back(std::move(row));
        if (records < 2) continue;
        segment.append(std::exchange(together, {}));
        segment.commit();
        records = 0;
    }
    segment.finish();
}

}  // namespace

TEST_CASE("After kill -9 repair gives the committed rows as a run of its own", "[apps][repair]") {
    const TestFolder folder;
    const std::filesystem::path run = killed_run(folder);
    const auto before = files_of(run);
    const Outcome verified = run_program({"verify", run.string()});
    CHECK(verified.exit_code == 65);
    CHECK_THAT(verified.output, Contains("was not closed") && Contains("stdpscope repair"));

    const std::filesystem::path repaired = folder / "repaired";
    const Outcome outcome = run_program({"repair", run.string(), "--out", repaired.string()});
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == 0);
    CHECK(files_of(run) == before);
    const std::uint64_t records = analysis::TraceReader(run).records();
    CHECK(analysis::TraceReader(repaired).complete());
    CHECK(analysis::TraceReader(repaired).records() == records);
    CHECK(rows_of(repaired, records) == rows_of(run, records));
    CHECK(tables_of(repaired) == tables_of(run));
    CHECK(read_file(repaired / "metrics.csv") == read_file(run / "metrics.csv"));

    const json result = json::parse(read_file(repaired / "result.json"));
    CHECK(result["end"] == "unfinished");
    CHECK(result["repaired"]["from"] == run.string());
    CHECK(result["repaired"]["records"] == records);
    CHECK(result["repaired"]["committed_records"] == records);
    CHECK(run_program({"verify", repaired.string()}).exit_code == 0);

    const Outcome report =
        run_program({"report", repaired.string(), "--out", (folder / "report.html").string(), "--format", "json"});
    REQUIRE(report.exit_code == 0);
    CHECK_THAT(read_file(folder / "report.json"), Contains("was repaired"));
    CHECK(run_program({"repair", repaired.string(), "--out", (folder / "again").string()}).exit_code == 2);
}

TEST_CASE("repair keeps the records before the first that cannot be read", "[apps][repair]") {
    const TestFolder folder;
    const std::filesystem::path whole = trained_run(folder);
    const std::filesystem::path run = folder / "broken";
    std::filesystem::copy(whole, run);
    const std::filesystem::path trace = run / "trace-0001.h5";
    std::uint64_t kept = 0;
    SECTION("a bit of the sixth record is wrong") {
        double mean = 0.0;
        std::uint64_t index = 0;
        analysis::TraceReader(run).for_each_record([&](const analysis::Record& record) {
            if (index++ == 5) mean = record.layers[0].updates[0].weights.mean;
        });
        flip_byte(trace, place_of(trace, mean));
        kept = 5;
    }
    SECTION("the end is gone") {
        // Two records at a time, as a long run writes them, and not one dataset after the other.
        std::filesystem::remove(trace);
        write_in_pairs(trace, analysis::TraceReader(whole));
        REQUIRE(run_program({"verify", run.string()}).exit_code == 0);
        std::filesystem::resize_file(trace, std::filesystem::file_size(trace) * 7 / 8);
    }
    CHECK(run_program({"analyze", run.string()}).exit_code == 65);
    const std::filesystem::path repaired = folder / "repaired";
    const Outcome outcome = run_program({"repair", run.string(), "--out", repaired.string(), "--json"});
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == 0);
    const json document = json::parse(outcome.output);
    const auto records = document["records"].get<std::uint64_t>();
    CHECK(records > 0);
    CHECK(records < 8);
    if (kept > 0) CHECK(records == kept);
    CHECK(document["committed_records"] == 8);
    CHECK_THAT(document["damage"][0].get<std::string>(), Contains(trace.string()));
    CHECK(analysis::TraceReader(repaired).records() == records);
    CHECK(rows_of(repaired, records) == rows_of(whole, records));
    CHECK(run_program({"verify", repaired.string()}).exit_code == 0);
    CHECK(json::parse(read_file(repaired / "result.json"))["end"] == "finished");
}

TEST_CASE("A segment that is gone from the end or the middle is noticed, and what lies before it kept",
          "[apps][repair]") {
    const TestFolder folder;
    std::filesystem::path run = folder / "run";
    {
        // Segments of one record each, which no setting makes so small.
        const std::filesystem::path whole = trained_run(folder);
        const analysis::TraceReader trace(whole);
        analysis::TraceHeader header = trace.header();
        header.options.segment_bytes = 1;
        run = folder / "segments";
        std::filesystem::create_directory(run);
        for (const char* name : {"config.toml", "environment.json", "result.json", "metrics.csv", "weights.h5"}) {
            std::filesystem::copy_file(whole / name, run / name);
        }
        analysis::TraceWriter writer(run, header);
        trace.copy_to(writer);
        writer.close();
    }
    REQUIRE(analysis::find_segments(run).size() == 8);
    REQUIRE(run_program({"verify", run.string()}).exit_code == 0);
    const std::string rows = rows_of(run, 4);
    std::string named;
    SECTION("the last ones") {
        for (const char* name : {"trace-0005.h5", "trace-0006.h5", "trace-0007.h5", "trace-0008.h5"}) {
            std::filesystem::remove(run / name);
        }
        named = "run.h5";
    }
    SECTION("one in the middle") {
        std::filesystem::remove(run / "trace-0005.h5");
        named = "is segment 6 in place 5";
    }
    SECTION("one in the middle is damaged") {
        damage(run / "trace-0005.h5");
        named = "trace-0005.h5";
    }
    const Outcome verified = run_program({"verify", run.string()});
    CHECK(verified.exit_code == 65);
    CHECK_THAT(verified.output, Contains(named));
    const Outcome outcome = run_program({"repair", run.string(), "--out", folder / "repaired"});
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == 0);
    CHECK_THAT(outcome.output, Contains("4 of ") && Contains(named));
    CHECK(rows_of(folder / "repaired", 4) == rows);
    CHECK(run_program({"verify", folder / "repaired"}).exit_code == 0);
}

TEST_CASE("A simulation that was killed is repaired with its spikes", "[apps][repair]") {
    const TestFolder folder;
    const std::filesystem::path run = folder / "killed";
    const pid_t process = start_program({"simulate", "--protocol", "song2000", "--seconds", "100000", "--trace",
                                         "samples", "--set", "trace.record_every=1000", "--out", run.string()},
                                        {}, folder.path());
    const auto rows = [&] {
        try {
            const analysis::TraceReader trace(run);
            return trace.records() > 0 ? trace.event_rows() : std::vector<std::uint64_t>{0};
        } catch (const std::exception&) {
            return std::vector<std::uint64_t>{0};
        }
    };
    while (rows().front() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    REQUIRE(kill(process, SIGKILL) == 0);
    (void)finish_program(process, folder.path());
    const Outcome outcome = run_program({"repair", run.string(), "--out", folder / "repaired"});
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == 0);
    const analysis::TraceReader repaired(folder / "repaired");
    CHECK(repaired.event_rows() == rows());
    CHECK(repaired.records() == analysis::TraceReader(run).records());
    CHECK(rows_of(folder / "repaired", repaired.records()) == rows_of(run, repaired.records()));
    const Outcome verified = run_program({"verify", folder / "repaired"});
    INFO(verified.output);
    CHECK(verified.exit_code == 0);
}

TEST_CASE("repair refuses what it cannot repair and leaves nothing behind", "[apps][repair]") {
    const TestFolder folder;
    const std::filesystem::path run = trained_run(folder);
    const std::string out = folder / "out";
    SECTION("a run that is whole") {
        const Outcome outcome = run_program({"repair", run.string(), "--out", out});
        CHECK(outcome.exit_code == 2);
        CHECK_THAT(outcome.errors, Contains("its trace is whole"));
    }
    SECTION("a trace without anything to be read") {
        folder.write("run/trace-0001.h5", "no HDF5 at all");
        CHECK(run_program({"repair", run.string(), "--out", out}).exit_code == 65);
    }
    SECTION("no run") {
        CHECK(run_program({"repair", folder / "nowhere", "--out", out}).exit_code == 66);
    }
    SECTION("one segment") {
        CHECK(run_program({"repair", (run / "trace-0001.h5").string(), "--out", out}).exit_code == 2);
    }
    SECTION("no folder to write to") {
        CHECK(run_program({"repair", run.string()}).exit_code == 2);
    }
    SECTION("a run that is being written") {
        const analysis::RunFolderLock writer(run);
        const Outcome outcome = run_program({"repair", run.string(), "--out", out});
        CHECK(outcome.exit_code == 2);
        CHECK_THAT(outcome.errors, Contains("is being written by another process"));
        CHECK_THAT(run_program({"verify", run.string()}).output, Contains("(being written)"));
    }
    CHECK_FALSE(std::filesystem::exists(out));
    CHECK_FALSE(std::filesystem::exists(out + ".part"));
    SECTION("a folder that is there") {
        CHECK(run_program({"repair", run.string(), "--out", run.string()}).exit_code == 73);
    }
}

TEST_CASE("repair leaves out other files that cannot be read, and puts on record what it did", "[apps][repair]") {
    const TestFolder folder;
    const std::filesystem::path run = trained_run(folder);
    double mean = 0.0;
    std::uint64_t index = 0;
    analysis::TraceReader(run).for_each_record([&](const analysis::Record& record) {
        if (index++ == 5) mean = record.layers[0].updates[0].weights.mean;
    });
    flip_byte(run / "trace-0001.h5", place_of(run / "trace-0001.h5", mean));
    damage(run / "weights.h5");

    const std::filesystem::path repaired = folder / "repaired";
    const Outcome outcome = run_program({"repair", run.string(), "--out", repaired.string(), "--json"});
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == 0);
    const json told = json::parse(outcome.output);
    CHECK(told["command"] == "repair");
    CHECK(told["run"] == run.string());
    CHECK(told["folder"] == repaired.string());
    CHECK(told["records"] == 5);
    CHECK(told["committed_records"] == 8);
    CHECK(told["event_rows"] == 0);
    REQUIRE(told["damage"].size() == 1);
    CHECK_THAT(told["damage"][0].get<std::string>(), Contains("trace-0001.h5"));
    REQUIRE(told["left_out"].size() == 1);
    CHECK_THAT(told["left_out"][0].get<std::string>(), Contains("weights.h5"));
    CHECK_FALSE(std::filesystem::exists(repaired / "weights.h5"));
    CHECK(std::filesystem::exists(repaired / "metrics.csv"));
    const json kept = json::parse(read_file(repaired / "result.json"))["repaired"];
    for (const char* key :
         {"records", "committed_records", "event_rows", "committed_event_rows", "damage", "left_out"}) {
        INFO(key);
        CHECK(kept[key] == told[key]);
    }
    CHECK(kept["from"] == run.string());
}

TEST_CASE("repair counts the spikes and changes that it copied and those that were committed", "[apps][repair]") {
    const TestFolder folder;
    const std::filesystem::path run =
        simulate(folder, "run", {"--protocol", "song2000", "--seconds", "20", "--trace", "samples"});
    double time_ms = 0.0;
    analysis::TraceReader(run).for_each_event_rows(0, [&](const analysis::EventRows& rows) {
        const auto* times_ms = reinterpret_cast<const double*>(rows.columns[0].data());
        for (std::size_t k = 0; k < rows.rows && time_ms < 15e3; ++k) time_ms = times_ms[k];
    });
    REQUIRE(time_ms >= 15e3);
    flip_byte(run / "trace-0001.h5", place_of(run / "trace-0001.h5", time_ms));

    const std::filesystem::path repaired = folder / "repaired";
    const Outcome outcome = run_program({"repair", run.string(), "--out", repaired.string()});
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == 0);
    const json kept = json::parse(read_file(repaired / "result.json"))["repaired"];
    const std::vector<std::uint64_t> copied = analysis::TraceReader(repaired).event_rows();
    const auto rows = kept["event_rows"].get<std::uint64_t>();
    const auto committed = kept["committed_event_rows"].get<std::uint64_t>();
    CHECK(rows == std::accumulate(copied.begin(), copied.end(), std::uint64_t{0}));
    CHECK(rows > 0);
    CHECK(committed > rows);
    CHECK_THAT(outcome.output, Contains(std::to_string(rows) + " of " + std::to_string(committed) +
                                        " committed rows of spikes and changes copied"));
}

TEST_CASE("repair makes nothing of a run that was killed before its first record", "[apps][repair]") {
    const TestFolder folder;
    const std::filesystem::path run = trained_run(folder);
    const analysis::TraceHeader header = analysis::TraceReader(run).header();
    for (const char* name : {"trace-0001.h5", "run.h5", "weights.h5", "result.json"}) {
        std::filesystem::remove(run / name);
    }
    { const analysis::TraceWriter never_closed(run, header); }
    const Outcome outcome = run_program({"repair", run.string(), "--out", folder / "out"});
    CHECK(outcome.exit_code == 65);
    CHECK_THAT(outcome.errors, Contains("no committed record"));
    CHECK_FALSE(std::filesystem::exists(folder / "out"));
}
