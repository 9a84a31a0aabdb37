#include <algorithm>
#include <array>
#include <vector>

#include "analysis/trace/hdf5/attribute.hpp"
#include "analysis/trace/hdf5/file.hpp"
#include "analysis/trace/structure.hpp"
#include "analysis/trace/structure_names.hpp"

namespace stdpscope::analysis {

namespace {

using namespace detail;
using hdf5::Hdf5Error;
using hdf5::read_integer;
using hdf5::read_integers;
using hdf5::read_number;
using hdf5::read_text;
using hdf5::read_texts;

// What one axis, and one matrix, of a layer can plausibly have; their products stay far below 2^64.
constexpr std::uint64_t kLargestExtent = std::uint64_t{1} << 31U;
constexpr std::uint64_t kLargestMatrix = std::uint64_t{1} << 40U;

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

}  // namespace

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
