#include "analysis/trace/sonata_spikes.hpp"

#include <cmath>
#include <memory>

#include "analysis/trace/error.hpp"
#include "analysis/trace/hdf5/dataset.hpp"
#include "analysis/trace/hdf5/file.hpp"

namespace stdpscope::analysis {

namespace {

using hdf5::call;

constexpr std::uint64_t kLargestDeflateRatio = 1032;

/// Names of the groups under /spikes.
std::vector<std::string> populations_of(hid_t spikes) {
    std::vector<std::string> names;
    const auto note = [](hid_t group, const char* name, const H5L_info_t* /*link*/, void* found) -> herr_t {
        H5O_info_t info;
        if (H5Oget_info_by_name(group, name, &info, H5P_DEFAULT) < 0) return -1;
        if (info.type == H5O_TYPE_GROUP) static_cast<std::vector<std::string>*>(found)->emplace_back(name);
        return 0;
    };
    call("H5Literate", H5Literate, spikes, H5_INDEX_NAME, H5_ITER_INC, nullptr, +note, static_cast<void*>(&names));
    return names;
}

std::string listed(const std::vector<std::string>& names) {
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
    return names.empty() ? "none" : list;
}

bool exists(hid_t parent, const std::string& name) {
    return call("H5Lexists", H5Lexists, parent, name.c_str(), H5P_DEFAULT) > 0;
}

/// The one number a spike of an open dataset. Values are converted by the library.
std::uint64_t length_of(const std::string& path, const hdf5::Handle& dataset, const std::string& name,
                        H5T_class_t wanted_class) {
    const hdf5::Handle type(call("H5Dget_type", H5Dget_type, dataset.get()), H5Tclose);
    const hdf5::Handle space(call("H5Dget_space", H5Dget_space, dataset.get()), H5Sclose);
    const H5T_class_t type_class = H5Tget_class(type.get());
    const bool fits = type_class == wanted_class || (wanted_class == H5T_FLOAT && type_class == H5T_INTEGER);
    if (!fits) {
        throw DamagedTrace(path,
                           name + (wanted_class == H5T_FLOAT ? ": must hold numbers" : ": must hold whole numbers"));
    }
    const int rank = call("H5Sget_simple_extent_ndims", H5Sget_simple_extent_ndims, space.get());
    if (rank != 1) throw DamagedTrace(path, name + " has " + std::to_string(rank) + " axes, must have 1");
    const auto length =
        static_cast<std::uint64_t>(call("H5Sget_simple_extent_npoints", H5Sget_simple_extent_npoints, space.get()));
    // A damaged extent must not become memory: deflate makes at most 1032 bytes of one.
    if (length / kLargestDeflateRatio > std::filesystem::file_size(path)) {
        throw DamagedTrace(path, name + " claims " + std::to_string(length) + " values, more than the file can hold");
    }
    return length;
}

template <class Value>
std::vector<Value> values_of(const hdf5::Handle& dataset, std::uint64_t length, hid_t memory_type) {
    std::vector<Value> values(length);
    if (length > 0) {
        call("H5Dread", H5Dread, dataset.get(), memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT,
             static_cast<void*>(values.data()));
    }
    return values;
}

/// A text attribute of fixed or variable length.
std::string text_attribute(hid_t object, const char* name) {
    const hdf5::Handle attribute(call("H5Aopen", H5Aopen, object, name, H5P_DEFAULT), H5Aclose);
    const hdf5::Handle type(call("H5Aget_type", H5Aget_type, attribute.get()), H5Tclose);
    if (H5Tget_class(type.get()) != H5T_STRING) return {};
    if (H5Tis_variable_str(type.get()) > 0) {
        char* text = nullptr;
        call("H5Aread", H5Aread, attribute.get(), type.get(), static_cast<void*>(&text));
        const std::unique_ptr<char, herr_t (*)(void*)> owned(text, [](void* memory) { return H5free_memory(memory); });
        return text == nullptr ? "" : text;
    }
    std::string text(H5Tget_size(type.get()), '\0');
    call("H5Aread", H5Aread, attribute.get(), type.get(), static_cast<void*>(text.data()));
    return text.substr(0, text.find('\0'));
}

/// How many ms the unit of the times has.
double ms_a_unit(const std::string& path, const std::string& name, hid_t timestamps) {
    if (call("H5Aexists", H5Aexists, timestamps, "units") == 0) return 1.0;
    const std::string units = text_attribute(timestamps, "units");
    if (units == "milliseconds" || units == "millisecond" || units == "ms") return 1.0;
    if (units == "seconds" || units == "second" || units == "s") return 1000.0;
    throw DamagedTrace(path, name + ": units = \"" + units + "\" must be milliseconds or seconds");
}

std::vector<std::vector<double>> read_spikes(const std::string& path, const std::string& wanted,
                                             std::uint32_t neurons) {
    const hdf5::Handle file = hdf5::open_file(path, hdf5::ReadMode::plain);
    if (!exists(file.get(), "spikes")) throw DamagedTrace(path, "has no group /spikes: not SONATA's layout of spikes");
    const hdf5::Handle spikes = hdf5::open_group(file.get(), "spikes");
    const std::vector<std::string> names = populations_of(spikes.get());
    if (wanted.empty() && names.size() != 1) {
        throw MissingTrace(path, "has the populations " + listed(names) + ": one must be named");
    }
    const std::string population = wanted.empty() ? names.front() : wanted;
    if (!exists(spikes.get(), population)) {
        throw MissingTrace(path, "has no population " + population + " under /spikes; it has " + listed(names));
    }
    const std::string where = "/spikes/" + population;
    const hdf5::Handle group = hdf5::open_group(spikes.get(), population);
    for (const char* name : {"timestamps", "node_ids"}) {
        if (!exists(group.get(), name)) throw DamagedTrace(path, where + " has no dataset " + name);
    }
    const hdf5::Handle timestamps = hdf5::open_dataset(group.get(), "timestamps");
    const hdf5::Handle node_ids = hdf5::open_dataset(group.get(), "node_ids");
    const std::uint64_t length = length_of(path, timestamps, where + "/timestamps", H5T_FLOAT);
    const std::uint64_t nodes = length_of(path, node_ids, where + "/node_ids", H5T_INTEGER);
    if (length != nodes) {
        throw DamagedTrace(path, where + ": timestamps has " + std::to_string(length) + " values and node_ids " +
                                     std::to_string(nodes) + ", must have as many");
    }
    const double unit_ms = ms_a_unit(path, where + "/timestamps", timestamps.get());
    const auto times = values_of<double>(timestamps, length, H5T_NATIVE_DOUBLE);
    const auto ids = values_of<std::int64_t>(node_ids, length, H5T_NATIVE_INT64);
    std::vector<std::vector<double>> times_ms(neurons);
    for (std::uint64_t k = 0; k < length; ++k) {
        const std::string place = where + " spike " + std::to_string(k) + ": ";
        if (ids[k] < 0 || ids[k] >= static_cast<std::int64_t>(neurons)) {
            throw DamagedTrace(
                path, place + "node_ids = " + std::to_string(ids[k]) + " must be below " + std::to_string(neurons));
        }
        if (!(times[k] >= 0.0) || !std::isfinite(times[k] * unit_ms)) {
            throw DamagedTrace(path, place + "timestamps = " + std::to_string(times[k]) + " must be finite and >= 0");
        }
        times_ms[static_cast<std::size_t>(ids[k])].push_back(times[k] * unit_ms);
    }
    return times_ms;
}

}  // namespace

std::vector<std::vector<double>> read_sonata_spikes(const std::filesystem::path& path, const std::string& population,
                                                    std::uint32_t neurons) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) throw MissingTrace(path.string(), "no such file");
    try {
        return read_spikes(path.string(), population, neurons);
    } catch (const hdf5::Hdf5Error& mistake) {
        throw DamagedTrace(path.string(), mistake.what());
    }
}

}  // namespace stdpscope::analysis
