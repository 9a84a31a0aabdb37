#include "analysis/trace/weights_file.hpp"

#include "analysis/trace/durable_file.hpp"
#include "analysis/trace/error.hpp"
#include "analysis/trace/hdf5/attribute.hpp"
#include "analysis/trace/hdf5/dataset.hpp"
#include "analysis/trace/hdf5/file.hpp"
#include "analysis/trace/hdf5/whole_file.hpp"

namespace stdpscope::analysis {

namespace {

hdf5::DatasetSpec weights_spec(const std::string& layer, std::uint64_t post_units) {
    return {"layers/" + layer + "/weights",
            hdf5::Element::f32,
            {post_units},
            "pre,post",
            "weight",
            "synaptic weights; post is the fastest axis, as in the column-major (post x pre) matrix"};
}

hdf5::DatasetSpec biases_spec(const std::string& layer) {
    return {"layers/" + layer + "/biases", hdf5::Element::f32, {}, "post", "bias", "bias of each row of the weights"};
}

void write(const std::filesystem::path& path, std::span<const NamedWeights> layers) {
    hdf5::Handle file = hdf5::create_file(path);
    std::vector<std::string> names;
    for (const NamedWeights& layer : layers) {
        hdf5::write_rows(file.get(), weights_spec(layer.name, layer.weights.n_rows), layer.weights.n_cols,
                         layer.weights.memptr());
        hdf5::write_rows(file.get(), biases_spec(layer.name), layer.biases.n_elem, layer.biases.memptr());
        names.push_back(layer.name);
    }
    hdf5::write_attribute(file.get(), "layers", names);
    file.close();
}

/// Number of values along an axis that the file may claim: no more than it has bytes for.
std::uint64_t plausible(const std::string& what, std::uint64_t values, std::uint64_t file_bytes) {
    if (values == 0 || values > file_bytes / sizeof(float)) {
        throw hdf5::Hdf5Error(what + " has " + std::to_string(values) + " values, must be 1 to " +
                              std::to_string(file_bytes / sizeof(float)) + " in a file of this size");
    }
    return values;
}

NamedWeights read_layer(hid_t file, const std::string& name, std::uint64_t file_bytes) {
    NamedWeights layer;
    layer.name = name;
    const hdf5::DatasetSpec of_biases = biases_spec(name);
    const hdf5::Handle biases = hdf5::open_dataset(file, of_biases.path);
    const std::uint64_t posts =
        plausible("/" + of_biases.path, hdf5::checked_rows(biases.get(), of_biases), file_bytes);
    layer.biases.set_size(posts);
    hdf5::read_rows(biases.get(), of_biases, 0, posts, layer.biases.memptr());

    const hdf5::DatasetSpec of_weights = weights_spec(name, posts);
    const hdf5::Handle weights = hdf5::open_dataset(file, of_weights.path);
    const std::uint64_t pres =
        plausible("/" + of_weights.path, hdf5::checked_rows(weights.get(), of_weights), file_bytes / posts);
    layer.weights.set_size(posts, pres);
    hdf5::read_rows(weights.get(), of_weights, 0, pres, layer.weights.memptr());
    return layer;
}

}  // namespace

void write_weights(const std::filesystem::path& path, std::span<const NamedWeights> layers) {
    const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
    std::uint64_t bytes = 0;
    for (const NamedWeights& layer : layers) bytes += (layer.weights.n_elem + layer.biases.n_elem) * sizeof(float);
    require_free_space(folder, 2 * bytes);
    hdf5::write_whole_file(path, [&](const std::filesystem::path& part) {
        const std::lock_guard lock(hdf5::library_mutex());
        write(part, layers);
    });
}

std::vector<NamedWeights> read_weights(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) {
        throw MissingTrace(path.string(), "no such file, must be the weights of a run");
    }
    try {
        const std::lock_guard lock(hdf5::library_mutex());
        const hdf5::Handle file = hdf5::open_file(path, hdf5::ReadMode::plain);
        std::vector<NamedWeights> layers;
        for (const std::string& name : hdf5::read_texts(file.get(), "layers")) {
            layers.push_back(read_layer(file.get(), name, std::filesystem::file_size(path)));
        }
        return layers;
    } catch (const hdf5::Hdf5Error& failure) {
        throw DamagedTrace(path.string(), failure.what());
    }
}

}  // namespace stdpscope::analysis
