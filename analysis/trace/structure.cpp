#include "analysis/trace/structure.hpp"

#include <stdexcept>
#include <vector>

#include "analysis/classify/category.hpp"
#include "analysis/trace/column.hpp"
#include "analysis/trace/event_stream.hpp"
#include "analysis/trace/hdf5/attribute.hpp"
#include "analysis/trace/hdf5/file.hpp"
#include "analysis/trace/structure_names.hpp"
#include "analysis/trace/structure_readme.hpp"

namespace stdpscope::analysis {

namespace {

using namespace detail;
using hdf5::write_attribute;
using hdf5::write_number;

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
                      readme_of(header));
}

}  // namespace stdpscope::analysis
