#include "analysis/summary/trace_export.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

#include "analysis/classify/sign.hpp"
#include "analysis/ledger/records.hpp"
#include "analysis/summary/csv.hpp"
#include "analysis/trace/durable_file.hpp"
#include "analysis/trace/error.hpp"
#include "analysis/trace/event_places.hpp"
#include "analysis/trace/run_folder.hpp"
#include "analysis/trace/trace_reader.hpp"

namespace stdpscope::analysis {
namespace {

namespace fs = std::filesystem;

constexpr const char* kReadme =
    R"(Tables of one run's trace, one value a row (comma-separated, UTF-8, first line: names of the columns).

Common columns
  record       number of the record, from 0
  first_step   first step of the record; steps and epochs count from 0
  epoch        epoch of the record
  layer        name of the layer of synapses
  population   units of one kind, such as relu and neglu in a MixLU layer
  transmitter, receptor, timing, response, change
               signs -1, 0, +1: of the presynaptic activation, of the weight, of -dLoss/dactivation (+1: the
               presynaptic unit fired first), of the activation's derivative, of the weight's update

layers.csv     the layers: activation, kind, weight_rows x weight_columns, positions at which a weight is used
records.csv    the records: steps [first_step, end_step), learning_rate, samples seen
events.csv     count of the events with these signs; signs with count 0 are left out
updates.csv    count of the weights updated with these signs, and the sum of |update| over them; signs with
               count 0 are left out
other.csv      quantities beside the histograms: level event: invalid (events with a NaN);
               level update: invalid, untimed (changed without a firing pair), untimed_absolute_update,
               receptor_switches (weights that changed sign); level layer: dead_units (derivative 0 throughout)
units.csv      how often each row of the weight matrix (unit, or channel of a convolution) answered with a
               derivative < 0, = 0, > 0
moments.csv    moments of weights (by population) and biases at the end of the record
samples.csv    (trace level samples and above) sampled synapses: synapse = post + weight_rows * pre; weight before
               the update; firing pairs of the batch with timing +1 and -1; sum of -dLoss/dactivation over them; and
               the values of one event, drawn from the batch
spikes.csv     (simulations, level samples and above) every spike: population, time, neuron from 0
changes.csv    (simulations, level samples and above) every change of a sampled synapse: when, arrivals at the synapse
               of the spike pair behind it (nan where there is none), weight before, update
weights.csv    (simulations) synapses by size at the end of each record, in equal parts of [0, w_max]
metrics.csv    loss and errors (fractions) of each epoch; nan is what was not measured
)";

/// One file of the export.
class Table {
public:
    template <class... Names>
    Table(const fs::path& folder, const std::string& name, const Names&... columns)
        : path_(folder / name), file_(path_, std::ios::binary), csv_(file_) {
        csv_.row(columns...);
        check();
    }

    [[nodiscard]] CsvWriter& csv() { return csv_; }

    /// Throws WriteFailed where a write has failed.
    void check() const {
        if (!file_) throw WriteFailed(path_.string(), write_failure_of(errno), std::generic_category().message(errno));
    }

    void close() {
        file_.close();
        check();
        synchronize_file(path_);
    }

private:
    fs::path path_;
    std::ofstream file_;
    CsvWriter csv_;
};

std::int64_t sign_field(std::size_t axis) {
    return sign_at(axis);
}

/// The tables that have rows for every record.
class RecordTables {
public:
    RecordTables(const fs::path& folder, const std::vector<ann::SynapseLayer>& layers);

    void add(const Record& record);
    void close();

private:
    /// What every row begins with.
    CsvWriter& begin_row(Table& table, const Record& record, const std::string& layer, const std::string& population);
    void add_events(const Record& record, const std::string& layer, const std::string& population,
                    const EventCounts& events);
    void add_updates(const Record& record, const std::string& layer, const std::string& population,
                     const UpdateCounts& updates);
    void add_moments(const Record& record, const std::string& layer, const std::string& population, const char* thing,
                     const Moments& moments);
    void add_units(const Record& record, const std::string& layer, const std::vector<std::uint64_t>& unit_response);
    template <class Value>
    void add_other(const Record& record, const std::string& layer, const std::string& population, const char* level,
                   const char* quantity, Value value);

    const std::vector<ann::SynapseLayer>& layers_;
    std::vector<std::vector<std::string>> update_populations_;
    std::uint64_t number_ = 0;  ///< of the record
    Table records_;
    Table events_;
    Table updates_;
    Table other_;
    Table units_;
    Table moments_;
};

RecordTables::RecordTables(const fs::path& folder, const std::vector<ann::SynapseLayer>& layers)
    : layers_(layers),
      records_(folder, "records.csv", "record", "first_step", "end_step", "epoch", "learning_rate", "samples"),
      events_(folder, "events.csv", "record", "first_step", "epoch", "layer", "population", "transmitter", "receptor",
              "timing", "response", "count"),
      updates_(folder, "updates.csv", "record", "first_step", "epoch", "layer", "population", "receptor", "timing",
               "change", "count", "absolute_update"),
      other_(folder, "other.csv", "record", "first_step", "epoch", "layer", "population", "level", "quantity", "value"),
      units_(folder, "units.csv", "record", "first_step", "epoch", "layer", "unit", "negative", "zero", "positive"),
      moments_(folder, "moments.csv", "record", "first_step", "epoch", "layer", "population", "of", "mean", "deviation",
               "minimum", "maximum", "mean_absolute") {
    for (const auto& layer : layers_) update_populations_.push_back(update_populations(layer));
}

void RecordTables::add(const Record& record) {
    records_.csv().row(number_, record.first_step, record.end_step, record.epoch, record.learning_rate, record.samples);
    for (std::size_t index = 0; index < layers_.size(); ++index) {
        const std::string& layer = layers_[index].name;
        const LayerRecord& part = record.layers.at(index);
        for (std::size_t i = 0; i < part.events.size(); ++i) {
            add_events(record, layer, layers_[index].populations.at(i), part.events[i]);
        }
        for (std::size_t i = 0; i < part.updates.size(); ++i) {
            add_updates(record, layer, update_populations_[index].at(i), part.updates[i]);
        }
        add_moments(record, layer, "", "biases", part.biases);
        add_units(record, layer, part.unit_response);
        add_other(record, layer, "", "layer", "dead_units", part.dead_units);
    }
    for (const Table* table : {&records_, &events_, &updates_, &other_, &units_, &moments_}) table->check();
    ++number_;
}

void RecordTables::close() {
    for (Table* table : {&records_, &events_, &updates_, &other_, &units_, &moments_}) table->close();
}

CsvWriter& RecordTables::begin_row(Table& table, const Record& record, const std::string& layer,
                                   const std::string& population) {
    return table.csv().field(number_).field(record.first_step).field(record.epoch).field(layer).field(population);
}

void RecordTables::add_events(const Record& record, const std::string& layer, const std::string& population,
                              const EventCounts& events) {
    for (std::size_t cell = 0; cell < events.histogram.size(); ++cell) {
        if (events.histogram[cell] == 0) continue;
        CsvWriter& csv = begin_row(events_, record, layer, population);
        csv.field(sign_field(cell / 27)).field(sign_field(cell / 9 % 3));
        csv.field(sign_field(cell / 3 % 3)).field(sign_field(cell % 3));
        csv.field(events.histogram[cell]).end_row();
    }
    add_other(record, layer, population, "event", "invalid", events.invalid);
}

void RecordTables::add_updates(const Record& record, const std::string& layer, const std::string& population,
                               const UpdateCounts& updates) {
    for (std::size_t cell = 0; cell < updates.histogram.size(); ++cell) {
        if (updates.histogram[cell] == 0) continue;
        CsvWriter& csv = begin_row(updates_, record, layer, population);
        csv.field(sign_field(cell / 9)).field(sign_field(cell / 3 % 3)).field(sign_field(cell % 3));
        csv.field(updates.histogram[cell]).field(updates.absolute_update[cell]).end_row();
    }
    add_other(record, layer, population, "update", "invalid", updates.invalid);
    add_other(record, layer, population, "update", "untimed", updates.untimed);
    add_other(record, layer, population, "update", "untimed_absolute_update", updates.untimed_absolute_update);
    add_other(record, layer, population, "update", "receptor_switches", updates.receptor_switches);
    add_moments(record, layer, population, "weights", updates.weights);
}

void RecordTables::add_moments(const Record& record, const std::string& layer, const std::string& population,
                               const char* thing, const Moments& moments) {
    begin_row(moments_, record, layer, population)
        .row(thing, moments.mean, moments.deviation, moments.minimum, moments.maximum, moments.mean_absolute);
}

void RecordTables::add_units(const Record& record, const std::string& layer,
                             const std::vector<std::uint64_t>& unit_response) {
    for (std::size_t unit = 0; 3 * unit + 2 < unit_response.size(); ++unit) {
        units_.csv().row(number_, record.first_step, record.epoch, layer, static_cast<std::uint64_t>(unit),
                         unit_response[3 * unit], unit_response[3 * unit + 1], unit_response[3 * unit + 2]);
    }
}

template <class Value>
void RecordTables::add_other(const Record& record, const std::string& layer, const std::string& population,
                             const char* level, const char* quantity, Value value) {
    begin_row(other_, record, layer, population).row(level, quantity, value);
}

void write_layers(const fs::path& folder, const std::vector<ann::SynapseLayer>& layers) {
    Table table(folder, "layers.csv", "layer", "activation", "kind", "weight_rows", "weight_columns", "positions",
                "populations");
    for (const ann::SynapseLayer& layer : layers) {
        std::string populations;
        for (const auto& name : layer.populations) populations += (populations.empty() ? "" : " ") + name;
        const ann::SynapseGeometry& geometry = layer.geometry;
        table.csv().row(layer.name, layer.activation,
                        geometry.kind == ann::SynapseKind::dense ? "dense" : "convolution",
                        std::uint64_t{geometry.weight_rows()}, std::uint64_t{geometry.weight_columns()},
                        std::uint64_t{geometry.positions()}, populations);
    }
    table.close();
}

/// The synapses of one layer at one step.
void write_sampled_layer(CsvWriter& csv, const ann::StepPlace& place, const ann::SynapseLayer& layer,
                         const std::vector<std::uint64_t>& synapses, const SampledLayer& sampled) {
    const std::uint64_t rows = layer.geometry.weight_rows();
    for (std::size_t i = 0; i < sampled.weight.size(); ++i) {
        csv.row(place.step, std::uint64_t{place.epoch}, layer.name, synapses.at(i), synapses[i] % rows,
                synapses[i] / rows, sampled.weight[i], sampled.weight_update.at(i),
                std::int64_t{sampled.pairs_pre_first.at(i)}, std::int64_t{sampled.pairs_post_first.at(i)},
                sampled.timing_integral.at(i), std::uint64_t{sampled.event_sample.at(i)},
                std::uint64_t{sampled.event_position.at(i)}, sampled.activation.at(i), sampled.loss_derivative.at(i),
                sampled.activation_derivative.at(i));
    }
}

void write_samples(const fs::path& folder, const TraceReader& reader, const std::function<void()>& progress) {
    const TraceHeader& header = reader.header();
    std::vector<std::vector<std::uint64_t>> synapses;
    for (std::size_t index = 0; index < header.layers.size(); ++index) {
        synapses.push_back(sampled_synapses(header.layers[index], header.layer_index(index), header.seed,
                                            header.options.sample_synapses));
    }
    Table table(folder, "samples.csv", "step", "epoch", "layer", "synapse", "post", "pre", "weight", "weight_update",
                "pairs_pre_first", "pairs_post_first", "timing_integral", "event_sample", "event_position",
                "activation", "loss_derivative", "activation_derivative");
    reader.for_each_sampled_step([&](const SampledStep& step) {
        for (std::size_t index = 0; index < step.layers.size(); ++index) {
            write_sampled_layer(table.csv(), step.place, header.layers.at(index), synapses.at(index),
                                step.layers[index]);
        }
        table.check();
        progress();
    });
    table.close();
}

/// The values of a column of event rows.
template <class Value>
std::vector<Value> values_of(const EventRows& rows, std::size_t column) {
    std::vector<Value> values(rows.rows);
    std::memcpy(values.data(), rows.columns.at(column).data(), rows.rows * sizeof(Value));
    return values;
}

void write_spikes(const fs::path& folder, const TraceReader& reader, const std::function<void()>& progress) {
    const TraceHeader& header = reader.header();
    Table table(folder, "spikes.csv", "population", "timestamp_ms", "node_id");
    for (std::size_t k = 0; k < header.spiking->populations.size(); ++k) {
        reader.for_each_event_rows(spikes_stream(header, k), [&](const EventRows& rows) {
            const auto times = values_of<double>(rows, 0);
            const auto neurons = values_of<std::uint64_t>(rows, 1);
            for (std::size_t row = 0; row < rows.rows; ++row) {
                table.csv().row(header.spiking->populations[k].name, times[row], neurons[row]);
            }
            table.check();
            progress();
        });
    }
    table.close();
}

void write_changes(const fs::path& folder, const TraceReader& reader, const std::function<void()>& progress) {
    const TraceHeader& header = reader.header();
    Table table(folder, "changes.csv", "layer", "pre", "post", "time_ms", "pre_ms", "post_ms", "weight",
                "weight_update");
    for (std::size_t layer = 0; layer < header.layers.size(); ++layer) {
        const auto& sampled = header.spiking->projections[layer].sampled;
        reader.for_each_event_rows(changes_stream(header, layer), [&](const EventRows& rows) {
            const auto synapse = values_of<std::uint32_t>(rows, 0);
            const auto time_ms = values_of<double>(rows, 1);
            const auto pre_ms = values_of<double>(rows, 2);
            const auto post_ms = values_of<double>(rows, 3);
            const auto weight = values_of<double>(rows, 4);
            const auto update = values_of<double>(rows, 5);
            for (std::size_t row = 0; row < rows.rows; ++row) {
                if (synapse[row] >= sampled.size())
                    throw DamagedTrace(folder.string(), "a change of no sampled synapse");
                const auto& [post, pre] = sampled[synapse[row]];
                table.csv().row(header.layers[layer].name, pre, post, time_ms[row], pre_ms[row], post_ms[row],
                                weight[row], update[row]);
            }
            table.check();
            progress();
        });
    }
    table.close();
}

void write_weight_histograms(const fs::path& folder, const TraceReader& reader) {
    const TraceHeader& header = reader.header();
    Table table(folder, "weights.csv", "record", "end_step", "layer", "from", "to", "synapses");
    std::uint64_t number = 0;
    reader.for_each_record([&](const Record& record) {
        for (std::size_t layer = 0; layer < record.layers.size(); ++layer) {
            const double width = header.spiking->projections[layer].w_max / static_cast<double>(kWeightBins);
            for (std::size_t bin = 0; bin < kWeightBins; ++bin) {
                table.csv().row(number, record.end_step, header.layers[layer].name, static_cast<double>(bin) * width,
                                static_cast<double>(bin + 1) * width,
                                record.layers[layer].spiking.weight_histogram[bin]);
            }
        }
        table.check();
        ++number;
    });
    table.close();
}

void write_metrics(const fs::path& folder, const std::vector<ann::EpochMetrics>& metrics) {
    Table table(folder, "metrics.csv", "epoch", "learning_rate", "training_loss", "training_error",
                "full_training_error", "test_loss", "test_error", "seconds", "samples_per_second");
    for (const ann::EpochMetrics& epoch : metrics) {
        table.csv().row(std::uint64_t{epoch.epoch}, epoch.learning_rate, epoch.training_loss, epoch.training_error,
                        epoch.full_training_error, epoch.test_loss, epoch.test_error, epoch.seconds,
                        epoch.samples_per_second);
    }
    table.close();
}

}  // namespace

void export_trace(const fs::path& path, const fs::path& folder, const std::function<void()>& progress) {
    const TraceReader reader(path);
    progress();
    write_layers(folder, reader.header().layers);
    RecordTables tables(folder, reader.header().layers);
    reader.for_each_record([&](const Record& record) {
        tables.add(record);
        progress();
    });
    tables.close();
    const bool is_sampled = reader.header().options.level >= TraceLevel::samples;
    if (reader.header().spiking) {
        write_weight_histograms(folder, reader);
        if (is_sampled) write_spikes(folder, reader, progress);
        if (is_sampled) write_changes(folder, reader, progress);
    } else if (is_sampled) {
        write_samples(folder, reader, progress);
    }
    std::error_code ignored;
    if (fs::exists(path / kMetricsFile, ignored)) write_metrics(folder, read_metrics(path));
    write_file_durably(folder / "README.txt", kReadme);
}

}  // namespace stdpscope::analysis
