#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <optional>

#include "analysis/trace/durable_file.hpp"
#include "analysis/trace/run_folder.hpp"
#include "analysis/trace/weights_file.hpp"
#include "apps/command.hpp"
#include "apps/command_line.hpp"
#include "apps/configuration/error.hpp"
#include "apps/configuration/run_flags.hpp"
#include "apps/exit_code.hpp"
#include "apps/peak_memory.hpp"
#include "apps/run_environment.hpp"
#include "apps/run_files.hpp"
#include "apps/stop_signal.hpp"
#include "apps/terminal.hpp"
#include "apps/traced_run.hpp"
#include "apps/training_data.hpp"
#include "apps/training_report.hpp"

namespace stdpscope::apps {
namespace {

namespace po = boost::program_options;
using nlohmann::json;

const CommandHelp kHelp{
    .name = "train",
    .usage = "stdpscope train --out DIR [options]",
    .description =
        "Trains a network and keeps, in the new folder DIR, a trace of its plasticity events (run.h5), the\n"
        "metrics of each epoch (metrics.csv), the weights (weights.h5), the resolved configuration\n"
        "(config.toml), the environment and the result. The same seed gives the same bits for any number of\n"
        "threads. SIGINT and SIGTERM end the training after the current step, with everything saved.",
    .examples = "stdpscope train --network lenet --data fashion-mnist --epochs 2 --neglu 5 --out runs/mixlu",
};

/// Keeps the metrics of each epoch in the run folder as they come.
class MetricsKeeper : public ann::Observer {
public:
    explicit MetricsKeeper(std::filesystem::path folder) : folder_(std::move(folder)) {}
    void epoch_done(const ann::EpochMetrics& metrics) override { analysis::append_metrics(folder_, metrics); }

private:
    std::filesystem::path folder_;
};

std::string name_of(ann::TrainingEnd end) {
    switch (end) {
        case ann::TrainingEnd::finished:
            return "finished";
        case ann::TrainingEnd::stopped:
            return "stopped";
        case ann::TrainingEnd::diverged:
            return "diverged";
    }
    throw std::logic_error("TrainingEnd out of range");
}

json environment_of(const ResolvedConfiguration& resolved, const TrainingData& data) {
    json environment = run_environment();
    environment["threads"] = resolved.settings.get<std::int64_t>("training.threads");
    environment["working_directory"] = std::filesystem::current_path().string();
    environment["data"] = {{"source", resolved.settings.get<std::string>("data.source")},
                           {"name", data.name},
                           {"checksum", data.checksum},
                           {"training_samples", data.training.size()},
                           {"test_samples", data.test.size()}};
    return environment;
}

json result_of(const ann::TrainingResult& result, double seconds) {
    json document{{"end", name_of(result.end)},
                  {"diverged", result.diverged},
                  {"steps", result.steps},
                  {"epochs", result.epochs.size()},
                  {"seconds", seconds},
                  {"peak_memory_bytes", peak_memory_bytes()},
                  {"signal", stop_signal() == 0 ? json(nullptr) : json(stop_signal())},
                  {"final", nullptr}};
    if (!result.epochs.empty()) document["final"] = json_of(result.epochs.back());
    return document;
}

/// All that a run needs, checked, before anything is written.
struct PreparedRun {
    ResolvedConfiguration resolved;
    std::filesystem::path folder;
    ann::Network network;
    TrainingData data;
    ann::TrainerOptions options;
};

std::vector<analysis::NamedWeights> weights_of(ann::Network& network) {
    std::vector<analysis::NamedWeights> layers;
    for (arma::uword index = 0; index < network.synapse_layers().size(); ++index) {
        const ann::SynapticLayer& layer = network.synaptic(index);
        layers.push_back({layer.name(), layer.weights, layer.biases});
    }
    return layers;
}

/// Trains with everybody listening and leaves weights.h5 and a closed trace behind.
ann::TrainingResult train_and_save(PreparedRun& run, ann::Trainer& trainer, TrainingReport& report) {
    const analysis::TraceHeader header = trace_header(run.resolved, run.network, run.data.training.size());
    MetricsKeeper metrics(run.folder);
    std::optional<TracedRun> trace;
    std::optional<analysis::RunFolderLock> lock;
    if (header.options.level == analysis::TraceLevel::off) {
        lock.emplace(run.folder);
    } else {
        trainer.add(trace.emplace(run.folder, header).listener());
    }
    trainer.add(metrics);
    trainer.add(report);
    const ann::TrainingResult result = trainer.run();
    if (trace) trace->close();
    analysis::write_weights(run.folder / analysis::kWeightsFile, weights_of(run.network));
    return result;
}

json train(PreparedRun& run, ann::Trainer& trainer, ReportFormat format) {
    using Clock = std::chrono::steady_clock;
    catch_stop_signals();
    analysis::create_run_folder(run.folder);
    analysis::write_file_durably(run.folder / analysis::kConfigurationFile,
                                 resolved_toml(run.resolved, ThreadCount::written));
    write_json(run.folder / analysis::kEnvironmentFile, environment_of(run.resolved, run.data));
    TrainingReport report(format, run.options.full_training_error);
    const Clock::time_point begun = Clock::now();
    try {
        const ann::TrainingResult result = train_and_save(run, trainer, report);
        json document = result_of(result, std::chrono::duration<double>(Clock::now() - begun).count());
        write_json(run.folder / analysis::kResultFile, document);
        document["metrics"] = json::array();
        for (const ann::EpochMetrics& metrics : result.epochs) document["metrics"].push_back(json_of(metrics));
        return document;
    } catch (...) {
        report.training_ended();
        fail_run(run.folder);
    }
}

void print_end(const PreparedRun& run, const json& result, ReportFormat format) {
    if (format == ReportFormat::json) {
        json document = result;
        document["folder"] = run.folder.string();
        fmt::print("{}\n", document.dump(2));
    } else {
        fmt::print("{} after {} steps in {}; run saved in {}\n", result["end"].get<std::string>(),
                   result["steps"].get<std::uint64_t>(), duration_text(result["seconds"].get<double>()),
                   run.folder.string());
    }
}

/// A run that diverged is a finding, not a failure: exit code 0 with a warning.
int exit_code_of(const json& result) {
    if (result["end"] == "diverged")
        warn("train", "the loss or weights became NaN or infinite; the run goes on record as diverged");
    if (result["end"] != "stopped") return static_cast<int>(ExitCode::success);
    return stopped_exit_code("train");
}

PreparedRun prepare(const po::variables_map& values) {
    if (values.count("out") == 0) throw UsageError("--out DIR is missing: the new folder of the run");
    const std::filesystem::path folder = values["out"].as<std::string>();
    if (folder.empty()) throw UsageError("--out must name a folder");
    ResolvedConfiguration resolved = resolve(run_sources(values));
    refuse_existing(folder);  // before the data are loaded, which takes seconds
    ann::TrainerOptions options = trainer_options(resolved);
    options.stop_requested = &stop_requested();
    ann::Network network = build_network(resolved);
    check_traceable(resolved, network);
    TrainingData data = load_training_data(resolved, network.output_shape().units());
    return {std::move(resolved), folder, std::move(network), std::move(data), options};
}

}  // namespace

int run_train(const std::vector<std::string>& arguments) {
    po::options_description options("Options");
    options.add_options()("out", po::value<std::string>()->value_name("DIR"), "folder of the run; must not exist yet");
    add_run_flags(options,
                  {"network", "data", "epochs", "batch", "seed", "threads", "neglu", "mask", "derivative", "trace"});
    options.add_options()("json", "print the results as one JSON document");
    const auto values = parse_command_line(kHelp, options, "", arguments);
    if (!values) return 0;
    const ReportFormat format = values->count("json") > 0 ? ReportFormat::json : ReportFormat::table;
    PreparedRun run = prepare(*values);
    ann::Trainer trainer = build_trainer(run.resolved, run.network, run.data.training, &run.data.test, run.options);
    const json result = train(run, trainer, format);
    print_end(run, result, format);
    return exit_code_of(result);
}

}  // namespace stdpscope::apps
