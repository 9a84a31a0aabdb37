#include <hdf5.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <optional>

#include "analysis/trace/error.hpp"
#include "analysis/trace/sonata_spikes.hpp"
#include "tests/analysis/trace/temporary_folder.hpp"

using namespace stdpscope::analysis;
using Catch::Matchers::Contains;
using stdpscope::tests::TemporaryFolder;

namespace {

/// What a file is written from, by the library's C interface alone.
struct Spikes {
    std::string population = "lgn";
    std::vector<double> timestamps = {};
    std::vector<std::uint64_t> node_ids = {};
    std::optional<std::string> units = {};
    hid_t time_type = H5T_NATIVE_DOUBLE;
    hsize_t time_axes = 1;
};

void write_dataset(hid_t group, const char* name, hid_t type, hid_t memory_type, const void* values, hsize_t count,
                   hsize_t axes, const std::optional<std::string>& units) {
    const hsize_t extents[2] = {count, 1};
    const hid_t space = H5Screate_simple(static_cast<int>(axes), extents, nullptr);
    const hid_t dataset = H5Dcreate2(group, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    REQUIRE(H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    if (units) {
        const hid_t text = H5Tcopy(H5T_C_S1);
        H5Tset_size(text, H5T_VARIABLE);
        const hid_t scalar = H5Screate(H5S_SCALAR);
        const hid_t attribute = H5Acreate2(dataset, "units", text, scalar, H5P_DEFAULT, H5P_DEFAULT);
        const char* value = units->c_str();
        REQUIRE(H5Awrite(attribute, text, static_cast<const void*>(&value)) >= 0);
        H5Aclose(attribute);
        H5Sclose(scalar);
        H5Tclose(text);
    }
    H5Dclose(dataset);
    H5Sclose(space);
}

std::string write_file(const std::filesystem::path& path, const std::vector<Spikes>& populations) {
    const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t spikes = H5Gcreate2(file, "spikes", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    for (const Spikes& population : populations) {
        const hid_t group = H5Gcreate2(spikes, population.population.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        write_dataset(group, "timestamps", population.time_type, H5T_NATIVE_DOUBLE, population.timestamps.data(),
                      population.timestamps.size(), population.time_axes, population.units);
        write_dataset(group, "node_ids", H5T_STD_U64LE, H5T_NATIVE_UINT64, population.node_ids.data(),
                      population.node_ids.size(), 1, {});
        H5Gclose(group);
    }
    H5Gclose(spikes);
    H5Fclose(file);
    return path.string();
}

const Spikes kThree{.timestamps = {4.5, 1.0, 2.0}, .node_ids = {2, 0, 2}};

}  // namespace

TEST_CASE("SONATA spikes: times by node, in milliseconds or seconds, doubles or floats", "[analysis][trace][spikes]") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "spikes.h5";
    Spikes spikes = kThree;
    const std::vector<std::vector<double>> expected = {{1.0}, {}, {4.5, 2.0}, {}};
    REQUIRE(read_sonata_spikes(write_file(file, {spikes}), "lgn", 4) == expected);
    REQUIRE(read_sonata_spikes(file, "", 4) == expected);
    spikes.units = "milliseconds";
    spikes.time_type = H5T_IEEE_F32BE;
    REQUIRE(read_sonata_spikes(write_file(file, {spikes}), "lgn", 4) == expected);
    spikes.units = "seconds";
    REQUIRE(read_sonata_spikes(write_file(file, {spikes}), "lgn", 3) ==
            std::vector<std::vector<double>>{{1000.0}, {}, {4500.0, 2000.0}});
    REQUIRE(read_sonata_spikes(write_file(file, {Spikes{}}), "lgn", 2) == std::vector<std::vector<double>>(2));
}

TEST_CASE("SONATA spikes: what is wrong is named with its place", "[analysis][trace][spikes]") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "spikes.h5";
    const auto damaged = [&](const Spikes& spikes, std::uint32_t neurons, const std::string& message) {
        write_file(file, {spikes});
        REQUIRE_THROWS_AS(read_sonata_spikes(file, "lgn", neurons), DamagedTrace);
        REQUIRE_THROWS_WITH(read_sonata_spikes(file, "lgn", neurons), Contains(file.string()) && Contains(message));
    };
    damaged(kThree, 2, "/spikes/lgn spike 0: node_ids = 2 must be below 2");
    Spikes spikes = kThree;
    spikes.timestamps[1] = -1.0;
    damaged(spikes, 3, "spike 1: timestamps = -1.000000 must be finite and >= 0");
    spikes.timestamps[1] = std::nan("");
    damaged(spikes, 3, "spike 1: timestamps = nan");
    spikes = kThree;
    spikes.node_ids.pop_back();
    damaged(spikes, 3, "timestamps has 3 values and node_ids 2");
    spikes = kThree;
    spikes.units = "fortnights";
    damaged(spikes, 3, "units = \"fortnights\" must be milliseconds or seconds");
    spikes.units = {};
    spikes.time_axes = 2;
    damaged(spikes, 3, "/spikes/lgn/timestamps has 2 axes, must have 1");

    REQUIRE_THROWS_AS(read_sonata_spikes(folder.path() / "none.h5", "", 3), MissingTrace);
    write_file(file, {kThree, Spikes{.population = "v1"}});
    REQUIRE_THROWS_WITH(read_sonata_spikes(file, "v2", 3), Contains("no population v2") && Contains("lgn, v1"));
    REQUIRE_THROWS_WITH(read_sonata_spikes(file, "", 3), Contains("one must be named"));
    std::ofstream(file) << "neuron,time_ms\n";
    REQUIRE_THROWS_AS(read_sonata_spikes(file, "", 3), DamagedTrace);
    {
        const hid_t huge = H5Fcreate(file.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
        const hid_t links = H5Pcreate(H5P_LINK_CREATE);
        H5Pset_create_intermediate_group(links, 1);
        const hid_t chunks = H5Pcreate(H5P_DATASET_CREATE);
        const hsize_t extent = hsize_t{1} << 40U;
        const hsize_t chunk = 1024;
        H5Pset_chunk(chunks, 1, &chunk);
        const hid_t space = H5Screate_simple(1, &extent, nullptr);
        for (const char* name : {"spikes/lgn/timestamps", "spikes/lgn/node_ids"}) {
            H5Dclose(H5Dcreate2(huge, name, H5T_STD_U64LE, space, links, chunks, H5P_DEFAULT));
        }
        H5Sclose(space);
        H5Pclose(chunks);
        H5Pclose(links);
        H5Fclose(huge);
    }
    REQUIRE_THROWS_WITH(read_sonata_spikes(file, "", 3), Contains("claims 1099511627776 values"));
    const hid_t empty = H5Fcreate(file.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    H5Fclose(empty);
    REQUIRE_THROWS_WITH(read_sonata_spikes(file, "", 3), Contains("no group /spikes"));
}
