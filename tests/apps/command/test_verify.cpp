#include <signal.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <cstring>
#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>
#include <variant>

#include "analysis/trace/run_folder.hpp"
#include "analysis/trace/segment_writer.hpp"
#include "analysis/trace/trace_reader.hpp"
#include "analysis/trace/trace_writer.hpp"
#include "analysis/verify/record_laws.hpp"
#include "tests/apps/command/synthetic_run.hpp"
#include "tests/apps/program.hpp"

using namespace stdpscope;
using namespace stdpscope::tests;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

/// Trains the small network on 600 synthetic images: 24 steps in two epochs.
std::filesystem::path train(const TestFolder& folder, const std::string& run, std::vector<std::string> more = {}) {
    std::vector<std::string> arguments{"train",
                                       "--network",
                                       folder.write("net.toml", kSmallNetwork),
                                       "--data",
                                       "synthetic:600",
                                       "--out",
                                       (folder / run).string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = run_program(arguments);
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == 0);
    return folder / run;
}

const std::vector<std::string> kEverything{
    "--trace", "full", "--set", "trace.record_every=3", "--set", "trace.sample_every=1"};

/// The trained run that each test takes a copy of.
std::filesystem::path trained_run(const TestFolder& folder) {
    static const TestFolder once;
    static const std::filesystem::path run = train(once, "run", kEverything);
    std::filesystem::copy(run, folder / "run");
    return folder / "run";
}

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

void flip_byte(const std::filesystem::path& path, std::uint64_t place) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(place));
    const char value = static_cast<char>(file.get() ^ 0x5a);
    file.seekp(static_cast<std::streamoff>(place));
    file.put(value);
}

/// Where in the file the last occurrence of a value's bytes lies.
std::uint64_t place_of(const std::filesystem::path& path, double value) {
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    const std::size_t place = read_file(path).rfind(bytes);
    REQUIRE(place != std::string::npos);
    return place;
}

}  // namespace

TEST_CASE("verify finds nothing wrong with what train and simulate wrote", "[apps][verify]") {
    const TestFolder folder;
    std::vector<std::string> runs{trained_run(folder).string(),
                                  train(folder, "mixlu", {"--neglu", "30", "--trace", "planes"}).string(),
                                  train(folder, "untraced", {"--trace", "off"}).string(),
                                  train(folder, "diverged", {"--set", "training.learning_rate=1e30"}).string()};
    const std::vector<std::vector<std::string>> simulations{
        {"--protocol", "pairing", "--trace", "full"},
        {"--protocol", "song2000", "--seconds", "3", "--trace", "full"},
        {"--protocol", "vogels-abbott", "--seconds", "0.1", "--trace", "samples"}};
    for (const auto& simulation : simulations) {
        std::vector<std::string> arguments{"simulate", "--out", (folder / simulation[1]).string()};
        arguments.insert(arguments.end(), simulation.begin(), simulation.end());
        REQUIRE(run_program(arguments).exit_code == 0);
        runs.push_back((folder / simulation[1]).string());
    }
    std::vector<std::string> arguments{"verify"};
    arguments.insert(arguments.end(), runs.begin(), runs.end());
    const Outcome outcome = run_program(arguments);
    INFO(outcome.output);
    CHECK(outcome.exit_code == 0);
    CHECK(outcome.errors == "");
    for (const std::string& run : runs) CHECK_THAT(outcome.output, Contains(run + ": holds\n"));

    arguments.emplace_back("--json");
    const json document = json::parse(run_program(arguments).output);
    REQUIRE(document["runs"].size() == runs.size());
    CHECK(document["runs"][0]["holds"] == true);
    CHECK(document["runs"][0]["checks"].size() == 8);
}

TEST_CASE("verify reads a single segment, and says where there is no run", "[apps][verify]") {
    const TestFolder folder;
    const std::filesystem::path segment = trained_run(folder) / "trace-0001.h5";
    CHECK(run_program({"verify", segment.string()}).exit_code == 0);
    CHECK(run_program({"verify", folder / "nowhere"}).exit_code == 66);
    CHECK(run_program({"verify", folder.path().string()}).exit_code == 66);
    CHECK(run_program({"verify"}).exit_code == 2);
}

namespace {

/// The sum of |update| of a cell in which updates were counted that changed their weights.
double& counted_sum(analysis::Record& record) {
    analysis::UpdateCounts& updates = record.layers[1].updates[0];
    std::size_t cell = 0;
    while (cell % 3 == 1 || updates.histogram.at(cell) == 0) ++cell;
    return updates.absolute_update[cell];
}

}  // namespace

TEST_CASE("Every law of records notices what breaks it", "[analysis][verify]") {
    using analysis::Record;
    const TestFolder folder;
    const analysis::TraceReader trace(trained_run(folder));
    const auto faults_with = [&](const std::function<void(Record&)>& tamper) {
        analysis::Check check("records");
        analysis::RecordLaws laws(trace.header(), analysis::Values::finite, check);
        std::uint64_t index = 0;
        trace.for_each_record([&](Record record) {
            if (index++ == 2) tamper(record);
            laws.look_at(record);
        });
        std::string text;
        for (const std::string& fault : check.faults) text += fault + "\n";
        return text;
    };
    REQUIRE(faults_with([](Record&) {}) == "");
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<std::pair<std::function<void(Record&)>, std::string>> tampers{
        {[](Record& record) { ++record.first_step; }, "record 2: first_step = 7 must be 6"},
        {[](Record& record) { ++record.end_step; }, "record 3: first_step = 9 must be 10"},
        {[](Record& record) { record.epoch = 2; }, "record 2: epoch = 2 must be"},
        {[](Record& record) { record.epoch = 1; },
         "record 2: epoch = 1 must be that of its steps 6 to 8 of 12 an epoch"},
        {[](Record& record) { record.samples -= 50; }, "record 2: samples = 100 must be those of 3 batches of 50"},
        {[](Record& record) { record.learning_rate = 0.5; }, "record 2: learning_rate = 0.5"},
        {[](Record& record) { record.learning_rate = kNan; }, "learning_rate must be finite"},
        {[](Record& record) { ++record.layers[0].events[0].histogram[5]; }, "record 2, layer hidden: events = "},
        {[](Record& record) { ++record.layers[1].events[0].invalid; }, "record 2, layer output: events = "},
        {[](Record& record) { ++record.layers[0].updates[0].histogram[4]; }, "layer hidden: updates = "},
        {[](Record& record) { ++record.layers[0].updates[0].untimed; }, "layer hidden: updates = "},
        {[](Record& record) { ++record.layers[0].unit_response[0]; }, "units/response of unit 0 = 151 must be 150"},
        {[](Record& record) {
             auto& cells = record.layers[1].events[0].histogram;
             for (std::size_t cell = 0; cell < cells.size(); cell += 3) std::swap(cells[cell + 1], cells[cell + 2]);
         },
         "layer output: events of response 0 = "},
        {[](Record& record) {
             auto& cells = record.layers[1].updates[0].histogram;
             for (std::size_t cell = 0; cell < 9; ++cell) std::swap(cells[cell], cells[cell + 18]);
             auto& sums = record.layers[1].updates[0].absolute_update;
             for (std::size_t cell = 0; cell < 9; ++cell) std::swap(sums[cell], sums[cell + 18]);
         },
         "layer output: events of receptor - = "},
        {[](Record& record) { record.layers[0].updates[0].absolute_update[1] = 1.0; }, "unchanged updates must be 0"},
        {[](Record& record) { counted_sum(record) = -1.0; }, "updates must be >= 0"},
        {[](Record& record) { counted_sum(record) = std::numeric_limits<double>::infinity(); }, "must be finite"},
        {[](Record& record) { record.layers[0].updates[0].receptor_switches = 1U << 30U; }, "receptor_switches = "},
        {[](Record& record) { record.layers[0].updates[0].weights.mean = kNan; }, "moments of weights must be finite"},
        {[](Record& record) { record.layers[0].updates[0].weights.mean = 1e3; }, "moments of weights must be in order"},
        {[](Record& record) { record.layers[0].biases.mean = kNan; }, "moments of biases must be finite"},
        {[](Record& record) { ++record.layers[0].dead_units; }, "units/dead_units = "}};
    for (const auto& [tamper, wanted] : tampers) CHECK_THAT(faults_with(tamper), Contains(wanted));
}

TEST_CASE("verify names the counts that do not fit together", "[apps][verify]") {
    // Random records have every shape right and fulfil no law.
    const TestFolder folder;
    write_run(folder / "run", {});
    const Outcome outcome = run_program({"verify", folder / "run"});
    CHECK(outcome.exit_code == 65);
    CHECK_THAT(outcome.output, Contains("records") && Contains("layer conv2: events = ") && Contains("faults"));
    CHECK_THAT(outcome.errors, Contains("stdpscope verify: ") && Contains("faults"));
}

TEST_CASE("verify names the file of a run that is damaged or does not fit", "[apps][verify]") {
    const TestFolder folder;
    const std::filesystem::path run = trained_run(folder);
    std::string named;
    SECTION("a bit of a row of the trace") {
        double mean = 0.0;
        analysis::TraceReader(run).for_each_record(
            [&](const analysis::Record& record) { mean = record.layers[0].updates[0].weights.mean; });
        flip_byte(run / "trace-0001.h5", place_of(run / "trace-0001.h5", mean));
        named = "trace: " + (run / "trace-0001.h5").string() + ": ";
    }
    SECTION("a truncated trace") {
        std::filesystem::resize_file(run / "trace-0001.h5", std::filesystem::file_size(run / "trace-0001.h5") - 1000);
        named = "trace: " + (run / "trace-0001.h5").string() + ": ";
    }
    SECTION("run.h5 is gone") {
        std::filesystem::remove(run / "run.h5");
        named = "trace: " + (run / "run.h5").string() + ": no such file";
    }
    SECTION("weights of another run") {
        const std::filesystem::path other = train(folder, "other", {"--seed", "7"});
        std::filesystem::copy_file(other / "weights.h5", run / "weights.h5",
                                   std::filesystem::copy_options::overwrite_existing);
        named = "weights.h5: layer hidden: values from ";
    }
    SECTION("weights.h5 is gone") {
        std::filesystem::remove(run / "weights.h5");
        named = "weights.h5: " + (run / "weights.h5").string() + ": no such file";
    }
    SECTION("a line of metrics.csv is gone") {
        const std::string text = read_file(run / "metrics.csv");
        folder.write("run/metrics.csv", text.substr(0, text.rfind('\n', text.size() - 2) + 1));
        named = "metrics.csv: has 1 epochs, must have those of result.json: 2";
    }
    SECTION("another learning rate in metrics.csv") {
        std::string text = read_file(run / "metrics.csv");
        text.replace(text.find("\n0,0.001,"), 9, "\n0,0.002,");
        folder.write("run/metrics.csv", text);
        named = "records: epoch 0: learning_rate = 0.001 must be that of metrics.csv, 0.002";
    }
    SECTION("result.json of a longer run") {
        json result = json::parse(read_file(run / "result.json"));
        result["steps"] = 36;
        folder.write("run/result.json", result.dump());
        named = "records: end at step 24, must end at 36";
    }
    SECTION("no result.json") {
        std::filesystem::remove(run / "result.json");
        named = "result.json: " + (run / "result.json").string() + ": no end of the run";
    }
    SECTION("a configuration that is no TOML") {
        folder.write("run/config.toml", "[training\n");
        named = "config.toml: " + (run / "config.toml").string();
    }
    const Outcome outcome = run_program({"verify", run.string()});
    INFO(outcome.output);
    CHECK(outcome.exit_code == 65);
    CHECK_THAT(outcome.output, Contains(named));
}

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

namespace {

/// Rows as a segment takes them.
struct KeptRows : analysis::RecordSink {
    void append(analysis::Record row) override { rows.emplace_back(std::move(row)); }
    void append(analysis::SampledStep row) override { rows.emplace_back(std::move(row)); }
    void append(analysis::PlanesStep row) override { rows.emplace_back(std::move(row)); }
    void append(analysis::UpdatesStep row) override { rows.emplace_back(std::move(row)); }
    std::vector<analysis::TraceRow> rows;
};

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
