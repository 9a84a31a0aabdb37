#include "tests/apps/command/synthetic_run.hpp"

#include <fstream>

#include "analysis/trace/metrics_file.hpp"
#include "analysis/trace/run_folder.hpp"
#include "analysis/trace/trace_writer.hpp"
#include "tests/analysis/summary/random_records.hpp"

namespace stdpscope::tests {
namespace {

constexpr std::uint64_t kSampledSynapses = 4;

analysis::TraceHeader header_of(const SyntheticRun& run) {
    analysis::TraceHeader header;
    header.options.level = run.level;
    header.options.record_every = 10;
    header.options.sample_synapses = kSampledSynapses;
    header.layers = random_layers();
    // As if the network had a layer before each of these that the trace leaves out.
    for (std::uint32_t index = 0; index < header.layers.size(); ++index) header.layer_indices.push_back(2 * index + 1);
    header.seed = run.seed;
    header.batch_size = 16;
    header.steps_per_epoch = 20;
    header.configuration = run.configuration;
    header.program = "stdpscope tests";
    return header;
}

/// Values that tell layer and synapse: layer + synapse / 8.
analysis::SampledStep sampled_step(std::uint64_t step) {
    analysis::SampledStep row;
    row.place.step = step;
    row.place.epoch = step / 20;
    for (std::size_t layer = 0; layer < random_layers().size(); ++layer) {
        analysis::SampledLayer part;
        for (std::size_t i = 0; i < kSampledSynapses; ++i) {
            const auto value = static_cast<float>(layer) + static_cast<float>(i) / 8.0F;
            part.weight.push_back(value);
            part.weight_update.push_back(-value);
            part.pairs_pre_first.push_back(static_cast<std::int32_t>(i));
            part.pairs_post_first.push_back(static_cast<std::int32_t>(2 * i));
            part.timing_integral.push_back(value);
            part.event_sample.push_back(static_cast<std::uint32_t>(i));
            part.event_position.push_back(0);
            part.activation.push_back(value);
            part.loss_derivative.push_back(value);
            part.activation_derivative.push_back(1.0F);
        }
        row.layers.push_back(part);
    }
    return row;
}

void write_trace(const std::filesystem::path& folder, const SyntheticRun& run) {
    analysis::TraceWriter writer(folder, header_of(run));
    for (const analysis::Record& record : records_of(run)) {
        if (run.level >= analysis::TraceLevel::samples) writer.append(sampled_step(record.first_step));
        writer.append(record);
    }
    if (run.closed) writer.close();
}

}  // namespace

std::vector<analysis::Record> records_of(const SyntheticRun& run) {
    RandomRecords random(run.seed);
    std::vector<analysis::Record> records;
    for (std::uint64_t i = 0; i < run.records; ++i) {
        records.push_back(random.record(random_layers(), 10 * i, 10 * i + 10, i / 2));
    }
    return records;
}

void write_run(const std::filesystem::path& folder, const SyntheticRun& run) {
    std::filesystem::create_directories(folder);
    std::ofstream(folder / analysis::kConfigurationFile) << run.configuration;
    for (std::size_t epoch = 0; epoch < run.test_errors.size(); ++epoch) {
        ann::EpochMetrics metrics;
        metrics.epoch = epoch;
        metrics.training_error = run.test_errors[epoch] / 2.0;
        metrics.test_error = run.test_errors[epoch];
        analysis::append_metrics(folder, metrics);
    }
    if (run.level != analysis::TraceLevel::off) write_trace(folder, run);
}

void write_two_runs(const std::filesystem::path& folder) {
    write_run(folder / "a", {.seed = 1,
                             .configuration = "[mixlu]\npercent_neglu = 0.0\n[training]\nseed = 7\n",
                             .test_errors = {0.5, 0.25}});
    write_run(folder / "b", {.seed = 2,
                             .configuration = "[mixlu]\npercent_neglu = 5.0\n[training]\nseed = 7\n",
                             .test_errors = {0.5, 0.375, 0.3125}});
}

void damage(const std::filesystem::path& file) {
    const auto bytes = std::filesystem::file_size(file);
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    const std::string ones(bytes / 2, '\xFF');
    stream.seekp(static_cast<std::streamoff>(bytes / 4));
    stream.write(ones.data(), static_cast<std::streamsize>(ones.size()));
}

}  // namespace stdpscope::tests
