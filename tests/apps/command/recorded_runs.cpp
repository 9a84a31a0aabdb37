#include "tests/apps/command/recorded_runs.hpp"

#include <catch2/catch.hpp>
#include <cstring>
#include <fstream>

namespace stdpscope::tests {

std::filesystem::path train(const TestFolder& folder, const std::string& run, std::vector<std::string> more) {
    std::vector<std::string> arguments{"train",
                                       "--network",
                                       folder.write("net.toml", kSmallNetwork),
                                       "--data",
                                       "synthetic:600",
                                       "--out",
                                       (folder / run).string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = run_program(arguments);
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == 0);
    return folder / run;
}

std::filesystem::path trained_run(const TestFolder& folder) {
    static const TestFolder once;
    static const std::filesystem::path run =
        train(once, "run", {"--trace", "full", "--set", "trace.record_every=3", "--set", "trace.sample_every=1"});
    std::filesystem::copy(run, folder / "run");
    return folder / "run";
}

std::filesystem::path simulate(const TestFolder& folder, const std::string& run, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"simulate", "--out", (folder / run).string()});
    const Outcome outcome = run_program(arguments);
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == 0);
    return folder / run;
}

void flip_byte(const std::filesystem::path& path, std::uint64_t place) {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(place));
    const char value = static_cast<char>(file.get() ^ 0x5a);
    file.seekp(static_cast<std::streamoff>(place));
    file.put(value);
}

/// Where in the file the last occurrence of a value's bytes lies.
std::uint64_t place_of(const std::filesystem::path& path, double value) {
    std::string bytes(sizeof value, '\0');
    std::memcpy(bytes.data(), &value, sizeof value);
    const std::size_t place = read_file(path).rfind(bytes);
    REQUIRE(place != std::string::npos);
    return place;
}

}  // namespace stdpscope::tests
