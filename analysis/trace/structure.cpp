#include "analysis/trace/structure.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>
#include <vector>

#include "analysis/classify/category.hpp"
#include "analysis/trace/column.hpp"
#include "analysis/trace/event_stream.hpp"
#include "analysis/trace/hdf5/attribute.hpp"
#include "analysis/trace/hdf5/file.hpp"

namespace stdpscope::analysis {

namespace {

using hdf5::Hdf5Error;
using hdf5::read_integer;
using hdf5::read_integers;
using hdf5::read_number;
using hdf5::read_text;
using hdf5::read_texts;
using hdf5::write_attribute;
using hdf5::write_number;

// What one axis, and one matrix, of a layer can plausibly have; their products stay far below 2^64.
constexpr std::uint64_t kLargestExtent = std::uint64_t{1} << 31U;
constexpr std::uint64_t kLargestMatrix = std::uint64_t{1} << 40U;

constexpr std::array<std::pair<TraceLevel, const char*>, 5> kLevelNames{{{TraceLevel::off, "off"},
                                                                         {TraceLevel::counts, "counts"},
                                                                         {TraceLevel::samples, "samples"},
                                                                         {TraceLevel::planes, "planes"},
                                                                         {TraceLevel::full, "full"}}};
constexpr std::array<std::pair<UpdateTiming, const char*>, 2> kTimingNames{
    {{UpdateTiming::pairs, "pairs"}, {UpdateTiming::integral, "integral"}}};
constexpr std::array<std::pair<ann::SynapseKind, const char*>, 2> kKindNames{
    {{ann::SynapseKind::dense, "dense"}, {ann::SynapseKind::convolution, "convolution"}}};
constexpr std::array<std::pair<ann::PopulationRule, const char*>, 3> kRuleNames{
    {{ann::PopulationRule::layer, "layer"},
     {ann::PopulationRule::unit, "unit"},
     {ann::PopulationRule::element, "element"}}};

constexpr std::array<std::pair<Sign, const char*>, 2> kTransmitterNames{{{1, "excitatory"}, {-1, "inhibitory"}}};
constexpr std::array<std::pair<Sign, const char*>, 2> kReceptorNames{{{1, "normal"}, {-1, "opposite"}}};
constexpr const char* kSimulation = "simulation";

template <class Names, class Value>
std::string name_in(const Names& names, Value value) {
    for (const auto& [known, name] : names) {
        if (known == value) return name;
    }
    throw std::logic_error("enumerator without a name");
}

template <class Names>
auto value_in(const Names& names, const std::string& attribute, const std::string& text) {
    std::string all;
    for (const auto& [value, name] : names) {
        if (text == name) return value;
        all += (all.empty() ? "" : ", ") + std::string(name);
    }
    throw Hdf5Error("attribute " + attribute + " = " + text + ", must be one of " + all);
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::size_t begin = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
        lines.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    lines.push_back(text.substr(begin));
    return lines;
}

const char* const kReadme =
    "This is a trace of stdpscope: the training of a neural network, read as synaptic plasticity.\n"
    "\n"
    "Every dataset has the attributes axes (names of its axes, the slowest first), unit and description.\n"
    "Rows count only below what is committed: /commit is the number of records (rows of records/ and of the\n"
    "histograms under layers/); rows of samples/, planes/ and updates/ count below records/sampled_steps_end,\n"
    "planes_steps_end and updates_steps_end of the last committed record, less the attribute first_sampled_step,\n"
    "first_planes_step or first_updates_step of the file (the rows in the run's earlier files).\n"
    "The file must have at least /commit_bytes bytes; else its end is lost.\n"
    "\n"
    "layers/NAME/events/histogram counts plasticity events: every use of a synapse, one a sample and position of\n"
    "the output map, by four signs. Along each of the last four axes the places 0, 1, 2 are the signs -1, 0, +1.\n"
    "  transmitter  sign of the presynaptic activation a: + excitatory, - inhibitory\n"
    "  receptor     sign of the weight w: + normal effect, - opposite effect\n"
    "  timing       sign of -D, D = dLoss/dactivation of the postsynaptic unit: + the presynaptic unit fired first\n"
    "  response     sign of the derivative F of the postsynaptic activation function: + normal STDP, - inverted\n"
    "A firing pair is an event with transmitter, timing and response all non-zero; the change that it asks for is\n"
    "the product of these three signs.\n"
    "layers/NAME/updates/histogram counts weight updates, one a weight and step, by receptor, timing (sign of the sum\n"
    "over the firing pairs of the batch) and change (sign of the update applied).\n"
    "\n"
    "A synapse is strengthened (measure = magnitude) where receptor x change > 0, or receptor = 0 and change is not;\n"
    "or (measure = signed) where change > 0. The categories:\n"
    "                                          strengthened            weakened\n"
    "  timing >= 0 (A first or same time)      pre_post_potentiation   pre_post_depression\n"
    "  timing <  0 (B first)                   post_pre_potentiation   post_pre_depression\n"
    "Normal STDP is pre_post_potentiation and post_pre_depression; the other two are temporally inverted.\n"
    "layers/NAME/categories/ restates the histograms in these categories for plotting (magnitude, descent).\n"
    "\n"
    "The matrices of weights are (post x pre); where one is stored whole, the axes are step, pre, post.\n"
    "docs/schema.md of the program describes every dataset.";

const char* const kSpikingReadme =
    "This is a trace of stdpscope: the simulation of a spiking network with plastic synapses.\n"
    "\n"
    "Every dataset has the attributes axes (names of its axes, the slowest first), unit and description. A step is\n"
    "dt_ms (attribute of the root) of biological time. Rows count only below what is committed: /commit is the number\n"
    "of records (rows of records/ and of the histograms under layers/); spikes/NAME, layers/NAME/changes, synapses "
    "and\n"
    "weights_full have a word of their own each under commits/. The file must have at least /commit_bytes bytes; else\n"
    "its end is lost.\n"
    "\n"
    "layers/NAME is a plastic projection, from the population in its attribute pre_population to post_population.\n"
    "layers/NAME/updates/histogram counts updates: the effect of one spike on one synapse, by three signs. Along each\n"
    "of the last axes the places 0, 1, 2 are the signs -1, 0, +1.\n"
    "  receptor     kind of the synapse's receptors: + normal effect, - opposite effect\n"
    "  timing       of the nearest spike pair: + the presynaptic spike came first or at the same time, - second\n"
    "  change       sign of the change of the signed weight, receptor x number of receptors; 0 at a bound\n"
    "layers/NAME/events/histogram counts the same updates as what the rule asks for, bounds left out, as the traces "
    "of\n"
    "trainings do, by transmitter, receptor, timing and response; change = transmitter x timing x response.\n"
    "\n"
    "A synapse is strengthened (measure = magnitude) where receptor x change > 0. The categories:\n"
    "                                          strengthened            weakened\n"
    "  timing >= 0 (A first or same time)      pre_post_potentiation   pre_post_depression\n"
    "  timing <  0 (B first)                   post_pre_potentiation   post_pre_depression\n"
    "Normal STDP is pre_post_potentiation and post_pre_depression; the other two are temporally inverted.\n"
    "layers/NAME/categories/ restates the histograms in these categories for plotting.\n"
    "\n"
    "spikes/NAME holds the spikes of a population in SONATA's layout. layers/NAME/changes tells every change of the\n"
    "synapses in layers/NAME/samples/synapse with the spike pair behind it.\n"
    "docs/schema.md of the program describes every dataset.";

void write_signal(hid_t file, const std::string& group_path, const std::string& signal,
                  const std::vector<std::string>& auxiliary, const std::string& title) {
    const hdf5::Handle group = hdf5::open_group(file, group_path);
    write_attribute(group.get(), "NX_class", std::string("NXdata"));
    write_attribute(group.get(), "signal", signal);
    if (!auxiliary.empty()) write_attribute(group.get(), "auxiliary_signals", auxiliary);
    write_attribute(group.get(), "axes", std::vector<std::string>{"end_step"});
    write_attribute(group.get(), "title", title);
}

/// Makes a viewer draw the four categories of a population over the steps.
void write_category_plot(hid_t file, const std::string& group_path, const std::string& title) {
    std::vector<std::string> names;
    for (const Category category : kStdpCategories) names.emplace_back(name_of(category));
    hdf5::link_object(file, "records/end_step", group_path + "/end_step");
    write_signal(file, group_path, names.front(), {names.begin() + 1, names.end()}, title);
}

void write_plots(hid_t file, const TraceHeader& header) {
    if (header.spiking) {
        write_signal(file, "records", "samples", {}, "steps a record");
    } else {
        write_signal(file, "records", "learning_rate", {}, "learning rate");
    }
    for (const ann::SynapseLayer& layer : header.layers) {
        const std::string path = "layers/" + layer.name + "/categories/";
        for (const std::string& population : layer.populations) {
            write_category_plot(file, path + "events/" + population,
                                layer.name + ", " + population + ": events by category");
        }
        for (const std::string& population : update_populations(layer)) {
            write_category_plot(file, path + "updates/" + population,
                                layer.name + ", " + population + ": updates by category");
        }
    }
    write_attribute(file, "NX_class", std::string("NXroot"));
    write_attribute(
        file, "default",
        "layers/" + header.layers.front().name + "/categories/events/" + header.layers.front().populations.front());
}

std::vector<std::uint64_t> extents_of(const ann::MapShape& shape) {
    return {shape.channels, shape.rows, shape.columns};
}

void write_layer(hid_t file, const ann::SynapseLayer& layer, std::uint64_t index) {
    const ann::SynapseGeometry& geometry = layer.geometry;
    const hdf5::Handle group = hdf5::open_group(file, "layers/" + layer.name);
    write_attribute(group.get(), "index", index);
    write_attribute(group.get(), "activation", layer.activation);
    write_attribute(group.get(), "kind", name_in(kKindNames, geometry.kind));
    write_attribute(group.get(), "pre_shape", extents_of(geometry.pre_shape));
    write_attribute(group.get(), "post_shape", extents_of(geometry.post_shape));
    write_attribute(group.get(), "kernel", std::vector<std::uint64_t>{geometry.kernel_rows, geometry.kernel_columns});
    write_attribute(group.get(), "stride", std::vector<std::uint64_t>{geometry.stride_rows, geometry.stride_columns});
    write_attribute(group.get(), "pad", std::vector<std::uint64_t>{geometry.pad_top, geometry.pad_left});
    write_attribute(group.get(), "weights_shape",
                    std::vector<std::uint64_t>{geometry.weight_rows(), geometry.weight_columns()});
    write_attribute(group.get(), "population_rule", name_in(kRuleNames, layer.population_rule));
    write_attribute(group.get(), "populations", layer.populations);
    write_attribute(group.get(), "update_populations", update_populations(layer));
    if (!layer.population_of_unit.empty()) {
        hdf5::write_rows(file,
                         {"layers/" + layer.name + "/population_of_unit",
                          hdf5::Element::u8,
                          {},
                          "unit",
                          "1",
                          "place in the attribute populations of each postsynaptic unit"},
                         layer.population_of_unit.size(), layer.population_of_unit.data());
    }
}

hdf5::DatasetSpec sampled_synapse_spec(const ann::SynapseLayer& layer) {
    return {"layers/" + layer.name + "/samples/synapse",
            hdf5::Element::u64,
            {2},
            "synapse,end",
            "1",
            "row (post) and column (pre) in the weight matrix of each synapse of this group"};
}

void write_sampled_synapses(hid_t file, const TraceHeader& header) {
    for (std::size_t index = 0; index < header.layers.size(); ++index) {
        const ann::SynapseLayer& layer = header.layers[index];
        if (sampled_count(header, layer) == 0) continue;
        std::vector<std::uint64_t> post_pre;
        if (header.spiking) {
            for (const auto& [post, pre] : header.spiking->projections.at(index).sampled) {
                post_pre.insert(post_pre.end(), {post, pre});
            }
        } else {
            const std::uint64_t rows = layer.geometry.weight_rows();
            for (const std::uint64_t element :
                 sampled_synapses(layer, header.layer_index(index), header.seed, header.options.sample_synapses)) {
                post_pre.insert(post_pre.end(), {element % rows, element / rows});
            }
        }
        hdf5::write_rows(file, sampled_synapse_spec(layer), post_pre.size() / 2, post_pre.data());
    }
}

void write_projection(hid_t file, const ann::SynapseLayer& layer, const SpikingProjection& projection) {
    const hdf5::Handle group = hdf5::open_group(file, "layers/" + layer.name);
    write_attribute(group.get(), "pre_population", projection.pre_population);
    write_attribute(group.get(), "post_population", projection.post_population);
    write_attribute(group.get(), "receptor", name_in(kReceptorNames, projection.receptor));
    write_attribute(group.get(), "rule", projection.rule);
    write_number(group.get(), "w_max", projection.w_max);
    write_attribute(group.get(), "synapses", projection.synapses);
    write_number(group.get(), "axonal_delay_ms", projection.axonal_delay_ms);
    write_number(group.get(), "dendritic_delay_ms", projection.dendritic_delay_ms);
}

void write_spiking(hid_t file, const TraceHeader& header) {
    const SpikingHeader& spiking = *header.spiking;
    if (spiking.projections.size() != header.layers.size()) throw std::logic_error("a projection a layer is needed");
    std::vector<std::string> names;
    std::vector<std::uint64_t> sizes;
    std::vector<std::string> models;
    std::vector<std::string> transmitters;
    for (const SpikingPopulation& population : spiking.populations) {
        names.push_back(population.name);
        sizes.push_back(population.size);
        models.push_back(population.model);
        transmitters.push_back(name_in(kTransmitterNames, population.transmitter));
    }
    write_attribute(file, "source", std::string(kSimulation));
    write_number(file, "dt_ms", spiking.dt_ms);
    write_attribute(file, "populations", names);
    write_attribute(file, "population_sizes", sizes);
    write_attribute(file, "population_models", models);
    write_attribute(file, "population_transmitters", transmitters);
    for (std::size_t place = 0; place < header.layers.size(); ++place) {
        write_projection(file, header.layers[place], spiking.projections[place]);
    }
    if (header.options.level < TraceLevel::samples) return;
    for (const SpikingPopulation& population : spiking.populations) {
        // As SONATA wants its times to say.
        const hdf5::Handle times = hdf5::open_dataset(file, "spikes/" + population.name + "/timestamps");
        write_attribute(times.get(), "units", std::string("ms"));
    }
}

void write_options(hid_t file, const TraceOptions& options) {
    write_attribute(file, "trace_level", name_in(kLevelNames, options.level));
    write_attribute(file, "record_every", options.record_every);
    write_attribute(file, "sample_synapses", options.sample_synapses);
    write_attribute(file, "sample_every", options.sample_every);
    write_attribute(file, "planes_every", options.planes_every);
    write_attribute(file, "updates_every", options.updates_every);
    write_attribute(file, "update_timing", name_in(kTimingNames, options.update_timing));
    write_attribute(file, "segment_bytes", options.segment_bytes);
    if (!options.layers.empty()) write_attribute(file, "layer_filter", options.layers);
}

bool has_attribute(hid_t object, const char* name) {
    return hdf5::call("H5Aexists", H5Aexists, object, name) > 0;
}

TraceOptions read_options(hid_t file) {
    TraceOptions options;
    options.level = value_in(kLevelNames, "trace_level", read_text(file, "trace_level"));
    options.record_every = read_integer(file, "record_every");
    options.sample_synapses = read_integer(file, "sample_synapses");
    options.sample_every = read_integer(file, "sample_every");
    options.planes_every = read_integer(file, "planes_every");
    options.updates_every = read_integer(file, "updates_every");
    options.update_timing = value_in(kTimingNames, "update_timing", read_text(file, "update_timing"));
    options.segment_bytes = read_integer(file, "segment_bytes");
    if (has_attribute(file, "layer_filter")) options.layers = read_texts(file, "layer_filter");
    return options;
}

void require_between(const std::string& what, std::uint64_t value, std::uint64_t least, std::uint64_t most) {
    if (value < least || value > most) {
        throw Hdf5Error(what + " = " + std::to_string(value) + ", must be " + std::to_string(least) + " to " +
                        std::to_string(most));
    }
}

std::vector<std::uint64_t> read_extents(hid_t group, const std::string& name, std::size_t count, std::uint64_t least) {
    std::vector<std::uint64_t> extents = read_integers(group, name, count);
    for (const std::uint64_t extent : extents) require_between("attribute " + name, extent, least, kLargestExtent);
    return extents;
}

ann::MapShape read_map_shape(hid_t group, const std::string& name) {
    const std::vector<std::uint64_t> extents = read_extents(group, name, 3, 1);
    require_between("units of attribute " + name, extents[0] * extents[1], 1, kLargestExtent);
    require_between("units of attribute " + name, extents[0] * extents[1] * extents[2], 1, kLargestExtent);
    return {extents[0], extents[1], extents[2]};
}

ann::SynapseGeometry read_geometry(hid_t group) {
    ann::SynapseGeometry geometry;
    geometry.kind = value_in(kKindNames, "kind", read_text(group, "kind"));
    geometry.pre_shape = read_map_shape(group, "pre_shape");
    geometry.post_shape = read_map_shape(group, "post_shape");
    const std::vector<std::uint64_t> kernel = read_extents(group, "kernel", 2, 1);
    require_between("units of attribute kernel", kernel[0] * kernel[1], 1, kLargestExtent);
    const std::vector<std::uint64_t> stride = read_extents(group, "stride", 2, 1);
    const std::vector<std::uint64_t> pad = read_extents(group, "pad", 2, 0);
    geometry.kernel_rows = kernel[0];
    geometry.kernel_columns = kernel[1];
    geometry.stride_rows = stride[0];
    geometry.stride_columns = stride[1];
    geometry.pad_top = pad[0];
    geometry.pad_left = pad[1];
    require_between("columns of the weight matrix", geometry.weight_columns(), 1, kLargestExtent);
    require_between("size of the weight matrix", geometry.weight_rows() * geometry.weight_columns(), 1, kLargestMatrix);
    return geometry;
}

std::vector<std::uint8_t> read_population_of_unit(hid_t file, const ann::SynapseLayer& layer) {
    const hdf5::DatasetSpec spec{"layers/" + layer.name + "/population_of_unit", hdf5::Element::u8, {}, {}, {}, {}};
    const hdf5::Handle dataset = hdf5::open_dataset(file, spec.path);
    const std::uint64_t units = hdf5::checked_rows(dataset.get(), spec);
    require_between("rows of /" + spec.path, units, layer.geometry.post_shape.units(),
                    layer.geometry.post_shape.units());
    require_between("units of layer " + layer.name, units, 1, hdf5::file_bytes(file));
    std::vector<std::uint8_t> populations(units);
    hdf5::read_rows(dataset.get(), spec, 0, units, populations.data());
    require_between("values of /" + spec.path, *std::max_element(populations.begin(), populations.end()), 0,
                    layer.populations.size() - 1);
    return populations;
}

ann::SynapseLayer read_layer(hid_t file, const std::string& name) {
    const hdf5::Handle group = hdf5::open_group(file, "layers/" + name);
    ann::SynapseLayer layer;
    layer.name = name;
    layer.activation = read_text(group.get(), "activation");
    layer.geometry = read_geometry(group.get());
    layer.population_rule = value_in(kRuleNames, "population_rule", read_text(group.get(), "population_rule"));
    layer.populations = read_texts(group.get(), "populations");
    require_between("populations of layer " + name, layer.populations.size(), 1, 255);
    if (layer.population_rule == ann::PopulationRule::unit) {
        layer.population_of_unit = read_population_of_unit(file, layer);
    }
    return layer;
}

std::uint32_t read_layer_index(hid_t file, const std::string& name) {
    const hdf5::Handle group = hdf5::open_group(file, "layers/" + name);
    const std::uint64_t index = read_integer(group.get(), "index");
    require_between("attribute index of layer " + name, index, 0, kLargestExtent);
    return static_cast<std::uint32_t>(index);
}

std::vector<std::array<std::uint64_t, 2>> read_sampled_synapses(hid_t file, const ann::SynapseLayer& layer) {
    const hdf5::DatasetSpec spec = sampled_synapse_spec(layer);
    const hdf5::Handle dataset = hdf5::open_dataset(file, spec.path);
    const std::uint64_t synapses = hdf5::checked_rows(dataset.get(), spec);
    require_between("rows of /" + spec.path, synapses, 1, hdf5::file_bytes(file) / spec.row_bytes());
    std::vector<std::array<std::uint64_t, 2>> sampled(synapses);
    hdf5::read_rows(dataset.get(), spec, 0, synapses, sampled.data());
    for (const auto& [post, pre] : sampled) {
        require_between("post of /" + spec.path, post, 0, layer.geometry.weight_rows() - 1);
        require_between("pre of /" + spec.path, pre, 0, layer.geometry.weight_columns() - 1);
    }
    return sampled;
}

SpikingProjection read_projection(hid_t file, const ann::SynapseLayer& layer, const TraceOptions& options) {
    const hdf5::Handle group = hdf5::open_group(file, "layers/" + layer.name);
    SpikingProjection projection;
    projection.pre_population = read_text(group.get(), "pre_population");
    projection.post_population = read_text(group.get(), "post_population");
    projection.receptor = value_in(kReceptorNames, "receptor", read_text(group.get(), "receptor"));
    projection.rule = read_text(group.get(), "rule");
    projection.w_max = read_number(group.get(), "w_max");
    projection.synapses = read_integer(group.get(), "synapses");
    require_between("attribute synapses of layer " + layer.name, projection.synapses, 0, kLargestMatrix);
    projection.axonal_delay_ms = read_number(group.get(), "axonal_delay_ms");
    projection.dendritic_delay_ms = read_number(group.get(), "dendritic_delay_ms");
    const bool is_sampled = options.level >= TraceLevel::samples && projection.synapses > 0;
    if (is_sampled) projection.sampled = read_sampled_synapses(file, layer);
    return projection;
}

SpikingHeader read_spiking(hid_t file, const TraceHeader& header) {
    SpikingHeader spiking;
    spiking.dt_ms = read_number(file, "dt_ms");
    if (!(spiking.dt_ms > 0.0)) throw Hdf5Error("attribute dt_ms must be > 0");
    const std::vector<std::string> names = read_texts(file, "populations");
    const std::vector<std::uint64_t> sizes = read_integers(file, "population_sizes", names.size());
    const std::vector<std::string> models = read_texts(file, "population_models");
    const std::vector<std::string> transmitters = read_texts(file, "population_transmitters");
    require_between("values of attribute population_models", models.size(), names.size(), names.size());
    require_between("values of attribute population_transmitters", transmitters.size(), names.size(), names.size());
    for (std::size_t place = 0; place < names.size(); ++place) {
        spiking.populations.push_back({names[place], sizes[place], models[place],
                                       value_in(kTransmitterNames, "population_transmitters", transmitters[place])});
    }
    for (const ann::SynapseLayer& layer : header.layers) {
        spiking.projections.push_back(read_projection(file, layer, header.options));
    }
    return spiking;
}

void require_link_name(const std::string& name) {
    if (name.empty() || name == "." || name == ".." || name.find('/') != std::string::npos) {
        throw std::logic_error("name \"" + name + "\" of a layer or population cannot be the name of a group");
    }
}

}  // namespace

StreamRows operator+(const StreamRows& left, const StreamRows& right) {
    return {left.records + right.records, left.sampled_steps + right.sampled_steps,
            left.planes_steps + right.planes_steps, left.updates_steps + right.updates_steps};
}

StreamRows operator-(const StreamRows& left, const StreamRows& right) {
    return {left.records - right.records, left.sampled_steps - right.sampled_steps,
            left.planes_steps - right.planes_steps, left.updates_steps - right.updates_steps};
}

hdf5::DatasetSpec commit_spec() {
    return {"commit", hdf5::Element::u64, {}, "", "rows", "records of this file that are complete and durable"};
}

hdf5::DatasetSpec commit_bytes_spec() {
    return {"commit_bytes",
            hdf5::Element::u64,
            {},
            "",
            "bytes",
            "size that this file had at its last commit: a shorter one has lost committed rows"};
}

void write_structure(hid_t file, const TraceHeader& header, const StreamRows& before) {
    if (header.layers.empty()) throw std::logic_error("a trace needs at least one layer");
    std::vector<std::string> names;
    for (const ann::SynapseLayer& layer : header.layers) {
        require_link_name(layer.name);
        for (const std::string& population : layer.populations) require_link_name(population);
        names.push_back(layer.name);
    }
    if (header.spiking) {
        for (const SpikingPopulation& population : header.spiking->populations) require_link_name(population.name);
    }
    write_attribute(file, "schema_version", kSchemaVersion);
    write_attribute(file, "program", header.program);
    write_attribute(file, "seed", header.seed);
    write_attribute(file, "batch_size", header.batch_size);
    write_attribute(file, "steps_per_epoch", header.steps_per_epoch);
    write_attribute(file, "configuration", header.configuration);
    write_attribute(file, "layers", names);
    write_attribute(file, "first_record", before.records);
    write_attribute(file, "first_sampled_step", before.sampled_steps);
    write_attribute(file, "first_planes_step", before.planes_steps);
    write_attribute(file, "first_updates_step", before.updates_steps);
    write_options(file, header.options);
    for (std::size_t place = 0; place < header.layers.size(); ++place) {
        write_layer(file, header.layers[place], header.layer_index(place));
    }
    if (header.spiking) write_spiking(file, header);
    if (header.options.level >= TraceLevel::samples) write_sampled_synapses(file, header);
    write_plots(file, header);
    hdf5::write_lines(file, {"README", {}, {}, "line", "1", "what this file holds and how to read it"},
                      lines_of(header.spiking ? kSpikingReadme : kReadme));
}

FileHeader read_structure(hid_t file) {
    const std::uint64_t version = read_integer(file, "schema_version");
    require_between("attribute schema_version", version, kSchemaVersion, kSchemaVersion);
    FileHeader read;
    TraceHeader& header = read.header;
    header.program = read_text(file, "program");
    header.seed = read_integer(file, "seed");
    header.batch_size = read_integer(file, "batch_size");
    require_between("attribute batch_size", header.batch_size, 1, kLargestExtent);
    header.steps_per_epoch = read_integer(file, "steps_per_epoch");
    header.configuration = read_text(file, "configuration");
    header.options = read_options(file);
    for (const std::string& name : read_texts(file, "layers")) {
        header.layers.push_back(read_layer(file, name));
        header.layer_indices.push_back(read_layer_index(file, name));
    }
    if (has_attribute(file, "source")) {
        const std::string source = read_text(file, "source");
        if (source != kSimulation) throw Hdf5Error("attribute source = " + source + ", must be simulation");
        header.spiking = read_spiking(file, header);
    }
    read.before = {read_integer(file, "first_record"), read_integer(file, "first_sampled_step"),
                   read_integer(file, "first_planes_step"), read_integer(file, "first_updates_step")};
    return read;
}

}  // namespace stdpscope::analysis
