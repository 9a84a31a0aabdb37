#include <hdf5.h>

#include <catch2/catch.hpp>

#include "analysis/trace/error.hpp"
#include "analysis/trace/sonata_spikes.hpp"
#include "apps/guarded_reading.hpp"
#include "tests/apps/command/synthetic_run.hpp"
#include "tests/apps/program.hpp"

using namespace stdpscope;
using namespace stdpscope::apps;
using namespace stdpscope::tests;
using Catch::Matchers::Contains;

namespace {

/// A dataset of zeros of which nothing but its extent is in the file. Sanitized builds leave its test out.
[[maybe_unused]] void write_unallocated(hid_t file, const char* name, hid_t type, hsize_t extent) {
    const hid_t links = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(links, 1);
    const hid_t chunks = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t chunk = 1024;
    H5Pset_chunk(chunks, 1, &chunk);
    const hid_t space = H5Screate_simple(1, &extent, nullptr);
    H5Dclose(H5Dcreate2(file, name, type, space, links, chunks, H5P_DEFAULT));
    H5Sclose(space);
    H5Pclose(chunks);
    H5Pclose(links);
}

void write_values(hid_t file, const char* name, hid_t type, const std::vector<double>& values) {
    const hid_t links = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(links, 1);
    const hsize_t extent = values.size();
    const hid_t space = H5Screate_simple(1, &extent, nullptr);
    const hid_t dataset = H5Dcreate2(file, name, type, space, links, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    H5Dclose(dataset);
    H5Sclose(space);
    H5Pclose(links);
}

/// The smallest network with recorded spikes.
std::vector<std::string> simulation_of(const TestFolder& folder, const std::string& spikes) {
    const std::string file = folder.write("net.toml", R"([simulation]
seconds = 0.01
[[network.population]]
name = "source"
size = 2
model = "recorded"
file = ")" + spikes + R"("
[[network.projection]]
pre = "source"
post = "source"
connect = "all_to_all"
[network.projection.plasticity]
rule = "inhibitory"
)");
    return {"simulate", "--config", file, "--out", folder / "run"};
}

}  // namespace

TEST_CASE("A child gives spikes and events as its readers do", "[apps][guarded]") {
    const TestFolder folder;
    const std::filesystem::path path = folder / "spikes.h5";
    const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT);
    write_values(file, "spikes/lgn/timestamps", H5T_IEEE_F64LE, {0.25, 1.5, 3.0});
    write_values(file, "spikes/lgn/node_ids", H5T_STD_U64LE, {2, 0, 2});
    H5Fclose(file);
    CHECK(read_sonata_spikes_guarded(path, "lgn", 4) == analysis::read_sonata_spikes(path, "lgn", 4));
    CHECK(read_sonata_spikes_guarded(path, "", 3) == std::vector<std::vector<double>>{{1.5}, {}, {0.25, 3.0}});

    write_run(folder / "run", {.level = analysis::TraceLevel::samples});
    const auto own = analysis::read_training_events(folder / "run", 20);
    const auto childs = read_training_events_guarded(folder / "run", 20);
    REQUIRE(childs.events.size() == own.events.size());
    REQUIRE(childs.layers.size() == own.layers.size());
    REQUIRE_FALSE(own.events.empty());
    for (std::size_t event = 0; event < own.events.size(); ++event) {
        CHECK(childs.events[event].weight == own.events[event].weight);
        CHECK(childs.events[event].step == own.events[event].step);
        CHECK(childs.events[event].layer == own.events[event].layer);
    }
    for (std::size_t layer = 0; layer < own.layers.size(); ++layer) {
        CHECK(childs.layers[layer].name == own.layers[layer].name);
        CHECK(childs.layers[layer].pairs == own.layers[layer].pairs);
        CHECK(childs.layers[layer].largest_weight == own.layers[layer].largest_weight);
    }
}

TEST_CASE("What a reader in a child finds wrong comes out as from the reader", "[apps][guarded]") {
    const TestFolder folder;
    REQUIRE_THROWS_AS(read_sonata_spikes_guarded(folder / "none.h5", "", 3), analysis::MissingTrace);
    const std::string garbage = folder.write("garbage.h5", "no HDF5 at all");
    std::string own;
    try {
        static_cast<void>(analysis::read_sonata_spikes(garbage, "", 3));
    } catch (const analysis::DamagedTrace& mistake) {
        own = mistake.what();
    }
    REQUIRE_THROWS_AS(read_sonata_spikes_guarded(garbage, "", 3), analysis::DamagedTrace);
    REQUIRE_THROWS_WITH(read_sonata_spikes_guarded(garbage, "", 3), Catch::Matchers::Equals(own));
    write_run(folder / "counts", {});
    REQUIRE_THROWS_AS(read_training_events_guarded(folder / "counts", 3), analysis::MissingTrace);

    const Outcome outcome = run_program(simulation_of(folder, "garbage.h5"));
    CHECK(outcome.exit_code == 65);
    CHECK_THAT(outcome.errors, Contains("stdpscope simulate: " + garbage));
    CHECK_FALSE(std::filesystem::exists(folder / "run"));
}

#if !defined(__SANITIZE_ADDRESS__)  // which reserves more address space than the limit leaves
TEST_CASE("A spike file that would fill the memory ends a child, and simulate with exit code 65", "[apps][guarded]") {
    const TestFolder folder;
    const std::filesystem::path path = folder / "huge.h5";
    const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT);
    // Not more values than deflate could have packed into a file of this size.
    const hsize_t spikes = 600'000'000;
    write_unallocated(file, "spikes/lgn/timestamps", H5T_IEEE_F64LE, spikes);
    write_unallocated(file, "spikes/lgn/node_ids", H5T_STD_U64LE, spikes);
    write_values(file, "padding", H5T_IEEE_F64LE, std::vector<double>(100'000, 1.0));
    H5Fclose(file);
    const Outcome outcome = run_program(simulation_of(folder, "huge.h5"));
    CHECK(outcome.exit_code == 65);
    CHECK_THAT(outcome.errors, Contains(path.string()) && Contains("needs more than 4.0 GiB of memory"));
    CHECK_FALSE(std::filesystem::exists(folder / "run"));
}
#endif
