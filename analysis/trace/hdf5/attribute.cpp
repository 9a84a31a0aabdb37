#include "analysis/trace/hdf5/attribute.hpp"

#include <algorithm>

#include "analysis/trace/hdf5/element.hpp"

namespace stdpscope::analysis::hdf5 {

namespace {

constexpr std::size_t kLargestAttribute = std::size_t{64} << 20U;

Handle list_space(std::size_t count) {
    const hsize_t extent = count;
    return {call("H5Screate_simple", H5Screate_simple, 1, &extent, nullptr), H5Sclose};
}

Handle scalar_space() {
    return {call("H5Screate", H5Screate, H5S_SCALAR), H5Sclose};
}

void write(hid_t object, const std::string& name, hid_t file_type, hid_t memory_type, hid_t space, const void* data) {
    const Handle attribute(
        call("H5Acreate2", H5Acreate2, object, name.c_str(), file_type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
    call("H5Awrite", H5Awrite, attribute.get(), memory_type, data);
}

Handle open(hid_t object, const std::string& name) {
    return {call("H5Aopen", H5Aopen, object, name.c_str(), H5P_DEFAULT), H5Aclose};
}

/// Elements of a scalar (rank 0) or list (rank 1).
std::size_t count_of(const Handle& attribute, const std::string& name, int rank) {
    const Handle space(call("H5Aget_space", H5Aget_space, attribute.get()), H5Sclose);
    const int found = call("H5Sget_simple_extent_ndims", H5Sget_simple_extent_ndims, space.get());
    if (found != rank) {
        throw Hdf5Error("attribute " + name + " has rank " + std::to_string(found) + ", must be " +
                        std::to_string(rank));
    }
    return static_cast<std::size_t>(call("H5Sget_simple_extent_npoints", H5Sget_simple_extent_npoints, space.get()));
}

std::vector<std::uint64_t> read_list(hid_t object, const std::string& name, int rank, std::size_t count) {
    const Handle attribute = open(object, name);
    const Handle type(call("H5Aget_type", H5Aget_type, attribute.get()), H5Tclose);
    if (call("H5Tequal", H5Tequal, type.get(), file_type(Element::u64)) == 0) {
        throw Hdf5Error("attribute " + name + " is of another type, must be u64");
    }
    const std::size_t found = count_of(attribute, name, rank);
    if (found != count) {
        throw Hdf5Error("attribute " + name + " has " + std::to_string(found) + " values, must have " +
                        std::to_string(count));
    }
    std::vector<std::uint64_t> values(count);
    call("H5Aread", H5Aread, attribute.get(), memory_type(Element::u64), values.data());
    return values;
}

/// Length in bytes of a fixed-length string type.
std::size_t text_bytes(const Handle& type, const std::string& name) {
    const bool is_text = call("H5Tget_class", H5Tget_class, type.get()) == H5T_STRING &&
                         call("H5Tis_variable_str", H5Tis_variable_str, type.get()) == 0;
    if (!is_text) throw Hdf5Error("attribute " + name + " is of another type, must be a fixed-length string");
    const std::lock_guard lock(library_mutex());
    return H5Tget_size(type.get());
}

std::vector<std::string> read_text_list(hid_t object, const std::string& name, int rank) {
    const Handle attribute = open(object, name);
    const Handle type(call("H5Aget_type", H5Aget_type, attribute.get()), H5Tclose);
    const std::size_t bytes = text_bytes(type, name);
    const std::size_t count = count_of(attribute, name, rank);
    if (bytes == 0 || count == 0 || bytes > kLargestAttribute / count) {
        throw Hdf5Error("attribute " + name + " has " + std::to_string(count) + " strings of " + std::to_string(bytes) +
                        " bytes, must be 1 to " + std::to_string(kLargestAttribute) + " bytes together");
    }
    std::string all(bytes * count, '\0');
    const Handle memory = string_type(bytes);
    call("H5Aread", H5Aread, attribute.get(), memory.get(), static_cast<void*>(all.data()));
    std::vector<std::string> texts;
    for (std::size_t place = 0; place < count; ++place) {
        const std::string padded = all.substr(place * bytes, bytes);
        texts.push_back(padded.substr(0, padded.find_last_not_of('\0') + 1));
    }
    return texts;
}

}  // namespace

Handle string_type(std::size_t bytes) {
    Handle type(call("H5Tcopy", H5Tcopy, H5T_C_S1), H5Tclose);
    call("H5Tset_size", H5Tset_size, type.get(), bytes);
    call("H5Tset_cset", H5Tset_cset, type.get(), H5T_CSET_UTF8);
    call("H5Tset_strpad", H5Tset_strpad, type.get(), H5T_STR_NULLPAD);
    return type;
}

void write_attribute(hid_t object, const std::string& name, std::uint64_t value) {
    const Handle space = scalar_space();
    write(object, name, file_type(Element::u64), memory_type(Element::u64), space.get(), &value);
}

void write_attribute(hid_t object, const std::string& name, const std::vector<std::uint64_t>& values) {
    const Handle space = list_space(values.size());
    write(object, name, file_type(Element::u64), memory_type(Element::u64), space.get(), values.data());
}

void write_number(hid_t object, const std::string& name, double value) {
    const Handle space = scalar_space();
    write(object, name, file_type(Element::f64), memory_type(Element::f64), space.get(), &value);
}

void write_attribute(hid_t object, const std::string& name, const std::string& text) {
    const std::string padded = text.empty() ? std::string(1, '\0') : text;
    const Handle type = string_type(padded.size());
    const Handle space = scalar_space();
    write(object, name, type.get(), type.get(), space.get(), padded.data());
}

void write_attribute(hid_t object, const std::string& name, const std::vector<std::string>& texts) {
    std::size_t bytes = 1;
    for (const std::string& text : texts) bytes = std::max(bytes, text.size());
    std::string all;
    for (std::string text : texts) {
        text.resize(bytes, '\0');
        all += text;
    }
    const Handle type = string_type(bytes);
    const Handle space = list_space(texts.size());
    write(object, name, type.get(), type.get(), space.get(), all.data());
}

std::uint64_t read_integer(hid_t object, const std::string& name) {
    return read_list(object, name, 0, 1).front();
}

std::vector<std::uint64_t> read_integers(hid_t object, const std::string& name, std::size_t count) {
    return read_list(object, name, 1, count);
}

double read_number(hid_t object, const std::string& name) {
    const Handle attribute = open(object, name);
    const Handle type(call("H5Aget_type", H5Aget_type, attribute.get()), H5Tclose);
    if (call("H5Tequal", H5Tequal, type.get(), file_type(Element::f64)) == 0) {
        throw Hdf5Error("attribute " + name + " is of another type, must be f64");
    }
    if (count_of(attribute, name, 0) != 1) throw Hdf5Error("attribute " + name + " must be one number");
    double value = 0.0;
    call("H5Aread", H5Aread, attribute.get(), memory_type(Element::f64), static_cast<void*>(&value));
    return value;
}

std::string read_text(hid_t object, const std::string& name) {
    return read_text_list(object, name, 0).front();
}

std::vector<std::string> read_texts(hid_t object, const std::string& name) {
    return read_text_list(object, name, 1);
}

}  // namespace stdpscope::analysis::hdf5
