#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>

#include "analysis/trace/error.hpp"
#include "analysis/trace/run_folder.hpp"
#include "tests/analysis/trace/temporary_folder.hpp"

using namespace stdpscope;
using Catch::Matchers::Contains;

namespace {
std::string read_text(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}
}  // namespace

TEST_CASE("A run folder is a new folder", "[analysis][trace]") {
    const tests::TemporaryFolder folder;
    const std::filesystem::path run = folder.path() / "runs" / "first";
    analysis::create_run_folder(run);
    REQUIRE(std::filesystem::is_directory(run));
    REQUIRE_THROWS_WITH(analysis::create_run_folder(run), run.string() + ": exists already, must be a new folder");
    REQUIRE_THROWS_AS(analysis::create_run_folder(run.string() + "/"), analysis::CannotCreate);
    std::ofstream(folder.path() / "file") << "x";
    REQUIRE_THROWS_AS(analysis::create_run_folder(folder.path() / "file"), analysis::CannotCreate);
    REQUIRE_THROWS_AS(analysis::create_run_folder(folder.path() / "file" / "below"), analysis::CannotCreate);
}

TEST_CASE("Segments are found in the order of their numbers, and only they", "[analysis][trace]") {
    const tests::TemporaryFolder folder;
    REQUIRE(analysis::find_segments(folder.path()).empty());
    for (const char* name : {"trace-0002.h5.part", "trace-0001.h5", "trace-x.h5", "trace-.h5", "trace-0003.h5.bak",
                             "run.h5", "weights.h5", "LOCK"}) {
        std::ofstream(folder.path() / name) << "x";
    }
    const auto segments = analysis::find_segments(folder.path());
    REQUIRE(segments.size() == 2);
    REQUIRE(segments[0].path.filename() == analysis::segment_name(1));
    REQUIRE(segments[0].finished);
    REQUIRE(segments[1].number == 2);
    REQUIRE_FALSE(segments[1].finished);
    std::ofstream(folder.path() / "trace-0002.h5") << "x";
    REQUIRE_THROWS_AS(analysis::find_segments(folder.path()), analysis::DamagedTrace);
}

TEST_CASE("A lock ends with its holder, not with its file", "[analysis][trace]") {
    const tests::TemporaryFolder folder;
    {
        const analysis::RunFolderLock first(folder.path());
        REQUIRE_THROWS_AS(analysis::RunFolderLock(folder.path()), analysis::CannotCreate);
    }
    REQUIRE(std::filesystem::exists(folder.path() / analysis::kLockFile));
    REQUIRE_NOTHROW(analysis::RunFolderLock(folder.path()));
}

TEST_CASE("A durable file is replaced whole and leaves nothing beside it", "[analysis][trace]") {
    const tests::TemporaryFolder folder;
    const std::filesystem::path path = folder.path() / "config.toml";
    analysis::write_file_durably(path, "a longer first text");
    analysis::write_file_durably(path, "second");
    REQUIRE(read_text(path) == "second");
    REQUIRE(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
    REQUIRE_THROWS_AS(analysis::write_file_durably(folder.path() / "absent" / "file", ""), analysis::WriteFailed);
}

TEST_CASE("Metrics come back bit for bit, what was not measured as NaN", "[analysis][trace]") {
    const tests::TemporaryFolder folder;
    constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
    const ann::EpochMetrics first{0, 0.1, 1.0 / 3.0, 0.25, kNan, 5e-324, 0.0204, 12.5, 1e300};
    const ann::EpochMetrics second{1, 0.05, -0.0, 0.125, 0.5, std::numeric_limits<double>::infinity(), -kNan, 0, 0};
    REQUIRE_THROWS_AS(analysis::read_metrics(folder.path()), analysis::MissingTrace);
    analysis::append_metrics(folder.path(), first);
    analysis::append_metrics(folder.path(), second);
    const std::string text = read_text(folder.path() / "metrics.csv");
    REQUIRE_THAT(text, Catch::Matchers::StartsWith("epoch,learning_rate,training_loss,training_error,"
                                                   "full_training_error,test_loss,test_error,seconds,"
                                                   "samples_per_second\n0,0.1,0.3333333333333333,0.25,nan,5e-324,"));
    const auto read = analysis::read_metrics(folder.path());
    REQUIRE(read.size() == 2);
    REQUIRE(read[0].epoch == 0);
    REQUIRE(read[0].training_loss == first.training_loss);
    REQUIRE(std::isnan(read[0].full_training_error));
    REQUIRE(read[0].test_loss == first.test_loss);
    REQUIRE(read[0].samples_per_second == first.samples_per_second);
    REQUIRE(read[1].epoch == 1);
    REQUIRE(read[1].learning_rate == second.learning_rate);
    REQUIRE(std::signbit(read[1].training_loss));
    REQUIRE(read[1].test_loss == second.test_loss);
    REQUIRE(std::isnan(read[1].test_error));
}

TEST_CASE("Damaged metrics are reported with their line", "[analysis][trace]") {
    const tests::TemporaryFolder folder;
    analysis::append_metrics(folder.path(), {});
    const std::filesystem::path path = folder.path() / "metrics.csv";
    const std::string whole = read_text(path);
    const auto reject = [&](const std::string& text, const char* message) {
        std::ofstream(path) << text;
        REQUIRE_THROWS_WITH(analysis::read_metrics(folder.path()), Contains(path.string()) && Contains(message));
        REQUIRE_THROWS_AS(analysis::read_metrics(folder.path()), analysis::DamagedTrace);
    };
    reject("", "line 1");
    reject(whole + "1,2\n", "line 3 has 2 fields, must have 9");
    reject(whole + "1,2,3,4,5,6,7,8,\n", "line 3: \"\" must be a number");
    reject(whole + "1,2,3,4,x5,6,7,8,9\n", "line 3: \"x5\" must be a number");
}
