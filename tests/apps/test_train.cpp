#include <signal.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "analysis/trace/metrics_file.hpp"
#include "analysis/trace/trace_reader.hpp"
#include "analysis/trace/weights_file.hpp"
#include "ann/kernel/kernels.hpp"
#include "tests/apps/program.hpp"
#include "tests/apps/run_folder.hpp"

using namespace stdpscope;
using namespace stdpscope::tests;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

/// Trains the small network on 600 synthetic images; fails the test unless that succeeds.
Outcome train(const TestFolder& folder, const std::string& run, std::vector<std::string> arguments = {}) {
    const std::string network = folder.write("net.toml", kSmallNetwork);
    arguments.insert(arguments.begin(),
                     {"train", "--network", network, "--data", "synthetic:600", "--out", (folder / run).string()});
    Outcome outcome = run_program(arguments);
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == 0);
    return outcome;
}

bool same_bits(const arma::fmat& one, const arma::fmat& other) {
    return arma::size(one) == arma::size(other) && std::memcmp(one.memptr(), other.memptr(), one.n_elem * 4) == 0;
}

bool same_weights(const std::filesystem::path& one, const std::filesystem::path& other) {
    const auto left = analysis::read_weights(one / "weights.h5");
    const auto right = analysis::read_weights(other / "weights.h5");
    bool same = left.size() == right.size() && !left.empty();
    for (std::size_t i = 0; same && i < left.size(); ++i) {
        same = left[i].name == right[i].name && same_bits(left[i].weights, right[i].weights) &&
               same_bits(left[i].biases, right[i].biases);
    }
    return same;
}

/// The metrics that do not tell of time.
std::vector<std::vector<double>> metrics_of(const std::filesystem::path& run) {
    std::vector<std::vector<double>> rows;
    for (const ann::EpochMetrics& metrics : analysis::read_metrics(run)) {
        rows.push_back({static_cast<double>(metrics.epoch), metrics.learning_rate, metrics.training_loss,
                        metrics.training_error, metrics.test_loss, metrics.test_error});
    }
    return rows;
}

std::vector<std::string> files_in(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
}

/// Trains the small network, or the given one, with seed 5 (unless given) and everything that could depend on the order
/// of work: random masks, mirrored batches, a full trace.
Outcome train_fully(const TestFolder& folder, const std::string& run, std::vector<std::string> arguments,
                    const Variables& environment = {}, const std::string& network = "") {
    const auto given = [&](const char* flag) {
        return std::find(arguments.begin(), arguments.end(), flag) != arguments.end();
    };
    if (!given("--seed")) arguments.insert(arguments.end(), {"--seed", "5"});
    arguments.insert(arguments.begin(),
                     {"train", "--network", network.empty() ? folder.write("net.toml", kSmallNetwork) : network,
                      "--data", "synthetic:600", "--out", (folder / run).string(), "--neglu", "25", "--mask", "element",
                      "--trace", "full", "--set", "trace.updates_every=5", "--set", "data.flip=0.5"});
    Outcome outcome = run_program(arguments, environment);
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == 0);
    return outcome;
}

void require_same_bits(const std::filesystem::path& one, const std::filesystem::path& other) {
    REQUIRE(same_weights(one, other));
    REQUIRE(metrics_of(one) == metrics_of(other));
    REQUIRE((trace_text(one) == trace_text(other)));
}

/// Convolutions (with and without padding), both kinds of pool, sizes that no number of threads divides.
const char* const kSmallMaps = R"(name = "maps"
input = [1, 28, 28]

[training]
epochs = 1
batch_size = 50
learning_rate = [0.0001]

[[layer]]
type = "conv2d"
channels = 5
kernel = [5, 5]
pad = [2, 2, 2, 2]

[[layer]]
type = "max_pool2d"
window = [3, 3]
pad = [0, 1, 0, 1]

[[layer]]
type = "conv2d"
channels = 7
kernel = [3, 3]

[[layer]]
type = "activation"
kind = "relu"

[[layer]]
type = "average_pool2d"

[[layer]]
type = "dense"
units = 10
)";

}  // namespace

TEST_CASE("train leaves a folder that tells all about the run", "[apps][train]") {
    const TestFolder folder;
    const Outcome outcome = train(folder, "runs/first");
    const std::filesystem::path run = folder / "runs/first";
    REQUIRE(files_in(run) == std::vector<std::string>{"LOCK", "config.toml", "environment.json", "metrics.csv",
                                                      "result.json", "run.h5", "trace-0001.h5", "weights.h5"});
    REQUIRE_THAT(outcome.output, Contains("epoch") && Contains("finished after 24 steps") && !Contains("\033["));
    REQUIRE_THAT(outcome.errors, Contains("epoch 1/2: ") && Contains("epoch 2/2: ") && !Contains("\r"));
    const json result = read_json(run / "result.json");
    REQUIRE(result["end"] == "finished");
    REQUIRE(result["steps"] == 24);
    REQUIRE(result["epochs"] == 2);
    REQUIRE(result["peak_memory_bytes"].get<std::uint64_t>() > 1'000'000);
    const auto metrics = analysis::read_metrics(run);
    REQUIRE(metrics.size() == 2);
    REQUIRE(result["final"]["test_error"] == metrics[1].test_error);
    const json environment = read_json(run / "environment.json");
    for (const char* key :
         {"program", "compiler", "operating_system", "processor", "vector_instructions", "start_time_utc"}) {
        INFO(key);
        REQUIRE_FALSE(environment[key].get<std::string>().empty());
    }
    REQUIRE(environment["data"]["source"] == "synthetic:600");
    REQUIRE(environment["data"]["checksum"].get<std::string>().size() == 8);
    const analysis::TraceReader trace(run);
    REQUIRE(trace.complete());
    REQUIRE(trace.header().batch_size == 50);
    REQUIRE(trace.header().steps_per_epoch == 12);
}

TEST_CASE("the resolved configuration repeats the run bit for bit, without the network file", "[apps][train]") {
    const TestFolder folder;
    (void)train(folder, "first", {"--neglu", "25", "--seed", "3", "--set", "training.learning_rate=0.002,0.001"});
    std::filesystem::remove(folder / "net.toml");
    const Outcome again = run_program(
        {"train", "--config", (folder / "first/config.toml").string(), "--out", (folder / "again").string()});
    INFO(again.errors);
    REQUIRE(again.exit_code == 0);
    REQUIRE(same_weights(folder / "first", folder / "again"));
    REQUIRE(metrics_of(folder / "first") == metrics_of(folder / "again"));
    REQUIRE((trace_text(folder / "first") == trace_text(folder / "again")));
    REQUIRE(read_file(folder / "first/config.toml") == read_file(folder / "again/config.toml"));
}

TEST_CASE("the same seed gives the same bits for 1, 2, 3 and 4 threads, another seed does not", "[apps][train]") {
    const TestFolder folder;
    for (const char* threads : {"1", "2", "3", "4"}) (void)train_fully(folder, threads, {"--threads", threads});
    (void)train_fully(folder, "other", {"--threads", "2", "--seed", "6"});
    for (const char* threads : {"2", "3", "4"}) {
        INFO(threads << " threads");
        require_same_bits(folder / "1", folder / threads);
    }
    REQUIRE_FALSE(same_weights(folder / "1", folder / "other"));
    REQUIRE((trace_text(folder / "1") != trace_text(folder / "other")));
}

TEST_CASE("convolutions and pools give the same bits for 1, 2, 3 and 4 threads", "[apps][train]") {
    const TestFolder folder;
    const std::string network = folder.write("maps.toml", kSmallMaps);
    for (const char* threads : {"1", "2", "3", "4"}) {
        (void)train_fully(folder, threads, {"--threads", threads}, {}, network);
        INFO(threads << " threads");
        require_same_bits(folder / "1", folder / threads);
    }
}

TEST_CASE("AVX-512 gives the same bits as AVX2", "[apps][train]") {
    if (!ann::kernel::supported(ann::kernel::Isa::avx512) || !ann::kernel::supported(ann::kernel::Isa::avx2)) {
        WARN("skipped: this processor has not both AVX2 and AVX-512");
        return;
    }
    const TestFolder folder;
    const std::string maps = folder.write("maps.toml", kSmallMaps);
    const std::string network = GENERATE(true, false) ? folder.write("net.toml", kSmallNetwork) : maps;
    (void)train_fully(folder, "avx2", {"--threads", "2"}, {{"STDPSCOPE_SIMD", "avx2"}}, network);
    (void)train_fully(folder, "avx512", {"--threads", "2"}, {{"STDPSCOPE_SIMD", "avx512"}}, network);
    require_same_bits(folder / "avx2", folder / "avx512");
}

TEST_CASE("baseline instructions give losses like AVX2's, though not the same bits", "[apps][train]") {
    if (!ann::kernel::supported(ann::kernel::Isa::avx2)) {
        WARN("skipped: this processor has no AVX2");
        return;
    }
    const TestFolder folder;
    const std::string network = folder.write("net.toml", kSmallNetwork);
    (void)train_fully(folder, "avx2", {}, {{"STDPSCOPE_SIMD", "avx2"}}, network);
    (void)train_fully(folder, "baseline", {}, {{"STDPSCOPE_SIMD", "baseline"}}, network);
    const auto avx2 = metrics_of(folder / "avx2");
    const auto baseline = metrics_of(folder / "baseline");
    REQUIRE(avx2.size() == baseline.size());
    // Rounding differs from the first step on; over 24 steps of this network it stays far below this.
    for (std::size_t epoch = 0; epoch < avx2.size(); ++epoch) {
        REQUIRE_THAT(baseline[epoch][2], Catch::Matchers::WithinRel(avx2[epoch][2], 1e-3));
    }
}

TEST_CASE("a trace changes no bit of the training", "[apps][train]") {
    const TestFolder folder;
    (void)train(folder, "off", {"--trace", "off"});
    (void)train(folder, "full", {"--trace", "full"});
    REQUIRE(same_weights(folder / "off", folder / "full"));
    REQUIRE_FALSE(std::filesystem::exists(folder / "off/run.h5"));
}

TEST_CASE("Option --json prints one JSON document and nothing else", "[apps][train]") {
    const TestFolder folder;
    const Outcome outcome = train(folder, "run", {"--json", "--set", "training.full_training_error=true"});
    const json document = json::parse(outcome.output);
    REQUIRE(document["end"] == "finished");
    REQUIRE(document["folder"] == (folder / "run").string());
    REQUIRE(document["metrics"].size() == 2);
    REQUIRE(document["metrics"][1]["epoch"] == 1);
    REQUIRE(document["metrics"][1]["full_training_error"].is_number());
}

TEST_CASE("a run that diverges is on record: exit code 0 with a warning", "[apps][train]") {
    const TestFolder folder;
    const Outcome outcome = train(folder, "run", {"--set", "training.learning_rate=1e30"});
    REQUIRE_THAT(outcome.errors, Contains("warning: the loss or weights became NaN or infinite"));
    REQUIRE(read_json(folder / "run/result.json")["end"] == "diverged");
}

TEST_CASE("a signal ends the training after its step, with all saved", "[apps][train]") {
    const TestFolder folder;
    const auto [signal, exit_code] = GENERATE(std::pair{SIGINT, 130}, std::pair{SIGTERM, 143});
    const std::string network = folder.write("net.toml", kSmallNetwork);
    const std::filesystem::path run = folder / "run";
    const pid_t process = start_program(
        {"train", "--network", network, "--data", "synthetic:600", "--epochs", "1000000", "--out", run.string()}, {},
        folder.path());
    // The first line of metrics.csv tells that training is under way.
    while (!std::filesystem::exists(run / "metrics.csv")) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    REQUIRE(kill(process, signal) == 0);
    const Outcome outcome = finish_program(process, folder.path());
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == exit_code);
    const json result = read_json(run / "result.json");
    REQUIRE(result["end"] == "stopped");
    REQUIRE(result["signal"] == signal);
    REQUIRE_FALSE(analysis::read_weights(run / "weights.h5").empty());
    const analysis::TraceReader trace(run);
    REQUIRE(trace.complete());
    std::uint64_t end_step = 0;
    trace.for_each_record([&](const analysis::Record& record) { end_step = record.end_step; });
    REQUIRE(end_step == result["steps"].get<std::uint64_t>());
    REQUIRE_THAT(outcome.errors, Contains(signal == SIGINT ? "stopped by SIGINT" : "stopped by SIGTERM"));
}
