#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <thread>

#include "analysis/trace/durable_file.hpp"
#include "analysis/trace/error.hpp"
#include "analysis/trace/hdf5/dataset.hpp"
#include "analysis/trace/hdf5/file.hpp"
#include "analysis/trace/run_folder.hpp"
#include "analysis/trace/segment_writer.hpp"
#include "tests/analysis/trace/random_trace.hpp"
#include "tests/analysis/trace/temporary_folder.hpp"
#include "tests/support/kept_rows.hpp"

using namespace stdpscope;
using analysis::TraceHeader;
using analysis::TraceLevel;
using analysis::TraceReader;
using analysis::TraceWriter;

namespace {

/// Runs `work` in a process of its own; its wait status.
int status_of_child(const std::function<int()>& work) {
    const pid_t child = ::fork();
    if (child == 0) {
        int code = 99;
        try {
            code = work();
        } catch (...) {
        }
        ::_exit(code);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
}

std::vector<analysis::TraceRow> intervals(const TraceHeader& header, std::uint64_t first, std::uint64_t end) {
    tests::KeptRows kept;
    for (std::uint64_t index = first; index < end; ++index) tests::append_interval(kept, header, index);
    return std::move(kept.rows);
}

}  // namespace

TEST_CASE("After kill -9 the committed rows are there, and they alone", "[analysis][trace][crash]") {
    const tests::TemporaryFolder folder;
    const TraceHeader header = tests::random_header(TraceLevel::full);
    const std::uint64_t committed = GENERATE(0, 1, 5);
    const int status = status_of_child([&]() -> int {
        analysis::SegmentWriter segment(folder.path() / "trace-0001.h5", header, {});
        segment.append(intervals(header, 0, committed));
        segment.commit();
        segment.append(intervals(header, committed, committed + 3));
        ::kill(::getpid(), SIGKILL);
        return 0;
    });
    REQUIRE(WIFSIGNALED(status));
    const TraceReader reader(folder.path());
    REQUIRE_FALSE(reader.complete());
    REQUIRE(reader.records() == committed);
    REQUIRE(reader.updates_steps() == committed * tests::kUpdatesStepsARecord);
    REQUIRE(tests::difference(reader, header) == "");
}

TEST_CASE("A trace can be followed while it is written, and outlives its writer", "[analysis][trace][crash]") {
    const tests::TemporaryFolder folder;
    const TraceHeader header = tests::random_header(TraceLevel::samples);
    const pid_t child = ::fork();
    if (child == 0) {
        TraceWriter writer(folder.path(), header);
        for (std::uint64_t index = 0;; ++index) {
            tests::append_interval(writer, header, index);
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    }
    // The first commit comes about a second after the start; many times that is given on a loaded machine.
    std::uint64_t seen = 0;
    for (int attempt = 0; attempt < 600 && seen == 0; ++attempt) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        try {
            const TraceReader live(folder.path());
            seen = live.records();
            REQUIRE(tests::difference(live, header) == "");
        } catch (const analysis::MissingTrace&) {
        } catch (const analysis::DamagedTrace&) {
            // The file is being made and is not yet ready for readers.
            REQUIRE(seen == 0);
        }
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    REQUIRE(seen > 0);
    const TraceReader reader(folder.path());
    REQUIRE(reader.records() >= seen);
    REQUIRE_FALSE(reader.complete());
    REQUIRE(tests::difference(reader, header) == "");
}

TEST_CASE("When no more can be written the writer says so and the last commit stands", "[analysis][trace][crash]") {
    const tests::TemporaryFolder folder;
    const TraceHeader header = tests::random_header(TraceLevel::full);
    // A process that may write no file beyond 1 MiB meets, in mid-file, what a full disk gives.
    const int status = status_of_child([&]() -> int {
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{1U << 20U, 1U << 20U};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        TraceWriter writer(folder.path(), header);
        tests::append_interval(writer, header, 0);
        tests::append_interval(writer, header, 1);
        std::this_thread::sleep_for(std::chrono::milliseconds(1500));
        int failures = 0;
        for (std::uint64_t index = 2; index < 3000 && failures == 0; ++index) {
            try {
                tests::append_interval(writer, header, index);
            } catch (const analysis::WriteFailed&) {
                ++failures;
            }
        }
        // Whether or not an append met the failure, close does, and so does whatever is tried after it.
        try {
            writer.close();
            return 2;
        } catch (const analysis::WriteFailed&) {
        }
        return 0;
    });
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) == 0);
    REQUIRE_FALSE(std::filesystem::exists(folder.path() / "trace-0001.h5"));
    const TraceReader reader(folder.path());
    REQUIRE_FALSE(reader.complete());
    REQUIRE(reader.records() >= 2);
    REQUIRE(reader.records() < 3000);
    REQUIRE(tests::difference(reader, header) == "");
}

TEST_CASE("A crashed file that has lost its end is refused, though the library reads zeros there",
          "[analysis][trace][crash]") {
    const tests::TemporaryFolder folder;
    const TraceHeader header = tests::random_header(TraceLevel::counts);
    const std::filesystem::path part = folder.path() / "trace-0001.h5.part";
    status_of_child([&]() -> int {
        analysis::SegmentWriter segment(folder.path() / "trace-0001.h5", header, {});
        segment.append(intervals(header, 0, 4));
        segment.commit();
        ::kill(::getpid(), SIGKILL);
        return 0;
    });
    REQUIRE(TraceReader(folder.path()).records() == 4);
    const std::uintmax_t whole = std::filesystem::file_size(part);
    const std::uintmax_t lost = GENERATE(1, 100, 4096);
    std::filesystem::resize_file(part, whole - lost);
    REQUIRE_THROWS_WITH(TraceReader(folder.path()), Catch::Matchers::Contains("must have at least the committed"));
}

TEST_CASE("A file that is cut off stays as it is, whatever is written afterwards", "[analysis][trace][crash]") {
    const tests::TemporaryFolder folder;
    const std::filesystem::path path = folder.path() / "file.h5";
    // In a process of its own: the library is left with a file that it cannot close.
    const int status = status_of_child([&]() -> int {
        analysis::hdf5::Handle file = analysis::hdf5::create_file(path);
        analysis::hdf5::flush(file.get());
        const std::uintmax_t bytes = std::filesystem::file_size(path);
        const auto time = std::filesystem::last_write_time(path);
        analysis::hdf5::cut_off(file.get());
        const std::vector<std::uint64_t> values(100'000, 1);
        analysis::hdf5::write_rows(file.get(), {"values", analysis::hdf5::Element::u64, {}, "row", "1", "values"},
                                   values.size(), values.data());
        file.forget();
        return std::filesystem::file_size(path) == bytes && std::filesystem::last_write_time(path) == time ? 0 : 1;
    });
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) == 0);
}

TEST_CASE("Too little free space is a full disk before a byte is written", "[analysis][trace]") {
    const tests::TemporaryFolder folder;
    REQUIRE_NOTHROW(analysis::require_free_space(folder.path(), 0));
    try {
        analysis::require_free_space(folder.path(), std::uint64_t{1} << 60U);
        FAIL("there cannot be that much");
    } catch (const analysis::WriteFailed& error) {
        REQUIRE(error.failure() == analysis::WriteFailure::disk_full);
        REQUIRE_THAT(error.what(), Catch::Matchers::StartsWith(folder.path().string() + ": disk full: "));
    }
}

TEST_CASE("A run folder has one writer", "[analysis][trace]") {
    const tests::TemporaryFolder folder;
    const TraceHeader header = tests::random_header(TraceLevel::counts);
    TraceWriter writer(folder.path(), header);
    tests::append_interval(writer, header, 0);
    const auto refused = [&] {
        try {
            const TraceWriter second(folder.path(), header);
            return 1;
        } catch (const analysis::CannotCreate& error) {
            const std::string message = error.what();
            return message.find(folder.path().string()) == 0 && message.find("another") != std::string::npos ? 0 : 2;
        }
    };
    SECTION("in the same process") {
        REQUIRE(refused() == 0);
    }
    SECTION("in another process") {
        const int status = status_of_child(refused);
        REQUIRE(WIFEXITED(status));
        REQUIRE(WEXITSTATUS(status) == 0);
    }
    tests::append_interval(writer, header, 1);
    writer.close();
    const TraceReader reader(folder.path());
    REQUIRE(reader.records() == 2);
    REQUIRE(tests::difference(reader, header) == "");
}

TEST_CASE("A folder that has a trace gets no second one", "[analysis][trace]") {
    const tests::TemporaryFolder folder;
    const TraceHeader header = tests::random_header(TraceLevel::counts);
    tests::write_trace(folder.path(), header, 1);
    REQUIRE_THROWS_AS(TraceWriter(folder.path(), header), analysis::CannotCreate);
    REQUIRE_THROWS_AS(TraceWriter(folder.path() / "absent", header), analysis::CannotCreate);
    REQUIRE(TraceReader(folder.path()).records() == 1);
}
