#include "tests/apps/run_folder.hpp"

#include <cstddef>
#include <vector>

#include "analysis/trace/trace_reader.hpp"
#include "tests/apps/program.hpp"

namespace stdpscope::tests {

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
            for (const analysis::EventCounts& events : layer.events) add(events.histogram);
            for (const analysis::UpdateCounts& updates : layer.updates) {
                add(updates.histogram);
                add(updates.absolute_update);
                const analysis::Moments& weights = updates.weights;
                add(std::vector<double>{weights.mean, weights.deviation, weights.minimum, weights.maximum});
            }
            add(layer.unit_response);
            add(layer.spiking.weight_histogram);
        }
    });
    reader.for_each_sampled_step([&](const analysis::SampledStep& step) {
        for (const analysis::SampledLayer& layer : step.layers) {
            add(layer.weight_update);
            add(layer.event_sample);
            add(layer.activation);
        }
    });
    reader.for_each_planes_step([&](const analysis::PlanesStep& step) {
        for (const analysis::PlanesLayer& layer : step.layers) add(layer.weight_update.positive);
    });
    reader.for_each_updates_step([&](const analysis::UpdatesStep& step) {
        for (const std::vector<float>& update : step.weight_update) add(update);
    });
    for (std::size_t stream = 0; stream < reader.event_rows().size(); ++stream) {
        reader.for_each_event_rows(stream, [&](const analysis::EventRows& rows) {
            for (const std::vector<std::byte>& column : rows.columns) add(column);
        });
    }
    return text;
}

nlohmann::json read_json(const std::filesystem::path& path) {
    return nlohmann::json::parse(read_file(path));
}

}  // namespace stdpscope::tests
