#include "tests/apps/simulate/simulated_run.hpp"

#include <catch2/catch.hpp>
#include <cstddef>

#include "analysis/trace/synapses_file.hpp"
#include "analysis/trace/trace_reader.hpp"

namespace stdpscope::tests {

Outcome simulate(const TestFolder& folder, const std::string& run, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"simulate", "--out", (folder / run).string()});
    Outcome outcome = run_program(arguments);
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == 0);
    return outcome;
}

std::string trace_text(const std::filesystem::path& run) {
    const analysis::TraceReader reader(run);
    std::string text = reader.header().configuration + reader.header().program;
    const auto add = [&](const auto& values) {
        text.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(values[0]));
        text += '|';
    };
    reader.for_each_record([&](const analysis::Record& record) {
        text += std::to_string(record.first_step) + "-" + std::to_string(record.end_step) + ";";
        for (const analysis::LayerRecord& layer : record.layers) {
            add(layer.events.front().histogram);
            add(layer.updates.front().histogram);
            add(layer.updates.front().absolute_update);
            const analysis::Moments& weights = layer.updates.front().weights;
            add(std::vector<double>{weights.mean, weights.deviation, weights.minimum, weights.maximum});
            add(layer.unit_response);
            add(layer.spiking.weight_histogram);
        }
    });
    for (std::size_t stream = 0; stream < reader.event_rows().size(); ++stream) {
        reader.for_each_event_rows(stream, [&](const analysis::EventRows& rows) {
            for (const std::vector<std::byte>& column : rows.columns) add(column);
        });
    }
    return text;
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

nlohmann::json read_json(const std::filesystem::path& path) {
    return nlohmann::json::parse(read_file(path));
}

}  // namespace stdpscope::tests
