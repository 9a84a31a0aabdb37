#include <catch2/catch.hpp>
#include <fstream>

#include "data/error.hpp"
#include "data/spike_csv.hpp"
#include "tests/data/temporary_folder.hpp"

using namespace stdpscope::data;
using namespace stdpscope::data::test;
using Catch::Matchers::Contains;

namespace {

using Trains = std::vector<std::vector<double>>;

std::filesystem::path written(const TemporaryFolder& folder, const std::string& content) {
    const std::filesystem::path path = folder.path() / "spikes.csv";
    std::ofstream(path, std::ios::binary) << content;
    return path;
}

}  // namespace

TEST_CASE("Spike CSV: columns by name, spikes in any order, every kind of line end", "[data][spikes]") {
    const TemporaryFolder folder;
    const Trains expected = {{1.5}, {}, {40.0, 0.25}};
    REQUIRE(read_spike_csv(written(folder, "neuron,time_ms\n2,40\n0,1.5\n2,0.25\n"), 3) == expected);
    REQUIRE(read_spike_csv(written(folder, "neuron,time_ms\r\n2,4e1\r\n0,1.5\r\n\r\n2,0.25"), 3) == expected);
    REQUIRE(read_spike_csv(written(folder, "\"time_ms\", area , neuron\n40,v1,2\n1.5,,0\n 0.25 ,v2, 2\n"), 3) ==
            expected);
    REQUIRE(read_spike_csv(written(folder, "neuron,time_ms\n"), 2) == Trains(2));
    // Longer than the blocks in which a file is read.
    std::string many = "neuron,time_ms\n";
    for (int k = 0; k < 30000; ++k) many += "1," + std::to_string(k) + ".5\n";
    const Trains trains = read_spike_csv(written(folder, many), 2);
    REQUIRE(trains[1].size() == 30000);
    for (std::size_t k = 0; k < 30000; ++k) REQUIRE(trains[1][k] == static_cast<double>(k) + 0.5);
}

TEST_CASE("Spike CSV: what is wrong is named with its line", "[data][spikes]") {
    const TemporaryFolder folder;
    const auto refused = [&](const std::string& content, const std::string& message) {
        const auto path = written(folder, content);
        REQUIRE_THROWS_AS(read_spike_csv(path, 3), BadData);
        REQUIRE_THROWS_WITH(read_spike_csv(path, 3), Contains(path.string() + ": " + message));
    };
    refused("", "is empty, must begin with the names of its columns");
    refused("neuron,time\n", "line 1 must name the columns neuron and time_ms, and lacks time_ms");
    refused("0,1.5\n", "line 1 must name the columns neuron and time_ms, and lacks neuron");
    refused("neuron,time_ms\n0,1\n\n1\n", "line 4 has 1 fields, must have 2 at least");
    refused("neuron,time_ms\n3,1\n", "line 2 neuron = 3 must be a whole number below 3");
    refused("neuron,time_ms\n-1,1\n", "line 2 neuron = -1 must be");
    refused("neuron,time_ms\n1.0,1\n", "line 2 neuron = 1.0 must be");
    refused("neuron,time_ms\n0,-0.1\n", "line 2 time_ms = -0.1 must be a finite number >= 0");
    refused("neuron,time_ms\n0,nan\n", "line 2 time_ms = nan must be");
    refused("neuron,time_ms\n0,1 ms\n", "line 2 time_ms = 1 ms must be");
    refused("neuron,time_ms\n0," + std::string(70000, '1') + "\n", "line 2 is longer than 65536 bytes");
    REQUIRE_THROWS_AS(read_spike_csv(folder.path() / "none.csv", 3), MissingInput);
}
