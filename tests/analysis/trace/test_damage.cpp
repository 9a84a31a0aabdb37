#include <hdf5.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iterator>

#include "analysis/trace/error.hpp"
#include "analysis/trace/segment_writer.hpp"
#include "tests/analysis/trace/random_trace.hpp"
#include "tests/analysis/trace/temporary_folder.hpp"

// libhdf5 1.10.8 loses some memory of its own where it gives up on damaged metadata; the leak check of the asan build
// asks here what to pass over.
extern "C" const char* __lsan_default_suppressions() {
    return "leak:libhdf5";
}

using namespace stdpscope;
using analysis::DamagedTrace;
using analysis::MissingTrace;
using analysis::TraceHeader;
using analysis::TraceLevel;
using analysis::TraceReader;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

std::string read_bytes(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

/// Reads everything; the message of the DamagedTrace thrown, or an empty text.
std::string damage_in(const std::filesystem::path& path, const TraceHeader& header, std::string* wrong_rows = nullptr) {
    try {
        const TraceReader reader(path);
        const std::string difference = tests::difference(reader, header);
        if (wrong_rows != nullptr) *wrong_rows = difference;
        return "";
    } catch (const DamagedTrace& error) {
        REQUIRE_THAT(error.what(), StartsWith(path.string()));
        REQUIRE(error.path() == path.string());
        return error.what();
    }
}

void overwrite_word(const std::filesystem::path& path, const char* name, std::uint64_t value) {
    const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    REQUIRE(H5Dwrite(dataset, H5T_NATIVE_UINT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value) >= 0);
    H5Dclose(dataset);
    H5Fclose(file);
}

}  // namespace

TEST_CASE("What is no trace is told from what is not there", "[analysis][trace]") {
    const tests::TemporaryFolder folder;
    const std::filesystem::path path = folder.path() / "trace-0001.h5";
    REQUIRE_THROWS_AS(TraceReader(folder.path()), MissingTrace);
    REQUIRE_THROWS_AS(TraceReader(path), MissingTrace);
    REQUIRE_THROWS_AS(TraceReader(folder.path() / "absent"), MissingTrace);
    SECTION("an empty file") {
        write_bytes(path, "");
    }
    SECTION("garbage") {
        write_bytes(path, std::string(5000, 'g'));
    }
    SECTION("a signature and garbage") {
        write_bytes(path, "\x89HDF\r\n\x1a\n" + std::string(5000, '\xff'));
    }
    SECTION("somebody else's HDF5 file") {
        const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT);
        H5Gclose(H5Gcreate2(file, "layers", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
        H5Fclose(file);
    }
    REQUIRE_THROWS_AS(TraceReader(path), DamagedTrace);
    REQUIRE_THROWS_AS(TraceReader(folder.path()), DamagedTrace);
}

TEST_CASE("A commit beyond the rows is refused", "[analysis][trace]") {
    const tests::TemporaryFolder folder;
    const TraceHeader header = tests::random_header(TraceLevel::counts);
    tests::write_trace(folder.path(), header, 3);
    const std::filesystem::path path = folder.path() / "trace-0001.h5";
    REQUIRE(damage_in(path, header) == "");
    overwrite_word(path, "/commit", 4);
    REQUIRE_THAT(damage_in(path, header), Contains("has 3 rows, must have at least the committed 4"));
}

TEST_CASE("A file that has lost its end is refused wherever it was cut", "[analysis][trace]") {
    const tests::TemporaryFolder folder;
    const TraceHeader header = tests::random_header(TraceLevel::full);
    const bool finished = GENERATE(true, false);
    std::filesystem::path path = folder.path() / "trace-0001.h5";
    {
        analysis::SegmentWriter segment(path, header, {});
        struct Appender : analysis::RecordSink {
            void append(analysis::Record row) override { rows.emplace_back(std::move(row)); }
            void append(analysis::SampledStep row) override { rows.emplace_back(std::move(row)); }
            void append(analysis::PlanesStep row) override { rows.emplace_back(std::move(row)); }
            void append(analysis::UpdatesStep row) override { rows.emplace_back(std::move(row)); }
            std::vector<analysis::TraceRow> rows;
        } kept;
        for (std::uint64_t index = 0; index < 4; ++index) tests::append_interval(kept, header, index);
        segment.append(std::move(kept.rows));
        if (finished) {
            segment.finish();
        } else {
            segment.commit();
            path += ".part";
        }
    }
    REQUIRE(damage_in(path, header) == "");
    const std::string whole = read_bytes(path);
    for (const std::size_t kept_bytes : {std::size_t{0}, std::size_t{100}, whole.size() / 3, whole.size() / 2,
                                         whole.size() - 4096, whole.size() - 1}) {
        write_bytes(path, whole.substr(0, kept_bytes));
        INFO(kept_bytes << " of " << whole.size() << " bytes");
        REQUIRE(damage_in(path, header) != "");
    }
}

TEST_CASE("A changed byte is noticed or changes nothing", "[analysis][trace]") {
    const tests::TemporaryFolder folder;
    const TraceHeader header = tests::random_header(TraceLevel::samples);
    const std::filesystem::path path = folder.path() / "trace-0001.h5";
    tests::write_trace(folder.path(), header, 3);
    const std::string whole = read_bytes(path);
    int noticed = 0;
    constexpr std::size_t kTrials = 200;
    for (std::size_t trial = 0; trial < kTrials; ++trial) {
        const std::size_t place = trial * whole.size() / kTrials;
        std::string changed = whole;
        changed[place] = static_cast<char>(changed[place] ^ 0x5a);
        write_bytes(path, changed);
        std::string wrong_rows;
        INFO("byte " << place);
        noticed += damage_in(path, header, &wrong_rows) != "" ? 1 : 0;
        REQUIRE(wrong_rows == "");
    }
    REQUIRE(noticed > static_cast<int>(kTrials / 10));
}

TEST_CASE("A segment of another place in the run is refused", "[analysis][trace]") {
    const tests::TemporaryFolder folder;
    TraceHeader header = tests::random_header(TraceLevel::samples);
    header.options.segment_bytes = 1;
    tests::write_trace(folder.path(), header, 3);
    std::filesystem::copy_file(folder.path() / "trace-0003.h5", folder.path() / "trace-0002.h5",
                               std::filesystem::copy_options::overwrite_existing);
    REQUIRE_THROWS_WITH(TraceReader(folder.path()), Contains("trace-0002.h5: attribute first_record = 2"));
}
