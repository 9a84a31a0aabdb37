#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "ann/network.hpp"
#include "ann/trainer.hpp"
#include "apps/bench/matrix_product.hpp"
#include "apps/bench/noise_examples.hpp"
#include "apps/bench/step_clock.hpp"
#include "apps/bench/training_flops.hpp"
#include "apps/command.hpp"
#include "apps/command_line.hpp"
#include "apps/configuration/error.hpp"
#include "apps/configuration/run_flags.hpp"
#include "apps/exit_code.hpp"
#include "apps/run_environment.hpp"
#include "apps/stop_signal.hpp"
#include "apps/temporary_folder.hpp"
#include "apps/terminal.hpp"
#include "apps/traced_run.hpp"

namespace stdpscope::apps {
namespace {

namespace po = boost::program_options;
using nlohmann::json;

const CommandHelp kHelp{
    .name = "bench",
    .usage = "stdpscope bench [--network NAME] [options]",
    .description =
        "Measures how fast this machine trains a network, on random data in memory: samples a second (median\n"
        "of five parts of the time, after a warm-up of a fifth more), and the share of the speed of a large\n"
        "single-precision matrix product (BLAS sgemm) measured in the same process with as many threads.\n"
        "Counted are 2 operations for each multiply-add of the forward pass, the data gradients (but the first\n"
        "layer's) and the weight gradients, padding included. A trace is written to a temporary folder.",
    .examples = "stdpscope bench --network lenet --threads 1 --trace off --seconds 5",
};

constexpr std::size_t kParts = 5;

struct BenchOptions {
    ResolvedConfiguration resolved;
    double seconds = 10.0;
};

struct BenchResult {
    Throughput throughput;
    double flop_per_sample = 0.0;
    double sgemm_flop_per_second = 0.0;
    bool sgemm_threads_set = false;
    std::uintmax_t trace_bytes = 0;
    bool diverged = false;
};

double parse_seconds(const po::variables_map& values) {
    const double seconds = values["seconds"].as<double>();
    if (!(seconds >= 0.1 && seconds <= 86400)) {
        throw UsageError(fmt::format("--seconds = {} must be 0.1 to 86400", seconds));
    }
    return seconds;
}

std::uintmax_t folder_bytes(const std::filesystem::path& folder) {
    std::uintmax_t bytes = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) bytes += entry.file_size();
    }
    return bytes;
}

BenchResult measure(const BenchOptions& bench) {
    const ann::NetworkSpec& spec = bench.resolved.network;
    ann::TrainerOptions options = trainer_options(bench.resolved);
    ann::Network network = build_network(bench.resolved);
    check_traceable(bench.resolved, network);
    const NoiseExamples examples(spec.input, network.output_shape().units(), spec.batch_size, options.seed);
    StepClock clock(bench.seconds, spec.batch_size);
    options.epochs = std::numeric_limits<std::int32_t>::max();
    options.stop_requested = &clock.time_is_over();
    BenchResult result;
    const MatrixProductSpeed before = measure_matrix_product(options.threads);
    ann::Trainer trainer = build_trainer(bench.resolved, network, examples, nullptr, options);
    const TemporaryFolder folder("stdpscope-bench");
    std::optional<TracedRun> trace;
    const analysis::TraceHeader header = trace_header(bench.resolved, network, examples.size());
    if (header.options.level != analysis::TraceLevel::off) {
        trainer.add(trace.emplace(folder.path(), header).listener());
    }
    trainer.add(clock);
    result.diverged = trainer.run().end == ann::TrainingEnd::diverged || clock.met_bad_loss();
    if (trace) trace->close();
    result.trace_bytes = folder_bytes(folder.path());
    result.throughput = clock.throughput(kParts);
    result.flop_per_sample = training_flop_per_sample(network.synapse_layers());
    // Before and after: what a shared machine took away once hides less of the peak.
    const MatrixProductSpeed after = measure_matrix_product(options.threads);
    result.sgemm_flop_per_second = std::max(before.flop_per_second, after.flop_per_second);
    result.sgemm_threads_set = before.threads_were_set;
    return result;
}

json json_of(const BenchOptions& bench, const BenchResult& result) {
    const double flop_per_second = result.flop_per_sample * result.throughput.median;
    return {{"network", bench.resolved.network.name},
            {"batch_size", bench.resolved.network.batch_size},
            {"threads", bench.resolved.settings.get<std::int64_t>("training.threads")},
            {"trace", bench.resolved.settings.get<std::string>("trace.level")},
            {"seconds", result.throughput.seconds},
            {"steps", result.throughput.steps},
            {"samples_per_second", result.throughput.median},
            {"slowest_samples_per_second", result.throughput.slowest},
            {"fastest_samples_per_second", result.throughput.fastest},
            {"flop_per_sample", result.flop_per_sample},
            {"gflop_per_second", flop_per_second / 1e9},
            {"sgemm_gflop_per_second", result.sgemm_flop_per_second / 1e9},
            {"sgemm_share", flop_per_second / result.sgemm_flop_per_second},
            {"sgemm_threads", result.sgemm_threads_set ? "as training" : "the library's own"},
            {"trace_bytes", result.trace_bytes},
            {"diverged", result.diverged},
            {"environment", run_environment()}};
}

void print_text(const json& result) {
    fmt::print("{} network, batch {}, {} thread(s), trace {}\n", result["network"].get<std::string>(),
               result["batch_size"].get<arma::uword>(), result["threads"].get<int>(),
               result["trace"].get<std::string>());
    fmt::print("  {:.0f} samples/s (median of {} parts, {:.0f} to {:.0f}; {} steps in {:.1f} s)\n",
               result["samples_per_second"].get<double>(), kParts, result["slowest_samples_per_second"].get<double>(),
               result["fastest_samples_per_second"].get<double>(), result["steps"].get<std::uint64_t>(),
               result["seconds"].get<double>());
    fmt::print("  {:.1f} GFLOP/s ({:.2f} MFLOP a sample)\n", result["gflop_per_second"].get<double>(),
               result["flop_per_sample"].get<double>() / 1e6);
    fmt::print("  {:.1f} % of sgemm's {:.1f} GFLOP/s (2048 x 2048 matrices, threads: {})\n",
               100 * result["sgemm_share"].get<double>(), result["sgemm_gflop_per_second"].get<double>(),
               result["sgemm_threads"].get<std::string>());
    if (result["trace_bytes"].get<std::uint64_t>() > 0) {
        fmt::print("  {:.2f} MiB of trace\n", result["trace_bytes"].get<double>() / (1 << 20));
    }
    if (result["diverged"].get<bool>()) fmt::print("  the loss became NaN or infinite on the way\n");
}

}  // namespace

int run_bench(const std::vector<std::string>& arguments) {
    po::options_description options("Options");
    add_run_flags(options, {"network", "batch", "threads", "seed", "neglu", "mask", "derivative", "trace"});
    options.add_options()("seconds", po::value<double>()->default_value(10.0)->value_name("S"), "time to measure")(
        "json", "print as one JSON document");
    const auto values = parse_command_line(kHelp, options, "", arguments);
    if (!values) return 0;
    const BenchOptions bench{.resolved = resolve(run_sources(*values)), .seconds = parse_seconds(*values)};
    catch_stop_signals();
    const json result = json_of(bench, measure(bench));
    if (stop_signal() != 0) {
        return static_cast<int>(stop_signal() == SIGTERM ? ExitCode::terminated : ExitCode::interrupted);
    }
    if (values->count("json") > 0) {
        fmt::print("{}\n", result.dump(2));
    } else {
        print_text(result);
    }
    return 0;
}

}  // namespace stdpscope::apps
