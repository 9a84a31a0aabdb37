#include "analysis/trace/column.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>
#include <utility>

#include "analysis/trace/restated_categories.hpp"
#include "ann/lane_cube.hpp"

namespace stdpscope::analysis {

namespace {

using hdf5::DatasetSpec;
using hdf5::Element;
using hdf5::element_of;
using Shape = std::vector<std::uint64_t>;

/// What a dataset says of itself besides its shape.
struct Words {
    std::string path;
    std::string axes;
    std::string unit;
    std::string description;
};

DatasetSpec spec_of(const Words& words, Element element, Shape row_shape) {
    return {words.path, element, std::move(row_shape), words.axes, words.unit, words.description};
}

void require_size(const std::string& path, std::size_t size, std::uint64_t wanted) {
    if (size != wanted) {
        throw std::logic_error("row for " + path + " has " + std::to_string(size) + " values, must have " +
                               std::to_string(wanted));
    }
}

/// One number a row; `access(row)` is a reference to it.
template <class Row, class Access>
Column<Row> number_column(const Words& words, Access access) {
    using Value = std::remove_cvref_t<decltype(access(std::declval<Row&>()))>;
    return {spec_of(words, element_of<Value>(), {}),
            [access](const Row& row, std::byte* out) { std::memcpy(out, &access(row), sizeof(Value)); },
            [access](const std::byte* in, Row& row) { std::memcpy(&access(row), in, sizeof(Value)); }};
}

/// One vector a row, of a size known beforehand; `access(row)` is a reference to it.
template <class Row, class Access>
Column<Row> vector_column(const Words& words, Shape row_shape, Access access) {
    using Value = typename std::remove_cvref_t<decltype(access(std::declval<Row&>()))>::value_type;
    const DatasetSpec spec = spec_of(words, element_of<Value>(), std::move(row_shape));
    const std::uint64_t elements = spec.row_elements();
    return {spec,
            [access, elements, path = spec.path](const Row& row, std::byte* out) {
                require_size(path, access(row).size(), elements);
                std::memcpy(out, access(row).data(), elements * sizeof(Value));
            },
            [access, elements](const std::byte* in, Row& row) {
                access(row).resize(elements);
                std::memcpy(access(row).data(), in, elements * sizeof(Value));
            }};
}

/// One plain value (a number, an array or Moments) a population; `access(row)` is the vector over populations,
/// `part(entry)` a reference to the value in its entries.
template <class Element, class Row, class Access, class Part>
Column<Row> population_column(const Words& words, std::uint64_t populations, const Shape& part_shape, Access access,
                              Part part) {
    using Entry = typename std::remove_cvref_t<decltype(access(std::declval<Row&>()))>::value_type;
    using Value = std::remove_cvref_t<decltype(part(std::declval<Entry&>()))>;
    static_assert(std::is_trivially_copyable_v<Value>);
    Shape row_shape{populations};
    row_shape.insert(row_shape.end(), part_shape.begin(), part_shape.end());
    const DatasetSpec spec = spec_of(words, element_of<Element>(), std::move(row_shape));
    if (spec.row_bytes() != populations * sizeof(Value)) throw std::logic_error(words.path + ": shape does not fit");
    return {spec,
            [access, part, populations, path = spec.path](const Row& row, std::byte* out) {
                require_size(path, access(row).size(), populations);
                for (const Entry& entry : access(row)) {
                    std::memcpy(out, &part(entry), sizeof(Value));
                    out += sizeof(Value);
                }
            },
            [access, part](const std::byte* in, Row& row) {
                for (Entry& entry : access(row)) {
                    std::memcpy(&part(entry), in, sizeof(Value));
                    in += sizeof(Value);
                }
            }};
}

constexpr std::uint64_t kMomentCount = 5;
static_assert(sizeof(Moments) == kMomentCount * sizeof(double));

LayerRecord& layer_record(StoredRecord& row, std::size_t layer) {
    return row.record.layers.at(layer);
}
const LayerRecord& layer_record(const StoredRecord& row, std::size_t layer) {
    return row.record.layers.at(layer);
}

void add_event_columns(std::vector<Column<StoredRecord>>& columns, const ann::SynapseLayer& layer, std::size_t index,
                       bool is_spiking) {
    const std::string path = "layers/" + layer.name + "/events/";
    const auto events = [index](auto& row) -> auto& {
        return layer_record(row, index).events;
    };
    const std::uint64_t populations = layer.populations.size();
    columns.push_back(population_column<std::uint64_t, StoredRecord>(
        {path + "histogram", "record,population,transmitter,receptor,timing,response", "events",
         is_spiking ? "effects of spikes on synapses as the rule asks for them, bounds left out, by their signs -1, 0, "
                      "+1 along the last four axes; timing is that of the nearest pair, + pre first or same time"
                    : "uses of synapses, one a sample and position, by their signs -1, 0, +1 along the last four axes; "
                      "timing is the sign of -dLoss/dactivation"},
        populations, {3, 3, 3, 3}, events, [](auto& counts) -> auto& { return counts.histogram; }));
    columns.push_back(population_column<std::uint64_t, StoredRecord>(
        {path + "invalid", "record,population", "events", "uses with a NaN among their four values"}, populations, {},
        events, [](auto& counts) -> auto& { return counts.invalid; }));
}

void add_update_columns(std::vector<Column<StoredRecord>>& columns, const ann::SynapseLayer& layer, std::size_t index,
                        bool is_spiking) {
    const std::string path = "layers/" + layer.name + "/";
    const auto updates = [index](auto& row) -> auto& {
        return layer_record(row, index).updates;
    };
    const std::uint64_t populations = update_populations(layer).size();
    const auto counts_column = [&](const char* name, const char* unit, const char* description, auto part) {
        columns.push_back(population_column<std::uint64_t, StoredRecord>(
            {path + "updates/" + name, "record,population", unit, description}, populations, {}, updates, part));
    };
    columns.push_back(population_column<std::uint64_t, StoredRecord>(
        {path + "updates/histogram", "record,population,receptor,timing,change", "updates",
         is_spiking
             ? "effects of spikes on synapses, bounds included, by their signs -1, 0, +1 along the last three "
               "axes; receptor is the receptors' kind, timing that of the nearest pair"
             : "weight updates, one a weight and step, by their signs -1, 0, +1 along the last three axes; "
               "receptor is the sign of the weight before, timing that of the sum over the batch's firing pairs"},
        populations, {3, 3, 3}, updates, [](auto& counts) -> auto& { return counts.histogram; }));
    columns.push_back(population_column<double, StoredRecord>(
        {path + "updates/absolute_update", "record,population,receptor,timing,change", "weight",
         "sum of |weight update| over the cells of updates/histogram"},
        populations, {3, 3, 3}, updates, [](auto& counts) -> auto& { return counts.absolute_update; }));
    counts_column(
        "untimed", "updates", "weights that changed in a step without a firing pair; not in the histogram",
        [](auto& counts) -> auto& { return counts.untimed; });
    columns.push_back(population_column<double, StoredRecord>(
        {path + "updates/untimed_absolute_update", "record,population", "weight",
         "sum of |weight update| over the untimed updates"},
        populations, {}, updates, [](auto& counts) -> auto& { return counts.untimed_absolute_update; }));
    counts_column(
        "invalid", "updates", "updates with a NaN among their values; not in the histogram",
        [](auto& counts) -> auto& { return counts.invalid; });
    counts_column(
        "receptor_switches", "updates", "updates that took a weight from + to - or from - to +",
        [](auto& counts) -> auto& { return counts.receptor_switches; });
    columns.push_back(population_column<double, StoredRecord>(
        {path + "weights/moments", "record,population,statistic", "weight",
         "mean, population standard deviation, minimum, maximum and mean of |weight| at the end of the record"},
        populations, {kMomentCount}, updates, [](auto& counts) -> auto& { return counts.weights; }));
}

void add_bias_column(std::vector<Column<StoredRecord>>& columns, const ann::SynapseLayer& layer, std::size_t index) {
    const std::string path = "layers/" + layer.name + "/";
    const auto moments = [index](auto& row) -> auto& {
        return layer_record(row, index).biases;
    };
    columns.push_back(
        {spec_of({path + "biases/moments", "record,statistic", "bias",
                  "mean, population standard deviation, minimum, maximum and mean of |bias| at the end of "
                  "the record"},
                 Element::f64, {kMomentCount}),
         [moments](const StoredRecord& row, std::byte* out) { std::memcpy(out, &moments(row), sizeof(Moments)); },
         [moments](const std::byte* in, StoredRecord& row) { std::memcpy(&moments(row), in, sizeof(Moments)); }});
}

void add_unit_columns(std::vector<Column<StoredRecord>>& columns, const ann::SynapseLayer& layer, std::size_t index,
                      bool is_spiking) {
    const std::string path = "layers/" + layer.name + "/";
    columns.push_back(vector_column<StoredRecord>(
        {path + "units/response", "record,unit,sign", is_spiking ? "spikes" : "samples x positions",
         is_spiking ? "spikes of each postsynaptic neuron, all at sign +; the other places are 0"
                    : "how often each row of the weight matrix (unit, or channel of a convolution) answered with an "
                      "activation derivative < 0, = 0, > 0"},
        {layer.geometry.weight_rows(), 3}, [index](auto& row) -> auto& {
            return layer_record(row, index).unit_response;
        }));
    columns.push_back(number_column<StoredRecord>(
        {path + "units/dead_units", "record", "units",
         is_spiking ? "postsynaptic neurons without a spike in the record"
                    : "rows of the weight matrix whose activation derivative was 0 at every sample and position of the "
                      "record"},
        [index](auto& row) -> auto& { return layer_record(row, index).dead_units; }));
}

void add_spiking_columns(std::vector<Column<StoredRecord>>& columns, const ann::SynapseLayer& layer,
                         std::size_t index) {
    const std::string path = "layers/" + layer.name + "/";
    columns.push_back(number_column<StoredRecord>(
        {path + "updates/same_time", "record", "updates",
         "updates that changed their weight by a pair of time difference 0; among those of timing +1"},
        [index](auto& row) -> auto& { return layer_record(row, index).spiking.same_time; }));
    columns.push_back(
        {spec_of({path + "weights/histogram", "record,bin", "synapses",
                  "synapses by number of receptors at the end of the record: equal parts of [0, w_max], the last one "
                  "closed"},
                 Element::u64, {kWeightBins}),
         [index](const StoredRecord& row, std::byte* out) {
             const auto& bins = layer_record(row, index).spiking.weight_histogram;
             std::memcpy(out, bins.data(), sizeof bins);
         },
         [index](const std::byte* in, StoredRecord& row) {
             auto& bins = layer_record(row, index).spiking.weight_histogram;
             std::memcpy(bins.data(), in, sizeof bins);
         }});
}

/// A dataset of its own for each category, so that viewers draw the four of them as curves of one plot.
template <class CountsOf>
void add_category_columns(std::vector<Column<StoredRecord>>& columns, const std::string& path, const char* unit,
                          CountsOf counts_of) {
    for (std::size_t place = 0; place < kStdpCategories.size(); ++place) {
        const std::string name(name_of(kStdpCategories[place]));
        columns.push_back({spec_of({path + "/" + name, "record", unit,
                                    "category of Table 5 at measure = magnitude and timing = descent; restates the "
                                    "histogram"},
                                   Element::u64, {}),
                           [counts_of, place](const StoredRecord& row, std::byte* out) {
                               const std::uint64_t count = counts_of(row)[place];
                               std::memcpy(out, &count, sizeof count);
                           },
                           {}});
    }
}

void add_category_columns(std::vector<Column<StoredRecord>>& columns, const ann::SynapseLayer& layer,
                          std::size_t index) {
    const std::string path = "layers/" + layer.name + "/categories/";
    for (std::size_t population = 0; population < layer.populations.size(); ++population) {
        add_category_columns(columns, path + "events/" + layer.populations[population], "events",
                             [index, population](const StoredRecord& row) {
                                 return event_categories(layer_record(row, index).events.at(population));
                             });
    }
    const std::vector<std::string> populations = update_populations(layer);
    for (std::size_t population = 0; population < populations.size(); ++population) {
        add_category_columns(columns, path + "updates/" + populations[population], "updates",
                             [index, population](const StoredRecord& row) {
                                 return update_categories(layer_record(row, index).updates.at(population));
                             });
    }
}

/// step, epoch, learning_rate and last_of_epoch of a stream of steps under `path`.
template <class Row>
std::vector<Column<Row>> place_columns(const std::string& path, const std::string& axis) {
    std::vector<Column<Row>> columns;
    columns.push_back(number_column<Row>(
        {path + "step", axis, "steps", "step, counted from 0"}, [](auto& row) -> auto& { return row.place.step; }));
    columns.push_back(number_column<Row>(
        {path + "epoch", axis, "epochs", "epoch, counted from 0"}, [](auto& row) -> auto& { return row.place.epoch; }));
    columns.push_back(number_column<Row>(
        {path + "learning_rate", axis, "1", "learning rate of the epoch, before the layers' multipliers"},
        [](auto& row) -> auto& { return row.place.learning_rate; }));
    columns.push_back(
        {spec_of({path + "last_of_epoch", axis, "1", "1 at the last step of an epoch, else 0"}, Element::u8, {}),
         [](const Row& row, std::byte* out) { *out = static_cast<std::byte>(row.place.last_of_epoch ? 1 : 0); },
         [](const std::byte* in, Row& row) { row.place.last_of_epoch = *in != std::byte{0}; }});
    return columns;
}

void add_sample_columns(std::vector<Column<SampledStep>>& columns, const ann::SynapseLayer& layer, std::size_t index,
                        std::uint64_t synapses) {
    if (synapses == 0) return;
    const auto add = [&](const char* name, const char* unit, const char* description, auto member) {
        columns.push_back(vector_column<SampledStep>(
            {"layers/" + layer.name + "/samples/" + name, "sampled_step,synapse", unit, description}, {synapses},
            [ index, member ](auto& row) -> auto& { return row.layers.at(index).*member; }));
    };
    add("weight", "weight", "weight before the update", &SampledLayer::weight);
    add("weight_update", "weight", "update applied, learning rate, momentum and decay included",
        &SampledLayer::weight_update);
    add("pairs_pre_first", "events", "firing pairs of the batch in which the presynaptic unit fired first",
        &SampledLayer::pairs_pre_first);
    add("pairs_post_first", "events", "firing pairs of the batch in which the postsynaptic unit fired first",
        &SampledLayer::pairs_post_first);
    add("timing_integral", "loss / activation", "sum of -dLoss/dactivation over the firing pairs of the batch",
        &SampledLayer::timing_integral);
    add("event_sample", "samples", "place in the batch of the event drawn for the next four datasets",
        &SampledLayer::event_sample);
    add("event_position", "positions", "row * columns + column of the output map of the event; 0 in dense layers",
        &SampledLayer::event_position);
    add("activation", "activation", "presynaptic activation at the event; 0 at padding", &SampledLayer::activation);
    add("loss_derivative", "loss / activation", "dLoss/dactivation of the postsynaptic unit at the event",
        &SampledLayer::loss_derivative);
    add("activation_derivative", "1", "derivative of the postsynaptic unit's activation function at the event",
        &SampledLayer::activation_derivative);
}

enum class Polarity { positive, negative };

/// One bit plane of the units of a layer. A batch shorter than batch_size has fewer blocks: the rest is zero.
Column<PlanesStep> unit_plane_column(const Words& words, std::uint64_t blocks, std::uint64_t units, std::size_t index,
                                     SignPlanes PlanesLayer::*planes, Polarity polarity) {
    const auto words_of = [ index, planes, polarity ](auto& row) -> auto& {
        auto& both = row.layers.at(index).*planes;
        return polarity == Polarity::positive ? both.positive : both.negative;
    };
    const auto present = [units, blocks](const PlanesStep& row) {
        return units * std::min<std::uint64_t>(blocks, (row.samples + ann::kLanes - 1) / ann::kLanes);
    };
    return {spec_of(words, Element::u16, {blocks, units}),
            [words_of, present, all = blocks * units, path = words.path](const PlanesStep& row, std::byte* out) {
                const std::uint64_t used = present(row);
                require_size(path, words_of(row).size(), used);
                std::memset(out, 0, all * sizeof(std::uint16_t));
                std::memcpy(out, words_of(row).data(), used * sizeof(std::uint16_t));
            },
            [words_of, present](const std::byte* in, PlanesStep& row) {
                words_of(row).resize(present(row));
                std::memcpy(words_of(row).data(), in, present(row) * sizeof(std::uint16_t));
            }};
}

void add_plane_columns(std::vector<Column<PlanesStep>>& columns, const TraceHeader& header, std::size_t index) {
    const ann::SynapseLayer& layer = header.layers[index];
    const std::uint64_t blocks = (header.batch_size + ann::kLanes - 1) / ann::kLanes;
    const std::uint64_t weight_words =
        (layer.geometry.weight_rows() * layer.geometry.weight_columns() + ann::kLanes - 1) / ann::kLanes;
    for (const Polarity polarity : {Polarity::positive, Polarity::negative}) {
        const std::string sign = polarity == Polarity::positive ? "positive" : "negative";
        const auto words = [&](const std::string& name, const char* axes, const char* what) {
            return Words{"layers/" + layer.name + "/planes/" + name + "_" + sign, axes, "1",
                         std::string(what) + " is " + sign + "; set in both planes: NaN, in neither: 0"};
        };
        const auto add_units = [&](const char* name, std::uint64_t units, SignPlanes PlanesLayer::*planes,
                                   const char* what) {
            columns.push_back(
                unit_plane_column(words(name, "planes_step,block,unit", what), blocks, units, index, planes, polarity));
        };
        const auto add_weights = [&](const char* name, SignPlanes PlanesLayer::*planes, const char* what) {
            columns.push_back(vector_column<PlanesStep>(
                words(name, "planes_step,word", what), {weight_words}, [ index, planes, polarity ](auto& row) -> auto& {
                    auto& both = row.layers.at(index).*planes;
                    return polarity == Polarity::positive ? both.positive : both.negative;
                }));
        };
        add_units("pre_activation", layer.geometry.pre_shape.units(), &PlanesLayer::pre_activation,
                  "bit l: the presynaptic unit's activation at sample 16 block + l");
        add_units("loss_derivative", layer.geometry.post_shape.units(), &PlanesLayer::loss_derivative,
                  "bit l: dLoss/dactivation of the postsynaptic unit at sample 16 block + l");
        add_units("activation_derivative", layer.geometry.post_shape.units(), &PlanesLayer::activation_derivative,
                  "bit l: the postsynaptic unit's activation derivative at sample 16 block + l");
        add_weights("weight", &PlanesLayer::weight,
                    "bit l: weight number 16 word + l (post fastest) before the update");
        add_weights("weight_update", &PlanesLayer::weight_update,
                    "bit l: update of weight number 16 word + l (post fastest)");
    }
}

}  // namespace

std::vector<Column<StoredRecord>> record_columns(const TraceHeader& header) {
    std::vector<Column<StoredRecord>> columns;
    const auto add = [&](const char* name, const char* unit, const char* description, auto access) {
        columns.push_back(
            number_column<StoredRecord>({std::string("records/") + name, "record", unit, description}, access));
    };
    add(
        "first_step", "steps", "first step of the record, counted from 0",
        [](auto& row) -> auto& { return row.record.first_step; });
    add(
        "end_step", "steps", "step after the last one of the record",
        [](auto& row) -> auto& { return row.record.end_step; });
    add(
        "epoch", "epochs", "epoch, counted from 0; a record lies within one",
        [](auto& row) -> auto& { return row.record.epoch; });
    add(
        "learning_rate", "1", "learning rate of the epoch, before the layers' multipliers",
        [](auto& row) -> auto& { return row.record.learning_rate; });
    add(
        "samples", "samples", "samples seen in the record", [](auto& row) -> auto& { return row.record.samples; });
    add(
        "sampled_steps_end", "rows", "rows of samples/ that the run has by the end of this record",
        [](auto& row) -> auto& { return row.sampled_steps_end; });
    add(
        "planes_steps_end", "rows", "rows of planes/ that the run has by the end of this record",
        [](auto& row) -> auto& { return row.planes_steps_end; });
    add(
        "updates_steps_end", "rows", "rows of updates/ that the run has by the end of this record",
        [](auto& row) -> auto& { return row.updates_steps_end; });
    for (std::size_t index = 0; index < header.layers.size(); ++index) {
        add_event_columns(columns, header.layers[index], index, header.spiking.has_value());
        add_update_columns(columns, header.layers[index], index, header.spiking.has_value());
        if (!header.spiking) add_bias_column(columns, header.layers[index], index);
        add_unit_columns(columns, header.layers[index], index, header.spiking.has_value());
        if (header.spiking) add_spiking_columns(columns, header.layers[index], index);
        add_category_columns(columns, header.layers[index], index);
    }
    return columns;
}

std::vector<Column<SampledStep>> sampled_step_columns(const TraceHeader& header) {
    if (header.options.level < TraceLevel::samples || header.spiking) return {};
    auto columns = place_columns<SampledStep>("samples/", "sampled_step");
    for (std::size_t index = 0; index < header.layers.size(); ++index) {
        add_sample_columns(columns, header.layers[index], index, sampled_count(header, header.layers[index]));
    }
    return columns;
}

std::vector<Column<PlanesStep>> planes_step_columns(const TraceHeader& header) {
    if (header.options.level < TraceLevel::planes || header.spiking) return {};
    auto columns = place_columns<PlanesStep>("planes/", "planes_step");
    // Before the planes: their scatter looks at it.
    columns.push_back(number_column<PlanesStep>(
        {"planes/samples", "planes_step", "samples", "samples of the batch"},
        [](auto& row) -> auto& { return row.samples; }));
    for (std::size_t index = 0; index < header.layers.size(); ++index) add_plane_columns(columns, header, index);
    return columns;
}

std::vector<Column<UpdatesStep>> updates_step_columns(const TraceHeader& header) {
    if (header.options.level < TraceLevel::full || header.spiking) return {};
    auto columns = place_columns<UpdatesStep>("updates/", "updates_step");
    for (std::size_t index = 0; index < header.layers.size(); ++index) {
        const ann::SynapseLayer& layer = header.layers[index];
        columns.push_back(vector_column<UpdatesStep>(
            {"layers/" + layer.name + "/updates_full/weight_update", "updates_step,pre,post", "weight",
             "update applied to each weight; post is the fastest axis, as in the column-major (post x pre) matrix"},
            {layer.geometry.weight_columns(), layer.geometry.weight_rows()}, [index](auto& row) -> auto& {
                return row.weight_update.at(index);
            }));
    }
    return columns;
}

StoredRecord empty_record(const TraceHeader& header) {
    StoredRecord row;
    for (const ann::SynapseLayer& layer : header.layers) {
        LayerRecord& record = row.record.layers.emplace_back();
        record.events.resize(layer.populations.size());
        record.updates.resize(update_populations(layer).size());
    }
    return row;
}

SampledStep empty_sampled_step(const TraceHeader& header) {
    SampledStep row;
    row.layers.resize(header.layers.size());
    return row;
}

PlanesStep empty_planes_step(const TraceHeader& header) {
    PlanesStep row;
    row.layers.resize(header.layers.size());
    return row;
}

UpdatesStep empty_updates_step(const TraceHeader& header) {
    UpdatesStep row;
    row.weight_update.resize(header.layers.size());
    return row;
}

std::uint64_t sampled_count(const TraceHeader& header, const ann::SynapseLayer& layer) {
    if (header.spiking) {
        const auto is_layer = [&](const ann::SynapseLayer& other) { return other.name == layer.name; };
        const auto place = std::find_if(header.layers.begin(), header.layers.end(), is_layer) - header.layers.begin();
        return header.spiking->projections.at(static_cast<std::size_t>(place)).sampled.size();
    }
    return std::min<std::uint64_t>(header.options.sample_synapses,
                                   layer.geometry.weight_rows() * layer.geometry.weight_columns());
}

}  // namespace stdpscope::analysis
