#include "tests/apps/simulate/simulated_run.hpp"

#include <catch2/catch.hpp>

#include "analysis/trace/synapses_file.hpp"

namespace stdpscope::tests {

Outcome simulate(const TestFolder& folder, const std::string& run, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"simulate", "--out", (folder / run).string()});
    Outcome outcome = run_program(arguments);
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == 0);
    return outcome;
}

std::string synapses_text(const std::filesystem::path& run) {
    std::string text;
    for (const analysis::NamedSynapses& layer : analysis::read_synapses(run / "synapses.h5")) {
        text += layer.name;
        text.append(reinterpret_cast<const char*>(layer.post.data()), layer.post.size() * sizeof(std::uint32_t));
        text.append(reinterpret_cast<const char*>(layer.weight.data()), layer.weight.size() * sizeof(float));
    }
    return text;
}

}  // namespace stdpscope::tests
