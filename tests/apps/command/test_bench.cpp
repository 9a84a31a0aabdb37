#include <signal.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "tests/apps/program.hpp"

using namespace stdpscope::tests;
using Catch::Matchers::Contains;
using Catch::Matchers::WithinRel;
using nlohmann::json;

namespace {

/// Whatever `arguments`, on the small network; the folder for traces must be empty afterwards.
Outcome bench(const TestFolder& folder, std::vector<std::string> arguments, Variables environment = {}) {
    const std::filesystem::path temporary = folder / "temporary";
    std::filesystem::create_directories(temporary);
    const std::string network = folder.write("net.toml", kSmallNetwork);
    arguments.insert(arguments.begin(), {"bench", "--network", network, "--seconds", "0.3"});
    environment.emplace_back("TMPDIR", temporary.string());
    Outcome outcome = run_program(arguments, environment);
    CHECK(std::filesystem::is_empty(temporary));
    return outcome;
}

/// OpenBLAS has them for every processor of the architecture.
#if defined(__x86_64__)
constexpr const char* kOldestKernels = "Prescott";
#else
constexpr const char* kOldestKernels = "ARMV8";
#endif

double number(const json& document, const char* key) {
    INFO(key);
    REQUIRE(document[key].is_number());
    return document[key].get<double>();
}

/// Speeds and shares at one level must follow from each other.
void check_speed(const json& level, const json& network) {
    CHECK(number(level, "slowest_samples_per_second") <= number(level, "samples_per_second"));
    CHECK(number(level, "samples_per_second") <= number(level, "fastest_samples_per_second"));
    CHECK(number(level, "steps") > 0);
    CHECK(number(level, "seconds") > 0);
    const double gflop_per_second = number(level, "gflop_per_second");
    CHECK_THAT(gflop_per_second,
               WithinRel(number(network, "flop_per_sample") * number(level, "samples_per_second") / 1e9, 1e-9));
    CHECK_THAT(number(level, "fma_share"), WithinRel(gflop_per_second / number(network, "fma_gflop_per_second"), 1e-9));
    CHECK_THAT(number(level, "sgemm_share"),
               WithinRel(gflop_per_second / number(network, "sgemm_gflop_per_second"), 1e-9));
    CHECK(number(level, "fma_share") < 1);
}

void check_network(const json& network) {
    // 49 x 12 weights without a data gradient, 12 x 10 with one.
    CHECK(network["flop_per_sample"] == 2 * (2 * 49 * 12 + 3 * 12 * 10));
    CHECK(network["network"] == "small");
    CHECK(network["batch_size"] == 50);
    CHECK(network["diverged"] == false);
    CHECK(number(network, "peak_memory_bytes") > 1e6);
#if !defined(__SANITIZE_ADDRESS__)  // which keeps what was freed
    CHECK(number(network, "peak_memory_bytes") < 400e6);
#endif
    CHECK(number(network, "rounds") >= 5);
}

}  // namespace

TEST_CASE("bench: speeds, shares of peaks and the ledger's share, as JSON", "[apps][bench]") {
    const TestFolder folder;
    const std::string level = GENERATE("off", "counts", "full");
    const Outcome outcome =
        bench(folder, {"--threads", "2", "--trace", level, "--json"}, {{"OPENBLAS_CORETYPE", kOldestKernels}});
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == 0);
    CHECK(outcome.errors.empty());
    const json document = json::parse(outcome.output);
    check_network(document);
    check_speed(document, document);
    CHECK(document["trace"] == level);
    CHECK(document["threads"] == 2);
    CHECK(document["sgemm_kernels"] == kOldestKernels);
    CHECK(document["sgemm_kernels_by_environment"] == true);
    CHECK(document["environment"]["program"].is_string());
    CHECK(document["ledger_share"].is_number() == (level != "off"));
    CHECK((number(document, "trace_bytes") > 0) == (level != "off"));
    if (level != "off") {
        CHECK(number(document, "ledger_share") < 1);
        CHECK(number(document, "off_samples_per_second") > 0);
        CHECK(number(document, "writer_share") > 0);
        CHECK(number(document, "waited_share") >= 0);
    }
    CHECK(document.contains("update_bytes_per_second") == (level == "full"));
}

TEST_CASE("bench: what is not known of traces that are dropped is null and not told", "[apps][bench]") {
    const TestFolder folder;
    const std::vector<std::string> every_update{"--trace", "full", "--set", "trace.updates_every=1"};
    std::vector<std::string> as_json = every_update;
    as_json.emplace_back("--json");
    const json document = json::parse(bench(folder, as_json).output);
    CHECK(document.at("writer_share").is_null());
    CHECK(document.at("trace_bytes").is_null());
    const Outcome text = bench(folder, every_update);
    CHECK_THAT(text.output, Contains("the ledger takes ") && !Contains("writer's thread") && !Contains(" of trace\n"));
}

TEST_CASE("bench: a temporary folder that cannot be had is named: 73", "[apps][bench]") {
    const TestFolder folder;
    const std::string missing = (folder / "missing").string();
    const Outcome outcome = run_program({"bench", "--network", "mlp", "--seconds", "0.1"}, {{"TMPDIR", missing}});
    CHECK(outcome.exit_code == 73);
    CHECK_THAT(outcome.errors, Contains("TMPDIR = " + missing));
}

TEST_CASE("bench: the text names speed, shares, ledger and memory", "[apps][bench]") {
    const TestFolder folder;
    const Outcome outcome = bench(folder, {"--threads", "1"}, {{"OPENBLAS_CORETYPE", kOldestKernels}});
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == 0);
    CHECK_THAT(outcome.output, Contains("small network, batch 50, 1 thread(s), trace counts"));
    CHECK_THAT(outcome.output, Contains(" samples/s (median of ") && Contains(" % of the FMA peak, ") &&
                                   Contains(" % of sgemm") &&
                                   Contains(std::string(" of sgemm (threads: as training; kernels for ") +
                                            kOldestKernels + " by OPENBLAS_CORETYPE), memory ") &&
                                   Contains("the ledger takes ") && Contains("of memory at most"));
}

TEST_CASE("bench --all: a network at every level, with ratios to training without a trace", "[apps][bench]") {
    const TestFolder folder;
    const Outcome outcome = bench(folder, {"--all", "--threads", "1", "--json"});
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == 0);
    CHECK_THAT(outcome.errors, Contains("small: round 5 of 5\n"));
    const json document = json::parse(outcome.output);
    CHECK(number(document, "disk_bytes_per_second") > 0);
    REQUIRE(document["networks"].size() == 1);
    const json& network = document["networks"][0];
    check_network(network);
    const std::vector<std::string> names{"off", "counts", "samples", "planes", "full"};
    REQUIRE(network["levels"].size() == names.size());
    for (std::size_t place = 0; place < names.size(); ++place) {
        const json& level = network["levels"][place];
        INFO(names[place]);
        CHECK(level["trace"] == names[place]);
        check_speed(level, network);
        if (place == 0) {
            CHECK(level["ratio"] == 1.0);
            CHECK(level["ledger_share"].is_null());
        } else {
            CHECK_THAT(number(level, "ledger_share"), Catch::Matchers::WithinAbs(1 - number(level, "ratio"), 1e-12));
        }
    }
    CHECK(network["levels"][4]["updates_every"] == 1);
    CHECK(network["levels"][4]["bounded_by_disk"].is_boolean());
}

TEST_CASE("bench --all: the three networks as a table, the disk named", "[apps][bench]") {
    const TestFolder folder;
    const Outcome outcome =
        run_program({"bench", "--all", "--seconds", "0.1", "--batch", "16", "--set", "trace.updates_every=7"},
                    {{"TMPDIR", folder.path().string()}});
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == 0);
    for (const char* text : {"lenet network", "lenet5 network", "mlp network", "samples/s", "ledger's",
                             "full (float32 updates of every 7 steps)", "the disk takes ", " MB/s"}) {
        CHECK_THAT(outcome.output, Contains(text));
    }
}

TEST_CASE("bench --by-layer: the time of each layer's parts adds up", "[apps][bench]") {
    const TestFolder folder;
    const Outcome outcome = bench(folder, {"--by-layer", "--threads", "1", "--json"});
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == 0);
    const json document = json::parse(outcome.output)["by_layer"];
    const json& layers = document["layers"];
    REQUIRE(layers.size() == 4);
    CHECK(layers[1]["layer"] == "hidden");
    CHECK(layers[1]["flop"] == 2 * 49 * 12 * 50);
    CHECK(layers[1]["data_gradient_seconds"].is_null());  // nothing below is trained
    CHECK(layers[0]["weight_gradient_seconds"].is_null());
    CHECK(layers[3]["data_gradient_seconds"].is_number());
    double sum =
        number(document, "input_seconds") + number(document, "loss_seconds") + number(document, "records_seconds");
    for (const json& layer : layers) {
        for (const auto& [key, value] : layer.items()) {
            if (key.ends_with("_seconds") && value.is_number()) sum += value.get<double>();
        }
        CHECK(number(layer, "forward_seconds") > 0);
    }
    CHECK_THAT(number(document, "sum_seconds"), WithinRel(sum, 1e-9));

    const Outcome text = bench(folder, {"--by-layer", "--trace", "off"});
    CHECK(text.exit_code == 0);
    CHECK_THAT(text.output, Contains("By layer (medians of ") && Contains("hidden") && Contains("all layers"));
}

TEST_CASE("bench: flags that contradict each other are mistakes of usage", "[apps][bench]") {
    struct Mistake {
        std::vector<std::string> arguments;
        std::string message;
    };
    const auto mistake = GENERATE(
        Mistake{{"--all", "--by-layer"}, "--all and --by-layer exclude each other"},
        Mistake{{"--all", "--trace", "counts"}, "--all"}, Mistake{{"--all", "--seconds", "0"}, "must be 0.1 to 86400"},
        Mistake{{"--seconds", "1e9"}, "must be 0.1 to 86400"}, Mistake{{"--all", "lenet"}, "unexpected argument lenet"},
        Mistake{{"--al"}, "unknown option --al; nearest is --all"},
        Mistake{{"--protocol", "s1", "--threads", "300"},
                "training.threads = 300 must be at most 256 with --protocol"});
    std::vector<std::string> arguments = mistake.arguments;
    arguments.insert(arguments.begin(), "bench");
    const Outcome outcome = run_program(arguments);
    INFO(outcome.errors);
    CHECK(outcome.exit_code == 2);
    CHECK_THAT(outcome.errors, Catch::Matchers::StartsWith("stdpscope bench: ") && Contains(mistake.message));
    CHECK(outcome.output.empty());
}

TEST_CASE("bench: a signal ends it, with nothing printed and nothing left behind", "[apps][bench]") {
    const TestFolder folder;
    const auto [signal, exit_code] = GENERATE(std::pair{SIGINT, 130}, std::pair{SIGTERM, 143});
    const std::string all = GENERATE("--all", "--by-layer");
    const std::filesystem::path temporary = folder / "temporary";
    std::filesystem::create_directory(temporary);
    const std::string network = folder.write("net.toml", kSmallNetwork);
    const pid_t process = start_program({"bench", "--network", network, "--seconds", "1000", all},
                                        {{"TMPDIR", temporary.string()}}, folder.path());
    // A trace tells that training is under way.
    while (std::filesystem::is_empty(temporary)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    REQUIRE(kill(process, signal) == 0);
    const Outcome outcome = finish_program(process, folder.path());
    INFO(outcome.errors);
    CHECK(outcome.exit_code == exit_code);
    CHECK(outcome.output.empty());
    CHECK(std::filesystem::is_empty(temporary));
}

TEST_CASE("bench --protocol: the spiking simulator on a published problem", "[apps][bench]") {
    const std::string threads = GENERATE("1", "2");
    const Outcome outcome = run_program(
        {"bench", "--protocol", "s2", "--seconds", "0.2", "--repetitions", "2", "--threads", threads, "--json"});
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == 0);
    const json document = json::parse(outcome.output);
    REQUIRE(document["variants"].size() == 3);
    for (const json& variant : document["variants"]) {
        REQUIRE(variant["repetitions"] == 2);
        CHECK_THAT(number(variant, "real_time_factor"), WithinRel(number(variant, "wall_seconds") / 0.2, 1e-9));
        CHECK(number(variant, "fastest_wall_seconds") <= number(variant, "wall_seconds"));
        CHECK(number(variant, "wall_seconds") <= number(variant, "slowest_wall_seconds"));
    }
    REQUIRE(document["ledger_surcharge"].is_number());
    REQUIRE(document["plasticity_surcharge"].is_number());
    CHECK_THAT(number(document, "peak_bytes_per_synapse"),
               WithinRel(number(document, "peak_memory_bytes") / number(document["variants"][0], "synapses"), 1e-9));
    const Outcome text =
        run_program({"bench", "--protocol", "kernel", "--seconds", "0.1", "--repetitions", "1", "--threads", threads});
    REQUIRE(text.exit_code == 0);
    REQUIRE_THAT(text.output, Contains("dense counted") && Contains("sparse uncounted") && Contains("of full scale"));
}

TEST_CASE("bench --protocol: what contradicts it is a mistake of usage", "[apps][bench]") {
    for (const std::vector<std::string>& more :
         std::vector<std::vector<std::string>>{{"--protocol", "s5"},
                                               {"--protocol", "s1", "--all"},
                                               {"--protocol", "s1", "--network", "lenet"},
                                               {"--protocol", "s1", "--repetitions", "0"},
                                               {"--repetitions", "2"}}) {
        std::vector<std::string> arguments{"bench"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        CHECK(run_program(arguments).exit_code == 2);
    }
}

namespace {

json spiking_bench(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"bench", "--json", "--protocol"});
    const Outcome outcome = run_program(arguments);
    INFO(outcome.errors);
    REQUIRE(outcome.exit_code == 0);
    return json::parse(outcome.output);
}

const json& variant_of(const json& document, const std::string& name) {
    for (const json& variant : document["variants"]) {
        if (variant["variant"] == name) return variant;
    }
    FAIL("no variant " << name);
    return document;
}

}  // namespace

TEST_CASE("bench --protocol: every figure follows from the runs", "[apps][bench]") {
    const json document =
        spiking_bench({"s2", "--seconds", "0.1", "--repetitions", "2", "--threads", "2", "--seed", "5"});
    CHECK(document["protocol"] == "s2");
    CHECK(document["threads"] == 2);
    CHECK(document["seed"] == 5);
    const json& counted = variant_of(document, "counted");
    const json& uncounted = variant_of(document, "uncounted");
    const json& fixed = variant_of(document, "fixed");
    for (const json& variant : document["variants"]) {
        INFO(variant["variant"]);
        const double wall = number(variant, "wall_seconds");
        CHECK_THAT(
            wall,
            WithinRel(0.5 * (number(variant, "fastest_wall_seconds") + number(variant, "slowest_wall_seconds")), 1e-9));
        CHECK(number(variant, "construction_seconds") > 0);
    }
    const auto ratio = [](const json& slow, const json& fast) {
        return number(slow, "wall_seconds") / number(fast, "wall_seconds") - 1.0;
    };
    CHECK_THAT(number(document, "ledger_surcharge") + 2.0, WithinRel(ratio(counted, uncounted) + 2.0, 1e-9));
    CHECK_THAT(number(document, "plasticity_surcharge") + 2.0, WithinRel(ratio(uncounted, fixed) + 2.0, 1e-9));
    // Counting changes no bit, fixed synapses do not learn.
    CHECK(counted["mean_weight"] == uncounted["mean_weight"]);
    CHECK(counted["weight_histogram"] == uncounted["weight_histogram"]);
    CHECK(fixed["plastic_synapses"] == 0);
    CHECK(number(counted, "plastic_synapses") == Approx(3200.0 * 3199.0 * 0.02).epsilon(0.01));
    CHECK(number(counted, "synapses") == Approx(4000.0 * 3999.0 * 0.02).epsilon(0.01));
    const double rate_hz = number(counted["rates_hz"], "excitatory");
    CHECK_THAT(
        number(counted, "updates_per_second"),
        WithinRel(2.0 * number(counted, "plastic_synapses") * rate_hz * 0.1 / number(counted, "wall_seconds"), 1e-9));
    const json again = spiking_bench({"s2", "--seconds", "0.1", "--repetitions", "1", "--seed", "5"});
    CHECK(variant_of(again, "counted")["mean_weight"] == counted["mean_weight"]);
    const json other = spiking_bench({"s2", "--seconds", "0.1", "--repetitions", "1", "--seed", "6"});
    CHECK(variant_of(other, "counted")["mean_weight"] != counted["mean_weight"]);
}

TEST_CASE("bench --protocol kernel: dense and sparse synapses, and the window's error", "[apps][bench]") {
    const json document = spiking_bench({"kernel", "--seconds", "0.1", "--repetitions", "1"});
    CHECK(number(document, "pair_window_error") > 0);  // weights are whole parts of the largest
    CHECK(number(document, "pair_window_error") < 1e-6);
    CHECK(variant_of(document, "dense counted")["synapses"] == 1000000);
    CHECK(number(variant_of(document, "sparse counted"), "synapses") == Approx(25.6e6).epsilon(0.01));
    CHECK(number(variant_of(document, "sparse counted")["rates_hz"], "pre") == Approx(16.0).epsilon(0.1));
    CHECK(number(variant_of(document, "dense counted")["rates_hz"], "post") == Approx(20.0).epsilon(0.1));
}

TEST_CASE("bench --protocol s1: 1000 plastic inputs of one neuron", "[apps][bench]") {
    const json document = spiking_bench({"s1", "--seconds", "1", "--repetitions", "1"});
    CHECK(variant_of(document, "counted")["synapses"] == 1000);
    CHECK(number(variant_of(document, "counted")["rates_hz"], "inputs") == Approx(15.0).epsilon(0.05));
    CHECK(variant_of(document, "counted")["mean_weight"] == variant_of(document, "uncounted")["mean_weight"]);
}

TEST_CASE("bench --protocol: a signal ends it between two runs, with nothing printed", "[apps][bench]") {
    const TestFolder folder;
    const auto [signal, exit_code] = GENERATE(std::pair{SIGINT, 130}, std::pair{SIGTERM, 143});
    const pid_t process = start_program(
        {"bench", "--protocol", "s2", "--seconds", "0.5", "--repetitions", "1000", "--json"}, {}, folder.path());
    std::this_thread::sleep_for(std::chrono::seconds(2));
    REQUIRE(kill(process, signal) == 0);
    const Outcome outcome = finish_program(process, folder.path());
    INFO(outcome.errors);
    CHECK(outcome.exit_code == exit_code);
    CHECK(outcome.output.empty());
}
