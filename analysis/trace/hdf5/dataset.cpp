#include "analysis/trace/hdf5/dataset.hpp"

#include <algorithm>

#include "analysis/trace/hdf5/attribute.hpp"

namespace stdpscope::analysis::hdf5 {

namespace {

constexpr std::uint64_t kLargestWholeRowBytes = std::uint64_t{4} << 20U;
constexpr std::uint64_t kPieceBytes = std::uint64_t{1} << 20U;

std::vector<hsize_t> extents_of(std::uint64_t rows, const DatasetSpec& spec) {
    std::vector<hsize_t> extents{rows};
    extents.insert(extents.end(), spec.row_shape.begin(), spec.row_shape.end());
    return extents;
}

Handle simple_space(const std::vector<hsize_t>& extents, const std::vector<hsize_t>* limits) {
    return {call("H5Screate_simple", H5Screate_simple, static_cast<int>(extents.size()), extents.data(),
                 limits != nullptr ? limits->data() : nullptr),
            H5Sclose};
}

Handle creation_properties() {
    return {call("H5Pcreate", H5Pcreate, H5P_DATASET_CREATE), H5Pclose};
}

Handle checksummed(const std::vector<std::uint64_t>& chunk) {
    Handle properties = creation_properties();
    const std::vector<hsize_t> extents(chunk.begin(), chunk.end());
    call("H5Pset_chunk", H5Pset_chunk, properties.get(), static_cast<int>(extents.size()), extents.data());
    call("H5Pset_fletcher32", H5Pset_fletcher32, properties.get());
    return properties;
}

/// Without a chunk cache every chunk goes to the file as it is written: rows are never written twice, and a trace of
/// a hundred datasets does not hold a hundred caches.
Handle uncached_access() {
    Handle properties(call("H5Pcreate", H5Pcreate, H5P_DATASET_ACCESS), H5Pclose);
    call("H5Pset_chunk_cache", H5Pset_chunk_cache, properties.get(), std::size_t{1}, std::size_t{0}, 1.0);
    return properties;
}

void describe(hid_t dataset, const DatasetSpec& spec) {
    write_attribute(dataset, "axes", spec.axes);
    write_attribute(dataset, "unit", spec.unit);
    write_attribute(dataset, "description", spec.description);
}

Handle create(hid_t file, const DatasetSpec& spec, hid_t type, const Handle& space, const Handle& properties) {
    Handle links(call("H5Pcreate", H5Pcreate, H5P_LINK_CREATE), H5Pclose);
    call("H5Pset_create_intermediate_group", H5Pset_create_intermediate_group, links.get(), 1U);
    const Handle access = uncached_access();
    Handle dataset(call("H5Dcreate2", H5Dcreate2, file, spec.path.c_str(), type, space.get(), links.get(),
                        properties.get(), access.get()),
                   H5Dclose);
    describe(dataset.get(), spec);
    return dataset;
}

/// The file's space of `dataset` with rows [first, first + rows) selected.
Handle select_rows(hid_t dataset, const DatasetSpec& spec, std::uint64_t first, std::uint64_t rows) {
    Handle space(call("H5Dget_space", H5Dget_space, dataset), H5Sclose);
    std::vector<hsize_t> start(spec.row_shape.size() + 1, 0);
    start.front() = first;
    const std::vector<hsize_t> count = extents_of(rows, spec);
    call("H5Sselect_hyperslab", H5Sselect_hyperslab, space.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(),
         nullptr);
    return space;
}

/// Whether every chunk with elements of row `row` has its place within the file.
bool has_chunks(hid_t dataset, const DatasetSpec& spec, std::uint64_t row, std::uint64_t file_bytes) {
    const std::vector<std::uint64_t> chunk = chunk_extents(spec);
    std::vector<hsize_t> corner(chunk.size(), 0);
    corner.front() = row;
    for (std::size_t axis = 0; axis < chunk.size();) {
        unsigned mask = 0;
        haddr_t address = HADDR_UNDEF;
        hsize_t bytes = 0;
        call("H5Dget_chunk_info_by_coord", H5Dget_chunk_info_by_coord, dataset, corner.data(), &mask, &address, &bytes);
        if (address == HADDR_UNDEF || address > file_bytes || bytes > file_bytes - address) return false;
        // On to the next chunk of the row, the last axis first.
        for (axis = 1; axis < chunk.size(); ++axis) {
            const std::size_t place = chunk.size() - axis;
            corner[place] += chunk[place];
            if (corner[place] < spec.row_shape[place - 1]) break;
            corner[place] = 0;
        }
    }
    return true;
}

/// Leading rows of [first, end) that can be read into `buffer`.
std::uint64_t readable_rows(hid_t dataset, const DatasetSpec& spec, std::uint64_t first, std::uint64_t end,
                            std::vector<std::byte>& buffer) {
    try {
        read_rows(dataset, spec, first, end - first, buffer.data());
        return end - first;
    } catch (const Hdf5Error&) {
        std::uint64_t row = first;
        try {
            for (; row < end; ++row) read_rows(dataset, spec, row, 1, buffer.data());
        } catch (const Hdf5Error&) {
            // Here it is.
        }
        return row - first;
    }
}

std::string text_of(const std::vector<hsize_t>& extents) {
    std::string text;
    for (const hsize_t extent : extents) text += (text.empty() ? "" : " x ") + std::to_string(extent);
    return "(" + text + ")";
}

}  // namespace

std::uint64_t DatasetSpec::row_elements() const {
    std::uint64_t elements = 1;
    for (const std::uint64_t extent : row_shape) elements *= extent;
    return elements;
}

std::vector<std::uint64_t> chunk_extents(const DatasetSpec& spec) {
    std::vector<std::uint64_t> chunk{spec.chunk_rows};
    chunk.insert(chunk.end(), spec.row_shape.begin(), spec.row_shape.end());
    if (spec.row_bytes() <= kLargestWholeRowBytes) return chunk;
    std::uint64_t bytes = spec.row_bytes();
    for (std::size_t axis = 1; axis < chunk.size() && bytes > kPieceBytes; ++axis) {
        const std::uint64_t bytes_below = bytes / chunk[axis];
        chunk[axis] = std::max<std::uint64_t>(1, kPieceBytes / bytes_below);
        bytes = bytes_below * chunk[axis];
    }
    return chunk;
}

Handle create_rows(hid_t file, const DatasetSpec& spec) {
    std::vector<hsize_t> limits = extents_of(0, spec);
    limits.front() = H5S_UNLIMITED;
    return create(file, spec, file_type(spec.element), simple_space(extents_of(0, spec), &limits),
                  checksummed(chunk_extents(spec)));
}

void write_rows(hid_t file, const DatasetSpec& spec, std::uint64_t rows, const void* values) {
    std::vector<std::uint64_t> chunk = chunk_extents(spec);
    chunk.front() = std::clamp<std::uint64_t>(kPieceBytes / spec.row_bytes(), 1, rows);
    const Handle dataset =
        create(file, spec, file_type(spec.element), simple_space(extents_of(rows, spec), nullptr), checksummed(chunk));
    call("H5Dwrite", H5Dwrite, dataset.get(), memory_type(spec.element), H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
}

void write_lines(hid_t file, const DatasetSpec& spec, const std::vector<std::string>& lines) {
    std::size_t bytes = 1;
    for (const std::string& line : lines) bytes = std::max(bytes, line.size());
    std::string all;
    for (std::string line : lines) {
        line.resize(bytes, '\0');
        all += line;
    }
    const Handle type = string_type(bytes);
    const Handle dataset =
        create(file, spec, type.get(), simple_space({lines.size()}, nullptr), checksummed({lines.size()}));
    call("H5Dwrite", H5Dwrite, dataset.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT,
         static_cast<const void*>(all.data()));
}

Handle create_word(hid_t file, const DatasetSpec& spec, std::uint64_t value) {
    const Handle properties = creation_properties();
    call("H5Pset_layout", H5Pset_layout, properties.get(), H5D_CONTIGUOUS);
    call("H5Pset_alloc_time", H5Pset_alloc_time, properties.get(), H5D_ALLOC_TIME_EARLY);
    const Handle space(call("H5Screate", H5Screate, H5S_SCALAR), H5Sclose);
    Handle dataset = create(file, spec, file_type(Element::u64), space, properties);
    write_word(dataset.get(), value);
    return dataset;
}

Handle open_dataset(hid_t file, const std::string& path) {
    const Handle access = uncached_access();
    return {call("H5Dopen2", H5Dopen2, file, path.c_str(), access.get()), H5Dclose};
}

void append_rows(hid_t dataset, const DatasetSpec& spec, std::uint64_t present_rows, std::uint64_t rows,
                 const void* values) {
    const std::vector<hsize_t> extents = extents_of(present_rows + rows, spec);
    call("H5Dset_extent", H5Dset_extent, dataset, extents.data());
    const Handle file_space = select_rows(dataset, spec, present_rows, rows);
    const Handle memory_space = simple_space(extents_of(rows, spec), nullptr);
    call("H5Dwrite", H5Dwrite, dataset, memory_type(spec.element), memory_space.get(), file_space.get(), H5P_DEFAULT,
         values);
}

void read_rows(hid_t dataset, const DatasetSpec& spec, std::uint64_t first, std::uint64_t rows, void* values) {
    const Handle file_space = select_rows(dataset, spec, first, rows);
    const Handle memory_space = simple_space(extents_of(rows, spec), nullptr);
    call("H5Dread", H5Dread, dataset, memory_type(spec.element), memory_space.get(), file_space.get(), H5P_DEFAULT,
         values);
}

void write_word(hid_t dataset, std::uint64_t value) {
    call("H5Dwrite", H5Dwrite, dataset, memory_type(Element::u64), H5S_ALL, H5S_ALL, H5P_DEFAULT,
         static_cast<const void*>(&value));
}

std::uint64_t read_word(hid_t dataset, const std::string& path) {
    const Handle type(call("H5Dget_type", H5Dget_type, dataset), H5Tclose);
    const Handle space(call("H5Dget_space", H5Dget_space, dataset), H5Sclose);
    if (call("H5Tequal", H5Tequal, type.get(), file_type(Element::u64)) == 0 ||
        call("H5Sget_simple_extent_ndims", H5Sget_simple_extent_ndims, space.get()) != 0 ||
        call("H5Sget_simple_extent_npoints", H5Sget_simple_extent_npoints, space.get()) != 1) {
        throw Hdf5Error("/" + path + " is of another type or shape, must be one u64");
    }
    std::uint64_t value = 0;
    call("H5Dread", H5Dread, dataset, memory_type(Element::u64), H5S_ALL, H5S_ALL, H5P_DEFAULT,
         static_cast<void*>(&value));
    return value;
}

std::uint64_t checked_rows(hid_t dataset, const DatasetSpec& spec) {
    const Handle type(call("H5Dget_type", H5Dget_type, dataset), H5Tclose);
    if (call("H5Tequal", H5Tequal, type.get(), file_type(spec.element)) == 0) {
        throw Hdf5Error("/" + spec.path + " is of another type, must be " + name_of(spec.element));
    }
    const Handle space(call("H5Dget_space", H5Dget_space, dataset), H5Sclose);
    const int rank = call("H5Sget_simple_extent_ndims", H5Sget_simple_extent_ndims, space.get());
    std::vector<hsize_t> extents(static_cast<std::size_t>(rank));
    call("H5Sget_simple_extent_dims", H5Sget_simple_extent_dims, space.get(), extents.data(), nullptr);
    const std::vector<hsize_t> wanted = extents_of(extents.empty() ? 0 : extents.front(), spec);
    if (extents != wanted) {
        throw Hdf5Error("/" + spec.path + " has extents " + text_of(extents) + ", must be " + text_of(wanted));
    }
    return extents.front();
}

std::uint64_t whole_rows(hid_t file, const DatasetSpec& spec, std::uint64_t rows, std::uint64_t file_bytes) {
    constexpr std::uint64_t kBlockBytes = std::uint64_t{8} << 20U;
    if (spec.row_bytes() > file_bytes) return 0;
    std::uint64_t row = 0;
    try {
        const Handle dataset = open_dataset(file, spec.path);
        rows = std::min(rows, checked_rows(dataset.get(), spec));
        const std::uint64_t chunks = std::max<std::uint64_t>(1, kBlockBytes / (spec.row_bytes() * spec.chunk_rows));
        const std::uint64_t block = spec.chunk_rows * chunks;
        std::vector<std::byte> buffer(std::min(block, rows) * spec.row_bytes());
        while (row < rows) {
            std::uint64_t end = row;
            const std::uint64_t block_end = std::min(rows, row + block);
            while (end < block_end && has_chunks(dataset.get(), spec, end, file_bytes)) {
                end = std::min(block_end, end + spec.chunk_rows);
            }
            const std::uint64_t read = end > row ? readable_rows(dataset.get(), spec, row, end, buffer) : 0;
            row += read;
            if (row < block_end) break;
        }
    } catch (const Hdf5Error&) {
        // What was found until here counts.
    }
    return row;
}

void create_virtual_rows(hid_t file, const DatasetSpec& spec, const std::vector<VirtualSource>& sources) {
    std::uint64_t all_rows = 0;
    for (const VirtualSource& source : sources) all_rows += source.rows;
    const Handle properties = creation_properties();
    const Handle space = simple_space(extents_of(all_rows, spec), nullptr);
    std::uint64_t first = 0;
    for (const VirtualSource& source : sources) {
        if (source.rows == 0) continue;
        std::vector<hsize_t> start(spec.row_shape.size() + 1, 0);
        start.front() = first;
        const std::vector<hsize_t> count = extents_of(source.rows, spec);
        call("H5Sselect_hyperslab", H5Sselect_hyperslab, space.get(), H5S_SELECT_SET, start.data(), nullptr,
             count.data(), nullptr);
        const Handle source_space = simple_space(count, nullptr);
        call("H5Pset_virtual", H5Pset_virtual, properties.get(), space.get(), source.file_name.c_str(),
             ("/" + spec.path).c_str(), source_space.get());
        first += source.rows;
    }
    call("H5Sselect_all", H5Sselect_all, space.get());
    const Handle dataset = create(file, spec, file_type(spec.element), space, properties);
}

}  // namespace stdpscope::analysis::hdf5
