#include <hdf5.h>

#include <catch2/catch.hpp>

#include "analysis/trace/error.hpp"
#include "analysis/trace/run_folder.hpp"
#include "tests/analysis/trace/random_trace.hpp"
#include "tests/analysis/trace/temporary_folder.hpp"

using namespace stdpscope;
using analysis::TraceHeader;
using analysis::TraceLevel;
using analysis::TraceReader;
using analysis::TraceWriter;

namespace {

void require_same_header(const TraceHeader& read, const TraceHeader& written) {
    REQUIRE(read.options.level == written.options.level);
    REQUIRE(read.options.record_every == written.options.record_every);
    REQUIRE(read.options.sample_synapses == written.options.sample_synapses);
    REQUIRE(read.options.sample_every == written.options.sample_every);
    REQUIRE(read.options.planes_every == written.options.planes_every);
    REQUIRE(read.options.updates_every == written.options.updates_every);
    REQUIRE(read.options.update_timing == written.options.update_timing);
    REQUIRE(read.options.layers == written.options.layers);
    REQUIRE(read.options.segment_bytes == written.options.segment_bytes);
    REQUIRE(read.seed == written.seed);
    REQUIRE(read.batch_size == written.batch_size);
    REQUIRE(read.steps_per_epoch == written.steps_per_epoch);
    REQUIRE(read.configuration == written.configuration);
    REQUIRE(read.program == written.program);
    REQUIRE(read.layer_indices == written.layer_indices);
    REQUIRE(read.layers.size() == written.layers.size());
    for (std::size_t place = 0; place < read.layers.size(); ++place) {
        const ann::SynapseLayer& left = read.layers[place];
        const ann::SynapseLayer& right = written.layers[place];
        REQUIRE(left.name == right.name);
        REQUIRE(left.activation == right.activation);
        REQUIRE(left.population_rule == right.population_rule);
        REQUIRE(left.populations == right.populations);
        REQUIRE(left.population_of_unit == right.population_of_unit);
        REQUIRE(left.geometry.kind == right.geometry.kind);
        REQUIRE(left.geometry.pre_shape == right.geometry.pre_shape);
        REQUIRE(left.geometry.post_shape == right.geometry.post_shape);
        REQUIRE(left.geometry.kernel_rows == right.geometry.kernel_rows);
        REQUIRE(left.geometry.kernel_columns == right.geometry.kernel_columns);
        REQUIRE(left.geometry.stride_rows == right.geometry.stride_rows);
        REQUIRE(left.geometry.stride_columns == right.geometry.stride_columns);
        REQUIRE(left.geometry.pad_top == right.geometry.pad_top);
        REQUIRE(left.geometry.pad_left == right.geometry.pad_left);
    }
}

}  // namespace

TEST_CASE("A trace read back is the trace written, bit for bit, at every level", "[analysis][trace]") {
    const TraceLevel level = GENERATE(TraceLevel::counts, TraceLevel::samples, TraceLevel::planes, TraceLevel::full);
    const tests::TemporaryFolder folder;
    const TraceHeader header = tests::random_header(level);
    tests::write_trace(folder.path(), header, 9);

    const TraceReader reader(folder.path());
    require_same_header(reader.header(), header);
    REQUIRE(reader.complete());
    REQUIRE(reader.records() == 9);
    REQUIRE(reader.sampled_steps() == (level >= TraceLevel::samples ? 9 * tests::kSampledStepsARecord : 0));
    REQUIRE(reader.planes_steps() == (level >= TraceLevel::planes ? 9 * tests::kPlanesStepsARecord : 0));
    REQUIRE(reader.updates_steps() == (level >= TraceLevel::full ? 9 * tests::kUpdatesStepsARecord : 0));
    REQUIRE(tests::difference(reader, header) == "");
}

TEST_CASE("One segment and run.h5 can be given in place of the folder", "[analysis][trace]") {
    const tests::TemporaryFolder folder;
    const TraceHeader header = tests::random_header(TraceLevel::samples);
    tests::write_trace(folder.path(), header, 4);
    const std::string name = GENERATE("trace-0001.h5", "run.h5");
    const TraceReader reader(folder.path() / name);
    REQUIRE(reader.records() == 4);
    REQUIRE(reader.complete());
    REQUIRE(tests::difference(reader, header) == "");
}

TEST_CASE("A trace without rows is written and read", "[analysis][trace]") {
    const tests::TemporaryFolder folder;
    const TraceHeader header = tests::random_header(TraceLevel::full);
    tests::write_trace(folder.path(), header, 0);
    const TraceReader reader(folder.path());
    REQUIRE(reader.records() == 0);
    REQUIRE(reader.complete());
    REQUIRE(tests::difference(reader, header) == "");
}

TEST_CASE("Empty texts, a long configuration and no layer filter come back", "[analysis][trace]") {
    const tests::TemporaryFolder folder;
    TraceHeader header = tests::random_header(TraceLevel::counts);
    header.program = "";
    header.options.layers.clear();
    header.configuration = std::string(200'000, 'x') + "\n";  // beyond what fits into an object header
    tests::write_trace(folder.path(), header, 1);
    require_same_header(TraceReader(folder.path()).header(), header);
}

TEST_CASE("Rows after the last record are not part of a closed trace", "[analysis][trace]") {
    const tests::TemporaryFolder folder;
    const TraceHeader header = tests::random_header(TraceLevel::full);
    {
        TraceWriter writer(folder.path(), header);
        tests::append_interval(writer, header, 0);
        writer.append(tests::random_sampled_step(header, tests::kSampledStepsARecord));
        writer.close();
    }
    const TraceReader reader(folder.path());
    REQUIRE(reader.records() == 1);
    REQUIRE(reader.sampled_steps() == tests::kSampledStepsARecord);
    REQUIRE(tests::difference(reader, header) == "");
}

TEST_CASE("Segments are rolled at record ends and read as one trace", "[analysis][trace]") {
    const tests::TemporaryFolder folder;
    TraceHeader header = tests::random_header(TraceLevel::full);
    header.options.segment_bytes = 1;  // every record fills its segment
    tests::write_trace(folder.path(), header, 5);
    const auto segments = analysis::find_segments(folder.path());
    REQUIRE(segments.size() == 5);
    for (const auto& segment : segments) {
        REQUIRE(segment.finished);
        REQUIRE(TraceReader(segment.path).records() == 1);
    }
    const TraceReader reader(folder.path());
    REQUIRE(reader.complete());
    REQUIRE(reader.records() == 5);
    REQUIRE(tests::difference(reader, header) == "");
}

TEST_CASE("A missing segment before the last is reported", "[analysis][trace]") {
    const tests::TemporaryFolder folder;
    TraceHeader header = tests::random_header(TraceLevel::counts);
    header.options.segment_bytes = 1;
    tests::write_trace(folder.path(), header, 3);
    const std::string missing = GENERATE("trace-0001.h5", "trace-0002.h5");
    std::filesystem::remove(folder.path() / missing);
    REQUIRE_THROWS_AS(TraceReader(folder.path()), analysis::DamagedTrace);
}

TEST_CASE("A writer that is not closed leaves a .part without its rows in the way", "[analysis][trace]") {
    const tests::TemporaryFolder folder;
    const TraceHeader header = tests::random_header(TraceLevel::counts);
    {
        TraceWriter writer(folder.path(), header);
        tests::append_interval(writer, header, 0);
    }
    REQUIRE(std::filesystem::exists(folder.path() / "trace-0001.h5.part"));
    REQUIRE_FALSE(std::filesystem::exists(folder.path() / "run.h5"));
    const TraceReader reader(folder.path());
    REQUIRE_FALSE(reader.complete());
    REQUIRE(tests::difference(reader, header) == "");
}

TEST_CASE("A row that does not fit the layers is refused", "[analysis][trace]") {
    const tests::TemporaryFolder folder;
    const TraceHeader header = tests::random_header(TraceLevel::counts);
    TraceWriter writer(folder.path(), header);
    analysis::Record record = tests::random_record(header, 0);
    record.layers.back().unit_response.pop_back();
    writer.append(record);
    REQUIRE_THROWS_AS(writer.close(), std::logic_error);
    REQUIRE_THROWS_AS(writer.append(record), std::logic_error);
}

TEST_CASE("The table of sampled synapses is that of the layer's place in the network", "[analysis][trace]") {
    const tests::TemporaryFolder folder;
    const TraceHeader header = tests::random_header(TraceLevel::samples);
    tests::write_trace(folder.path(), header, 1);
    // The second layer kept is the fourth of the network.
    const std::vector<std::uint64_t> elements = analysis::sampled_synapses(header.layers[1], 3, header.seed, 5);
    std::uint64_t synapses[5][2] = {};
    const hid_t file = H5Fopen((folder.path() / "trace-0001.h5").c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
    const hid_t dataset = H5Dopen2(file, "/layers/dense2/samples/synapse", H5P_DEFAULT);
    REQUIRE(H5Dread(dataset, H5T_NATIVE_UINT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, synapses) >= 0);
    H5Dclose(dataset);
    H5Fclose(file);
    REQUIRE(elements.size() == 5);
    for (std::size_t place = 0; place < 5; ++place) {
        REQUIRE(synapses[place][0] == elements[place] % 20);
        REQUIRE(synapses[place][1] == elements[place] / 20);
    }
}
