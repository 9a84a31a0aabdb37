#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "analysis/trace/event_stream.hpp"
#include "analysis/trace/hdf5/dataset.hpp"
#include "analysis/trace/hdf5/file.hpp"
#include "analysis/trace/run_folder.hpp"
#include "analysis/trace/segment_writer.hpp"
#include "analysis/trace/synapses_file.hpp"
#include "analysis/trace/trace_reader.hpp"
#include "analysis/trace/trace_writer.hpp"
#include "tests/analysis/trace/temporary_folder.hpp"

using namespace stdpscope;
using analysis::EventRows;
using analysis::TraceHeader;
using analysis::TraceLevel;

namespace {

/// Two populations, one projection of 3 synapses.
TraceHeader header_of(TraceLevel level) {
    TraceHeader header;
    header.options.level = level;
    header.batch_size = 1;
    header.seed = 7;
    ann::SynapseLayer layer;
    layer.name = "ab";
    layer.activation = "lif_current";
    layer.geometry.pre_shape = {3, 1, 1};
    layer.geometry.post_shape = {2, 1, 1};
    layer.population_rule = ann::PopulationRule::unit;
    layer.populations = {"b"};
    layer.population_of_unit = {0, 0};
    header.layers = {layer};
    header.spiking = analysis::SpikingHeader{.dt_ms = 0.25,
                                             .populations = {{"a", 3, "poisson", 1}, {"b", 2, "lif_current", -1}},
                                             .projections = {{.pre_population = "a",
                                                              .post_population = "b",
                                                              .receptor = -1,
                                                              .rule = "additive_pair",
                                                              .w_max = 0.5,
                                                              .synapses = 3,
                                                              .axonal_delay_ms = 0.75,
                                                              .dendritic_delay_ms = 1.5,
                                                              .sampled = {{1, 0}, {0, 2}}}}};
    return header;
}

analysis::Record record_of(std::uint64_t index) {
    analysis::Record record;
    record.first_step = 10 * index;
    record.end_step = 10 * index + 10;
    record.samples = 10;
    record.learning_rate = 1.0;
    analysis::LayerRecord& layer = record.layers.emplace_back();
    layer.events.resize(1);
    layer.updates.resize(1);
    layer.events[0].histogram[5] = index;
    layer.unit_response.assign(6, index + 1);
    layer.spiking.same_time = 3 * index + 1;
    for (std::size_t bin = 0; bin < analysis::kWeightBins; ++bin) layer.spiking.weight_histogram[bin] = bin + index;
    return record;
}

template <class Value>
std::vector<std::byte> bytes_of(const std::vector<Value>& values) {
    std::vector<std::byte> bytes(values.size() * sizeof(Value));
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
}

/// Spikes number [first, end) of population `stream`.
EventRows spikes_of(std::size_t stream, std::uint64_t first, std::uint64_t end) {
    std::vector<double> times;
    std::vector<std::uint64_t> neurons;
    for (std::uint64_t k = first; k < end; ++k) {
        times.push_back(0.25 * static_cast<double>(k));
        neurons.push_back((k * 7 + stream) % 11);
    }
    return {.stream = stream, .rows = end - first, .columns = {bytes_of(times), bytes_of(neurons)}, .last = false};
}

/// All rows of a stream put together.
EventRows read_all(const analysis::TraceReader& reader, std::size_t stream) {
    EventRows all{.stream = stream, .rows = 0, .columns = {}, .last = false};
    reader.for_each_event_rows(stream, [&](const EventRows& rows) {
        all.columns.resize(rows.columns.size());
        all.rows += rows.rows;
        for (std::size_t k = 0; k < rows.columns.size(); ++k) {
            all.columns[k].insert(all.columns[k].end(), rows.columns[k].begin(), rows.columns[k].end());
        }
    });
    return all;
}

}  // namespace

TEST_CASE("Event streams: what is written is read, over several segments", "[analysis][trace][spiking]") {
    const tests::TemporaryFolder folder;
    TraceHeader header = header_of(TraceLevel::samples);
    header.options.segment_bytes = GENERATE(std::uint64_t{1}, std::uint64_t{1} << 30U);
    {
        analysis::TraceWriter writer(folder.path(), header);
        for (std::uint64_t k = 0; k < 4; ++k) {
            writer.append(spikes_of(0, 700 * k, 700 * k + 700));  // no whole number of chunks
            if (k == 2) writer.append(spikes_of(1, 0, 3));
            writer.append(record_of(k));
        }
        writer.close();
    }
    {
        const analysis::TraceReader reader(folder.path());
        REQUIRE(reader.complete());
        REQUIRE(reader.header().spiking == header.spiking);
        REQUIRE(analysis::find_segments(folder.path()).size() == (header.options.segment_bytes == 1 ? 4 : 1));
        REQUIRE(reader.records() == 4);
        REQUIRE(reader.event_rows() == std::vector<std::uint64_t>{2800, 3, 0});
        REQUIRE(read_all(reader, 0).columns == spikes_of(0, 0, 2800).columns);
        REQUIRE(read_all(reader, 1).columns == spikes_of(1, 0, 3).columns);
        std::uint64_t index = 0;
        reader.for_each_record([&](const analysis::Record& record) {
            REQUIRE((record.layers.front() == record_of(index).layers.front()));
            ++index;
        });
    }
    // run.h5 shows the same as one.
    const analysis::hdf5::Handle run =
        analysis::hdf5::open_file(folder.path() / analysis::kRunFile, analysis::hdf5::ReadMode::plain);
    const analysis::hdf5::Handle word = analysis::hdf5::open_dataset(run.get(), "commits/spikes/a");
    REQUIRE(analysis::hdf5::read_word(word.get(), "commits/spikes/a") == 2800);
    const analysis::EventStream stream = analysis::event_streams(header).front();
    const analysis::hdf5::Handle nodes = analysis::hdf5::open_dataset(run.get(), "spikes/a/node_ids");
    REQUIRE(analysis::hdf5::checked_rows(nodes.get(), stream.columns[1]) == 2800);
    std::vector<std::byte> values(2800 * 8);
    analysis::hdf5::read_rows(nodes.get(), stream.columns[1], 0, 2800, values.data());
    REQUIRE(values == spikes_of(0, 0, 2800).columns[1]);
}

TEST_CASE("Event streams: after kill -9 whole chunks of committed rows are there", "[analysis][trace][spiking]") {
    const tests::TemporaryFolder folder;
    const TraceHeader header = header_of(TraceLevel::samples);
    const pid_t child = ::fork();
    if (child == 0) {
        analysis::SegmentWriter segment(folder.path() / "trace-0001.h5", header, {});
        std::vector<analysis::TraceRow> rows;
        rows.emplace_back(spikes_of(0, 0, 1300));
        rows.emplace_back(record_of(0));
        segment.append(std::move(rows));
        segment.commit();
        rows.clear();
        rows.emplace_back(spikes_of(0, 1300, 2600));
        rows.emplace_back(record_of(1));
        segment.append(std::move(rows));
        ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    const analysis::TraceReader reader(folder.path());
    REQUIRE_FALSE(reader.complete());
    REQUIRE(reader.records() == 1);
    REQUIRE(reader.event_rows() == std::vector<std::uint64_t>{1024, 0, 0});
    REQUIRE(read_all(reader, 0).columns == spikes_of(0, 0, 1024).columns);
}

TEST_CASE("Event streams: rows that do not fit their columns are refused", "[analysis][trace][spiking]") {
    const tests::TemporaryFolder folder;
    analysis::SegmentWriter segment(folder.path() / "trace-0001.h5", header_of(TraceLevel::samples), {});
    EventRows rows = spikes_of(0, 0, 10);
    rows.columns[1].pop_back();
    std::vector<analysis::TraceRow> wrong;
    wrong.emplace_back(std::move(rows));
    REQUIRE_THROWS_AS(segment.append(std::move(wrong)), std::logic_error);
}

TEST_CASE("Synapses file: what is written is read", "[analysis][trace][spiking]") {
    const tests::TemporaryFolder folder;
    const std::vector<analysis::NamedSynapses> layers{{"first", {0, 0, 4}, {1, 2, 0}, {0.5F, -0.25F, 3.0F}},
                                                      {"second", {7}, {8}, {0.0F}}};
    std::size_t next = 0;
    analysis::write_synapses(folder.path() / "synapses.h5", 2, [&] { return layers[next++]; });
    const auto read = analysis::read_synapses(folder.path() / "synapses.h5");
    REQUIRE(read.size() == 2);
    for (std::size_t k = 0; k < 2; ++k) {
        REQUIRE(read[k].name == layers[k].name);
        REQUIRE(read[k].pre == layers[k].pre);
        REQUIRE(read[k].post == layers[k].post);
        REQUIRE(read[k].weight == layers[k].weight);
    }
}
