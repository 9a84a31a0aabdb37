#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "ann/builtin_networks.hpp"
#include "apps/bench/bench_report.hpp"
#include "apps/bench/disk_speed.hpp"
#include "apps/bench/layer_times.hpp"
#include "apps/bench/level_bench.hpp"
#include "apps/bench/spiking_bench.hpp"
#include "apps/command.hpp"
#include "apps/command_line.hpp"
#include "apps/configuration/error.hpp"
#include "apps/configuration/run_flags.hpp"
#include "apps/exit_code.hpp"
#include "apps/run_environment.hpp"
#include "apps/stop_signal.hpp"
#include "apps/temporary_folder.hpp"
#include "apps/terminal.hpp"

namespace stdpscope::apps {
namespace {

namespace po = boost::program_options;
using analysis::TraceLevel;
using nlohmann::json;

const CommandHelp kHelp{
    .name = "bench",
    .usage = "stdpscope bench [--all | --by-layer | --protocol NAME] [--network NAME] [options]",
    .description =
        "Measures how fast this machine trains a network, on random data in memory: samples a second, and the shares\n"
        "of two peaks measured in the same process with as many threads: independent multiply-adds in registers (FMA)\n"
        "and a large single-precision matrix product (BLAS sgemm). Counted are 2 operations for each multiply-add of\n"
        "the forward pass, the data gradients (but the first layer's) and the weight gradients, padding included.\n"
        "OpenBLAS's kernels are named, as it may choose slow ones for a processor that it does not know; those of\n"
        "OPENBLAS_CORETYPE in the environment (SkylakeX for AVX-512, Haswell for AVX2) are taken instead.\n"
        "Training with the ledger and without takes turns, so that the ledger's share does not depend on what else\n"
        "the machine does; speeds and shares are medians over the turns. Traces are written to a temporary folder.\n"
        "\n"
        "--all gives a table of lenet, lenet5 and mlp (or the one of --network) with trace off, counts, samples, "
        "planes\n"
        "and full, the last with every update of every step unless trace.updates_every is set. It takes about two\n"
        "minutes. --by-layer adds where the time of a step goes: each layer's forward pass, weight gradient, data\n"
        "gradient, update and ledger.\n"
        "\n"
        "--protocol s1, s2, s3 or kernel measures the spiking simulator instead, on published problems: wall time of\n"
        "the simulation alone, with the ledger counting and without in turns. --seconds is then biological time.",
    .examples =
        "stdpscope bench --network lenet --threads 1 --trace off --seconds 5\n"
        "stdpscope bench --all --threads 2 --json\n"
        "stdpscope bench --network lenet5 --by-layer\n"
        "stdpscope bench --protocol s2 --threads 2",
};

/// Of measuring; with lead-ins, warm-ups and peaks, --all takes half as much again.
constexpr double kSeconds = 10.0;
constexpr double kSecondsOfAll = 75.0;

double parse_seconds(const po::variables_map& values) {
    if (values.count("seconds") == 0) return values.count("all") > 0 ? kSecondsOfAll : kSeconds;
    const double seconds = values["seconds"].as<double>();
    if (!(seconds >= 0.1 && seconds <= 86400)) {
        throw UsageError(fmt::format("--seconds = {} must be 0.1 to 86400", seconds));
    }
    return seconds;
}

int exit_code_of_signal() {
    return static_cast<int>(stop_signal() == SIGTERM ? ExitCode::terminated : ExitCode::interrupted);
}

/// The network of the flags at its level, in turn with training without a trace.
int bench_one(const po::variables_map& values, double seconds) {
    const bool as_json = values.count("json") > 0;
    const bool by_layer = values.count("by-layer") > 0;
    const ResolvedConfiguration resolved = resolve(run_sources(values));
    catch_stop_signals();
    analysis::TraceOptions level = trace_options(resolved);
    analysis::TraceOptions off = level;
    off.level = TraceLevel::off;
    std::vector<analysis::TraceOptions> levels{off};
    if (level.level != TraceLevel::off) levels.push_back(level);
    const BenchResult result = measure_levels(resolved, levels, {.seconds = seconds});
    if (stop_signal() != 0) return exit_code_of_signal();
    json document = json_of_level(result);
    document["environment"] = run_environment();
    StepTimes times;
    if (by_layer) {
        times = measure_layers(resolved, seconds / 2);
        if (stop_signal() != 0) return exit_code_of_signal();
        document["by_layer"] = json_of(times, result);
    }
    if (as_json) {
        fmt::print("{}\n", document.dump(2));
    } else {
        print_level(result);
        if (by_layer) print_layers(times, result);
    }
    return 0;
}

/// Each level that --all measures, `full` with every update unless told otherwise.
std::vector<analysis::TraceOptions> all_levels(const ResolvedConfiguration& resolved) {
    std::vector<analysis::TraceOptions> levels;
    for (const TraceLevel level :
         {TraceLevel::off, TraceLevel::counts, TraceLevel::samples, TraceLevel::planes, TraceLevel::full}) {
        levels.push_back(trace_options(resolved));
        levels.back().level = level;
    }
    const bool is_default = resolved.settings.entry("trace.updates_every").origin.kind == OriginKind::default_value;
    if (is_default) levels.back().updates_every = 1;
    return levels;
}

/// One line that is written over on a terminal, else one line a round.
class Progress {
public:
    explicit Progress(std::string network) : network_(std::move(network)) {}
    void show(std::size_t round, std::size_t rounds) {
        const std::string text = fmt::format("{}: round {} of {}", network_, round, rounds);
        if (is_terminal(stderr)) {
            status_.show(text);
        } else {
            fmt::print(stderr, "{}\n", text);
        }
    }

private:
    std::string network_;
    StatusLine status_;
};

std::vector<ResolvedConfiguration> all_networks(const po::variables_map& values) {
    ConfigurationSources sources = run_sources(values);
    // A flag, so that --trace beside it is a mistake; the highest level, so that what it needs is checked.
    sources.flags.push_back({.flag = "--all", .key = "trace.level", .text = "full"});
    if (values.count("network") > 0) return {resolve(sources)};
    std::vector<ResolvedConfiguration> networks;
    for (const std::string_view name : ann::builtin_network_names()) {
        ConfigurationSources of_network = sources;
        of_network.flags.push_back({.flag = "--all", .key = "network.name", .text = std::string(name)});
        networks.push_back(resolve(of_network));
    }
    return networks;
}

int bench_all(const po::variables_map& values, double seconds) {
    const bool as_json = values.count("json") > 0;
    const std::vector<ResolvedConfiguration> networks = all_networks(values);
    catch_stop_signals();
    const TemporaryFolder folder("stdpscope-bench");
    const double disk_speed = measure_disk_speed(folder.path());
    json document{{"networks", json::array()}, {"disk_bytes_per_second", disk_speed}};
    std::vector<BenchResult> results;
    for (const ResolvedConfiguration& resolved : networks) {
        Progress progress(resolved.network.name);
        const BenchTime time{.seconds = seconds / static_cast<double>(networks.size()), .turn_seconds = 1.0};
        results.push_back(measure_levels(resolved, all_levels(resolved), time,
                                         [&](std::size_t round, std::size_t rounds) { progress.show(round, rounds); }));
        if (stop_signal() != 0) return exit_code_of_signal();
        document["networks"].push_back(json_of_levels(results.back()));
    }
    document["environment"] = run_environment();
    if (as_json) {
        fmt::print("{}\n", document.dump(2));
    } else {
        print_levels(results, disk_speed);
    }
    return 0;
}

int repetitions_of(const po::variables_map& values) {
    if (values.count("repetitions") == 0) return 3;
    const int repetitions = values["repetitions"].as<int>();
    if (repetitions < 1 || repetitions > 1000) {
        throw UsageError(fmt::format("--repetitions = {} must be 1 to 1000", repetitions));
    }
    return repetitions;
}

/// Throws UsageError or ConfigError, by where the number came from, for more threads than the simulator runs.
int spiking_threads(const ResolvedConfiguration& resolved) {
    constexpr std::int64_t kMostThreads = 256;
    const auto threads = resolved.settings.get<std::int64_t>("training.threads");
    const Origin& origin = resolved.settings.entry("training.threads").origin;
    if (threads > kMostThreads && origin.kind != OriginKind::default_value) {
        reject(origin, fmt::format("training.threads = {} must be at most {} with --protocol", threads, kMostThreads));
    }
    return static_cast<int>(std::min(threads, kMostThreads));
}

/// The spiking simulator on a published problem.
int bench_spiking(const po::variables_map& values) {
    for (const char* other : {"network", "batch", "neglu", "mask", "derivative", "trace"}) {
        if (values.count(other) > 0) throw UsageError(fmt::format("--protocol and --{} exclude each other", other));
    }
    SpikingBenchOptions options;
    options.protocol = values["protocol"].as<std::string>();
    if (!is_spiking_bench(options.protocol)) {
        throw UsageError(fmt::format("--protocol = {} must be one of s1, s2, s3, kernel", options.protocol));
    }
    const ResolvedConfiguration resolved = resolve(run_sources(values));
    options.threads = spiking_threads(resolved);
    options.seed = static_cast<std::uint64_t>(resolved.settings.get<std::int64_t>("training.seed"));
    options.repetitions = repetitions_of(values);
    if (values.count("seconds") > 0) options.biological_seconds = parse_seconds(values);
    catch_stop_signals();
    StatusLine status;
    const SpikingBench bench = measure_spiking(
        options,
        [&](const std::string& variant, int repetition) {
            if (!is_terminal(stderr)) return;
            status.show(
                fmt::format("{} {}: run {} of {}", options.protocol, variant, repetition + 1, options.repetitions));
        },
        [] { return stop_signal() != 0; });
    status.clear();
    if (stop_signal() != 0) return exit_code_of_signal();
    if (values.count("json") > 0) {
        json document = json_of(bench);
        document["environment"] = run_environment();
        fmt::print("{}\n", document.dump(2));
    } else {
        fmt::print("{}", spiking_bench_text(bench));
    }
    return 0;
}

}  // namespace

int run_bench(const std::vector<std::string>& arguments) {
    po::options_description options("Options");
    options.add_options()("all", "a table of three networks at every trace level")(
        "by-layer", "also the time of each layer's parts")(
        "protocol", po::value<std::string>()->value_name("NAME"),
        "the spiking simulator on s1 (Song 2000), s2 (Vogels-Abbott), s3 (the same, 40 million synapses) or kernel "
        "(weight updates alone)")("repetitions", po::value<int>()->value_name("N"), "runs of each form (default: 3)");
    add_run_flags(options, {"network", "batch", "threads", "seed", "neglu", "mask", "derivative", "trace"});
    options.add_options()("seconds", po::value<double>()->value_name("S"),
                          "time to measure (default: 10; with --all 75, over all networks; with --protocol biological "
                          "time, the problem's own)")("json", "print as one JSON document");
    const auto values = parse_command_line(kHelp, options, "", arguments);
    if (!values) return 0;
    if (values->count("all") > 0 && values->count("by-layer") > 0) {
        throw UsageError("--all and --by-layer exclude each other");
    }
    if (values->count("protocol") > 0) {
        if (values->count("all") + values->count("by-layer") > 0) {
            throw UsageError("--protocol excludes --all and --by-layer");
        }
        return bench_spiking(*values);
    }
    if (values->count("repetitions") > 0) throw UsageError("--repetitions needs --protocol");
    const double seconds = parse_seconds(*values);
    return values->count("all") > 0 ? bench_all(*values, seconds) : bench_one(*values, seconds);
}

}  // namespace stdpscope::apps
