#include "analysis/trace/structure.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>
#include <vector>

#include "analysis/classify/category.hpp"
#include "analysis/trace/column.hpp"
#include "analysis/trace/hdf5/attribute.hpp"
#include "analysis/trace/hdf5/file.hpp"

namespace stdpscope::analysis {

namespace {

using hdf5::Hdf5Error;
using hdf5::read_integer;
using hdf5::read_integers;
using hdf5::read_text;
using hdf5::read_texts;
using hdf5::write_attribute;

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
    write_signal(file, "records", "learning_rate", {}, "learning rate");
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

void write_sampled_synapses(hid_t file, const TraceHeader& header) {
    for (std::size_t index = 0; index < header.layers.size(); ++index) {
        const ann::SynapseLayer& layer = header.layers[index];
        if (sampled_count(header, layer) == 0) continue;
        const std::vector<std::uint64_t> elements =
            sampled_synapses(layer, header.layer_index(index), header.seed, header.options.sample_synapses);
        std::vector<std::uint64_t> post_pre;
        for (const std::uint64_t element : elements) {
            post_pre.push_back(element % layer.geometry.weight_rows());
            post_pre.push_back(element / layer.geometry.weight_rows());
        }
        hdf5::write_rows(file,
                         {"layers/" + layer.name + "/samples/synapse",
                          hdf5::Element::u64,
                          {2},
                          "synapse,end",
                          "1",
                          "row (post) and column (pre) in the weight matrix of each synapse of this group"},
                         elements.size(), post_pre.data());
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
    if (header.options.level >= TraceLevel::samples) write_sampled_synapses(file, header);
    write_plots(file, header);
    hdf5::write_lines(file, {"README", {}, {}, "line", "1", "what this file holds and how to read it"},
                      lines_of(kReadme));
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
    read.before = {read_integer(file, "first_record"), read_integer(file, "first_sampled_step"),
                   read_integer(file, "first_planes_step"), read_integer(file, "first_updates_step")};
    return read;
}

}  // namespace stdpscope::analysis
