// The spiking simulator on the published problems.
#include <charconv>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/protocol/kernel_throughput.hpp"
#include "sim/protocol/song2000.hpp"
#include "sim/protocol/vogels_abbott.hpp"

namespace {

using namespace stdpscope::sim;

ProtocolResult run(const std::string& protocol, const ProtocolOptions& options) {
    if (protocol == "song2000") return run_song2000(options);
    if (protocol == "vogels-abbott") return run_vogels_abbott({}, options);
    if (protocol == "vogels-abbott-fixed") {
        return run_vogels_abbott({.excitation = RecurrentExcitation::fixed}, options);
    }
    if (protocol == "vogels-abbott-large") return run_vogels_abbott(large_vogels_abbott(), options);
    if (protocol == "kernel") return run_kernel_throughput({}, options);
    return run_kernel_throughput(sparse_kernel_throughput(), options);
}

void print(const std::string& protocol, const ProtocolOptions& options, const ProtocolResult& result) {
    std::printf("%s threads=%d counting=%s bio=%gs\n", protocol.c_str(), options.threads,
                options.counting == Counting::on ? "on" : "off", result.biological_seconds);
    std::printf("  wall %.4f s  RTF %.4f  construction %.3f s\n", result.wall_seconds, result.real_time_factor(),
                result.construction_seconds);
    std::printf("  %.1f M events/s  %.1f M updates/s\n", result.transmitted_events / result.wall_seconds * 1e-6,
                result.weight_updates / result.wall_seconds * 1e-6);
    for (const PopulationRate& rate : result.rates) std::printf("  %s %.2f Hz", rate.population.c_str(), rate.rate_hz);
    std::printf("\n  %llu synapses, %.2f bytes a synapse at the peak (%.0f MiB)\n",
                static_cast<unsigned long long>(result.synapses),
                result.peak_bytes / static_cast<double>(result.synapses), result.peak_bytes / 1048576.0);
    std::printf("  mean weight %.4f  histogram", result.mean_weight);
    for (const std::uint64_t bin : result.weight_histogram) std::printf(" %llu", static_cast<unsigned long long>(bin));
    std::printf("\n  pre_post_potentiation %llu  post_pre_depression %llu  unchanged %llu\n",
                static_cast<unsigned long long>(result.counts.pre_post_potentiation),
                static_cast<unsigned long long>(result.counts.post_pre_depression),
                static_cast<unsigned long long>(result.counts.pre_post_unchanged + result.counts.post_pre_unchanged));
}

constexpr const char* kUsage =
    "usage: bench_sim [PROBLEM [THREADS [SECONDS [on|off]]]]\n"
    "  PROBLEM   song2000, vogels-abbott (default), vogels-abbott-fixed, vogels-abbott-large, kernel or kernel-sparse\n"
    "  THREADS   1 .. 256 (default: 1)\n"
    "  SECONDS   of biological time (default: the problem's own)\n"
    "  on, off   whether events are counted (default: on)\n";

struct BenchSim {
    std::string protocol;
    ProtocolOptions options;
};

template <class Number>
std::optional<Number> number_in(const std::string& text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || !(number > 0)) return std::nullopt;
    return number;
}

/// Nothing where an argument is none of those of the usage.
std::optional<BenchSim> parse(const std::vector<std::string>& arguments) {
    const std::map<std::string, double> durations_s = {
        {"song2000", 1000.0},         {"vogels-abbott", 10.0}, {"vogels-abbott-fixed", 10.0},
        {"vogels-abbott-large", 1.0}, {"kernel", 10.0},        {"kernel-sparse", 1.0}};
    const auto argument = [&](std::size_t place, const std::string& otherwise) {
        return place < arguments.size() ? arguments[place] : otherwise;
    };
    const std::string protocol = argument(0, "vogels-abbott");
    const auto duration = durations_s.find(protocol);
    if (duration == durations_s.end() || arguments.size() > 4) return std::nullopt;
    const std::optional<int> threads = number_in<int>(argument(1, "1"));
    const std::optional<double> seconds = arguments.size() > 2 ? number_in<double>(arguments[2]) : duration->second;
    const std::string counting = argument(3, "on");
    if (!threads || *threads > 256 || !seconds || (counting != "on" && counting != "off")) return std::nullopt;
    return BenchSim{.protocol = protocol,
                    .options = {.biological_seconds = *seconds,
                                .seed = 1,
                                .threads = *threads,
                                .counting = counting == "on" ? Counting::on : Counting::off}};
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (!arguments.empty() && (arguments[0] == "--help" || arguments[0] == "-h")) {
        std::printf("%s", kUsage);
        return 0;
    }
    const std::optional<BenchSim> bench = parse(arguments);
    if (!bench) {
        std::fprintf(stderr, "%s", kUsage);
        return 2;
    }
    print(bench->protocol, bench->options, run(bench->protocol, bench->options));
    return 0;
}
