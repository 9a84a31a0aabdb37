#include <sys/wait.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <string>

#include "analysis/trace/run_folder.hpp"
#include "tests/analysis/trace/random_trace.hpp"
#include "tests/analysis/trace/temporary_folder.hpp"

/// What the writer writes is proven with readers that are not ours: h5py and h5dump.
using namespace stdpscope;
using analysis::TraceHeader;
using analysis::TraceLevel;

namespace {

struct Output {
    int exit_code = 0;
    std::string text;
};

/// Runs a shell command; its standard output and error together.
Output run(const std::string& command) {
    Output output;
    std::FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::array<char, 4096> buffer{};
    for (std::size_t read = 0; (read = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
        output.text.append(buffer.data(), read);
    }
    const int status = ::pclose(pipe);
    output.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return output;
}

/// A trace of several segments whose first rows hold what check_trace.py looks for.
void write_known_trace(const std::filesystem::path& folder, const TraceHeader& header, std::uint64_t records) {
    analysis::TraceWriter writer(folder, header);
    analysis::Record known = tests::random_record(header, 0);
    for (analysis::EventCounts& counts : known.layers[0].events) counts.histogram = {};
    known.layers[0].events[1].histogram[analysis::EventCounts::place(2, 1, 0, 2)] = 12345;
    for (analysis::UpdateCounts& counts : known.layers[1].updates) counts.histogram = {};
    known.layers[1].updates[1].histogram[analysis::UpdateCounts::place(0, 2, 1)] = 777;
    known.layers[2].unit_response = {1, 2, 3, 4, 5, 6};
    if (header.options.level >= TraceLevel::full) {
        analysis::UpdatesStep updates = tests::random_updates_step(header, 0);
        // (2 post x 3 pre): 11 12 13 / 21 22 23, column by column.
        updates.weight_update[2] = {11, 21, 12, 22, 13, 23};
        writer.append(updates);
    }
    writer.append(known);
    for (std::uint64_t index = 1; index < records; ++index) tests::append_interval(writer, header, index);
    writer.close();
}

}  // namespace

TEST_CASE("h5py and h5dump read every level by the rules of the schema", "[analysis][trace]") {
    const auto [level, name] = GENERATE(table<TraceLevel, std::string>({{TraceLevel::counts, "counts"},
                                                                        {TraceLevel::samples, "samples"},
                                                                        {TraceLevel::planes, "planes"},
                                                                        {TraceLevel::full, "full"}}));
    const tests::TemporaryFolder folder;
    TraceHeader header = tests::random_header(level);
    header.options.segment_bytes = 1;
    constexpr int kRecords = 3;
    write_known_trace(folder.path(), header, kRecords);

    SECTION("h5py, also after the folder has moved") {
        const std::filesystem::path moved = folder.path() / "moved" / "elsewhere";
        std::filesystem::create_directories(moved);
        for (const auto& segment : analysis::find_segments(folder.path())) {
            std::filesystem::rename(segment.path, moved / segment.path.filename());
        }
        std::filesystem::rename(folder.path() / "run.h5", moved / "run.h5");
        const Output output =
            run("cd / && /usr/bin/python3 " STDPSCOPE_SOURCE_DIR "/tests/analysis/trace/check_trace.py " +
                moved.string() + " " + name + " " + std::to_string(kRecords));
        INFO(output.text);
        REQUIRE(output.exit_code == 0);
    }
    SECTION("h5dump") {
        for (const char* file : {"trace-0001.h5", "run.h5"}) {
            const Output output = run("h5dump -H " + (folder.path() / file).string());
            INFO(output.text);
            REQUIRE(output.exit_code == 0);
            REQUIRE_THAT(output.text, Catch::Matchers::Contains("DATASET \"histogram\""));
        }
    }
}
