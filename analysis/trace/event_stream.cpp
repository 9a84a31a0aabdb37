#include "analysis/trace/event_stream.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "analysis/trace/hdf5/file.hpp"

namespace stdpscope::analysis {

namespace {

using hdf5::DatasetSpec;
using hdf5::Element;

constexpr std::uint64_t kEventChunk = 512;
constexpr std::uint64_t kSynapseChunk = 16384;
constexpr std::uint64_t kRowsAtATime = 65536;

/// Collects the columns of a stream.
class StreamBuilder {
public:
    StreamBuilder(std::string path, std::string axis, std::uint64_t chunk_rows)
        : axis_(std::move(axis)), chunk_rows_(chunk_rows) {
        stream_.path = std::move(path);
    }

    StreamBuilder& add(const char* name, Element element, const char* unit, const char* description) {
        stream_.columns.push_back({stream_.path + "/" + name, element, {}, axis_, unit, description, chunk_rows_});
        return *this;
    }

    [[nodiscard]] EventStream take() { return std::move(stream_); }

private:
    EventStream stream_;
    std::string axis_;
    std::uint64_t chunk_rows_;
};

EventStream spikes_of(const SpikingPopulation& population) {
    return StreamBuilder("spikes/" + population.name, "spike", kEventChunk)
        .add("timestamps", Element::f64, "ms", "when the neuron fired; ascending")
        .add("node_ids", Element::u64, "1", "which neuron of the population fired, from 0")
        .take();
}

EventStream changes_of(const ann::SynapseLayer& layer) {
    return StreamBuilder("layers/" + layer.name + "/changes", "change", kEventChunk)
        .add("synapse", Element::u32, "1", "which sampled synapse changed: row of samples/synapse")
        .add("time_ms", Element::f64, "ms", "when the weight changed")
        .add("pre_ms", Element::f64, "ms",
             "arrival at the synapse of the pair's presynaptic spike; NaN where there is no pair")
        .add("post_ms", Element::f64, "ms",
             "arrival at the synapse of the pair's postsynaptic spike; NaN where there is no pair")
        .add("weight", Element::f64, "weight", "weight before the update")
        .add("weight_update", Element::f64, "weight", "update applied; 0 where a bound allowed none")
        .take();
}

EventStream synapses_of(const ann::SynapseLayer& layer) {
    return StreamBuilder("layers/" + layer.name + "/synapses", "synapse", kSynapseChunk)
        .add("pre", Element::u32, "1", "presynaptic neuron of each synapse, from 0; ascending")
        .add("post", Element::u32, "1", "postsynaptic neuron of each synapse, from 0")
        .take();
}

EventStream weights_of(const ann::SynapseLayer& layer) {
    EventStream stream = StreamBuilder("layers/" + layer.name + "/weights_full", "block", 1)
                             .add("step", Element::u64, "steps", "steps simulated when the weights were read")
                             .add("first_synapse", Element::u64, "1", "row of synapses/ of the block's first weight")
                             .take();
    stream.columns.push_back({stream.path + "/weight",
                              Element::f32,
                              {kWeightBlock},
                              "block,synapse",
                              "weight",
                              "weights of consecutive synapses; NaN beyond the last one"});
    return stream;
}

}  // namespace

DatasetSpec EventStream::commit_spec() const {
    return {"commits/" + path, Element::u64, {}, "", "rows", "rows of /" + path + " that are complete and durable"};
}

std::vector<EventStream> event_streams(const TraceHeader& header) {
    std::vector<EventStream> streams;
    if (!header.spiking) return streams;
    if (header.options.level >= TraceLevel::samples) {
        for (const SpikingPopulation& population : header.spiking->populations) {
            streams.push_back(spikes_of(population));
        }
        for (const ann::SynapseLayer& layer : header.layers) streams.push_back(changes_of(layer));
    }
    if (header.options.level >= TraceLevel::full) {
        for (const ann::SynapseLayer& layer : header.layers) {
            streams.push_back(synapses_of(layer));
            streams.push_back(weights_of(layer));
        }
    }
    return streams;
}

std::size_t spikes_stream(const TraceHeader& /*header*/, std::size_t population) {
    return population;
}
std::size_t changes_stream(const TraceHeader& header, std::size_t layer) {
    return header.spiking->populations.size() + layer;
}
std::size_t synapses_stream(const TraceHeader& header, std::size_t layer) {
    return header.spiking->populations.size() + header.layers.size() + 2 * layer;
}
std::size_t weights_stream(const TraceHeader& header, std::size_t layer) {
    return synapses_stream(header, layer) + 1;
}

std::vector<std::string> event_stream_paths(const TraceHeader& header) {
    std::vector<std::string> paths;
    for (const EventStream& stream : event_streams(header)) paths.push_back(stream.path);
    return paths;
}

EventStreamWriter::EventStreamWriter(hid_t file, EventStream stream)
    : stream_(std::move(stream)), kept_(stream_.columns.size()) {
    for (const DatasetSpec& spec : stream_.columns) datasets_.push_back(hdf5::create_rows(file, spec));
    word_ = hdf5::create_word(file, stream_.commit_spec(), 0);
}

void EventStreamWriter::append(const EventRows& rows) {
    if (rows.columns.size() != kept_.size()) throw std::logic_error("columns of rows for /" + stream_.path);
    for (std::size_t place = 0; place < kept_.size(); ++place) {
        const std::vector<std::byte>& values = rows.columns[place];
        if (values.size() != rows.rows * stream_.columns[place].row_bytes()) {
            throw std::logic_error("bytes of rows for /" + stream_.columns[place].path);
        }
        kept_[place].insert(kept_[place].end(), values.begin(), values.end());
    }
    kept_rows_ += rows.rows;
    write(rows.last ? kept_rows_ : kept_rows_ - kept_rows_ % stream_.columns.front().chunk_rows);
}

void EventStreamWriter::append_rest() {
    write(kept_rows_);
}

void EventStreamWriter::write(std::uint64_t rows) {
    if (rows == 0) return;
    for (std::size_t place = 0; place < kept_.size(); ++place) {
        const DatasetSpec& spec = stream_.columns[place];
        std::vector<std::byte>& values = kept_[place];
        hdf5::append_rows(datasets_[place].get(), spec, written_, rows, values.data());
        values.erase(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(rows * spec.row_bytes()));
    }
    kept_rows_ -= rows;
    written_ += rows;
}

void EventStreamWriter::commit() {
    hdf5::write_word(word_.get(), written_);
}

void EventStreamWriter::close() {
    for (hdf5::Handle& dataset : datasets_) dataset.close();
    word_.close();
}

void EventStreamWriter::forget() {
    for (hdf5::Handle& dataset : datasets_) dataset.forget();
    word_.forget();
}

EventStreamReader::EventStreamReader(hid_t file, EventStream stream, std::size_t number, std::uint64_t file_bytes,
                                     ReadDamage damage)
    : stream_(std::move(stream)), number_(number) {
    if (damage == ReadDamage::passed_over) {
        find_whole_rows(file, file_bytes);
        return;
    }
    const hdf5::Handle word = hdf5::open_dataset(file, stream_.commit_spec().path);
    rows_ = committed_ = hdf5::read_word(word.get(), stream_.commit_spec().path);
    std::uint64_t row_bytes = 0;
    for (const DatasetSpec& spec : stream_.columns) row_bytes += spec.row_bytes();
    if (rows_ > 0 && row_bytes > file_bytes / rows_) {
        throw hdf5::Hdf5Error("/" + stream_.commit_spec().path + " = " + std::to_string(rows_) + " rows of " +
                              std::to_string(row_bytes) + " bytes each, must fit into the file's " +
                              std::to_string(file_bytes) + " bytes");
    }
    for (const DatasetSpec& spec : stream_.columns) {
        datasets_.push_back(hdf5::open_dataset(file, spec.path));
        const std::uint64_t present = hdf5::checked_rows(datasets_.back().get(), spec);
        if (present < rows_) {
            throw hdf5::Hdf5Error("/" + spec.path + " has " + std::to_string(present) +
                                  " rows, must have at least the committed " + std::to_string(rows_));
        }
    }
}

void EventStreamReader::find_whole_rows(hid_t file, std::uint64_t file_bytes) {
    try {
        const hdf5::Handle word = hdf5::open_dataset(file, stream_.commit_spec().path);
        committed_ = hdf5::read_word(word.get(), stream_.commit_spec().path);
        std::uint64_t whole = committed_;
        for (const DatasetSpec& spec : stream_.columns) whole = hdf5::whole_rows(file, spec, whole, file_bytes);
        if (whole == 0) return;
        for (const DatasetSpec& spec : stream_.columns) datasets_.push_back(hdf5::open_dataset(file, spec.path));
        rows_ = whole;
    } catch (const hdf5::Hdf5Error&) {
        // A stream without its word or its datasets has no rows.
    }
}

void EventStreamReader::for_each(const std::function<void(const EventRows&)>& visit) const {
    EventRows rows{.stream = number_, .rows = 0, .columns = {}, .last = false};
    rows.columns.resize(stream_.columns.size());
    const std::uint64_t at_a_time = stream_.columns.front().chunk_rows == 1 ? 1 : kRowsAtATime;
    for (std::uint64_t first = 0; first < rows_; first += rows.rows) {
        rows.rows = std::min(at_a_time, rows_ - first);
        rows.last = first + rows.rows == rows_;
        {
            const std::lock_guard lock(hdf5::library_mutex());
            for (std::size_t place = 0; place < datasets_.size(); ++place) {
                const DatasetSpec& spec = stream_.columns[place];
                rows.columns[place].resize(rows.rows * spec.row_bytes());
                hdf5::read_rows(datasets_[place].get(), spec, first, rows.rows, rows.columns[place].data());
            }
        }
        visit(rows);
    }
}

}  // namespace stdpscope::analysis
