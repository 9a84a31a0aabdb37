#include "analysis/trace/synapses_file.hpp"

#include "analysis/trace/durable_file.hpp"
#include "analysis/trace/error.hpp"
#include "analysis/trace/hdf5/attribute.hpp"
#include "analysis/trace/hdf5/dataset.hpp"
#include "analysis/trace/hdf5/file.hpp"
#include "analysis/trace/hdf5/whole_file.hpp"

namespace stdpscope::analysis {

namespace {

using hdf5::DatasetSpec;
using hdf5::Element;

DatasetSpec spec_of(const std::string& layer, const char* name, Element element, const char* unit,
                    const char* description) {
    return {"layers/" + layer + "/" + name, element, {}, "synapse", unit, description};
}
DatasetSpec pre_spec(const std::string& layer) {
    return spec_of(layer, "pre", Element::u32, "1", "presynaptic neuron of each synapse, from 0; ascending");
}
DatasetSpec post_spec(const std::string& layer) {
    return spec_of(layer, "post", Element::u32, "1", "postsynaptic neuron of each synapse, from 0");
}
DatasetSpec weight_spec(const std::string& layer) {
    return spec_of(layer, "weight", Element::f32, "weight",
                   "number of receptors at the end of the run, negative where they are of the opposite kind");
}

constexpr std::uint64_t kBytesASynapse = 12;

void write_values(hid_t file, const DatasetSpec& spec, std::uint64_t rows, const void* values) {
    if (rows > 0) hdf5::write_rows(file, spec, rows, values);
}

template <class Value>
std::vector<Value> read_values(hid_t file, const DatasetSpec& spec, std::uint64_t file_bytes) {
    const hdf5::Handle dataset = hdf5::open_dataset(file, spec.path);
    const std::uint64_t rows = hdf5::checked_rows(dataset.get(), spec);
    if (rows > file_bytes / sizeof(Value)) {
        throw hdf5::Hdf5Error("/" + spec.path + " has " + std::to_string(rows) +
                              " values, more than a file of this size can have");
    }
    std::vector<Value> values(rows);
    hdf5::read_rows(dataset.get(), spec, 0, rows, values.data());
    return values;
}

}  // namespace

void write_synapses(const std::filesystem::path& path, std::size_t count, const std::function<NamedSynapses()>& next) {
    const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
    hdf5::write_whole_file(path, [&](const std::filesystem::path& part) {
        hdf5::Handle file;
        {
            const std::lock_guard lock(hdf5::library_mutex());
            file = hdf5::create_file(part);
        }
        std::vector<std::string> names;
        for (std::size_t k = 0; k < count; ++k) {
            const NamedSynapses layer = next();
            const std::uint64_t synapses = layer.weight.size();
            require_free_space(folder, 2 * synapses * kBytesASynapse);
            const std::lock_guard lock(hdf5::library_mutex());
            write_values(file.get(), pre_spec(layer.name), synapses, layer.pre.data());
            write_values(file.get(), post_spec(layer.name), synapses, layer.post.data());
            write_values(file.get(), weight_spec(layer.name), synapses, layer.weight.data());
            if (synapses > 0) names.push_back(layer.name);
        }
        const std::lock_guard lock(hdf5::library_mutex());
        if (!names.empty()) hdf5::write_attribute(file.get(), "layers", names);
        file.close();
    });
}

std::vector<NamedSynapses> read_synapses(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) {
        throw MissingTrace(path.string(), "no such file, must be the synapses of a run");
    }
    try {
        const std::lock_guard lock(hdf5::library_mutex());
        const hdf5::Handle file = hdf5::open_file(path, hdf5::ReadMode::plain);
        const std::uint64_t bytes = std::filesystem::file_size(path);
        std::vector<NamedSynapses> layers;
        for (const std::string& name : hdf5::read_texts(file.get(), "layers")) {
            layers.push_back({name, read_values<std::uint32_t>(file.get(), pre_spec(name), bytes),
                              read_values<std::uint32_t>(file.get(), post_spec(name), bytes),
                              read_values<float>(file.get(), weight_spec(name), bytes)});
        }
        return layers;
    } catch (const hdf5::Hdf5Error& failure) {
        throw DamagedTrace(path.string(), failure.what());
    }
}

}  // namespace stdpscope::analysis
