// The spiking simulator on the published problems: bench_sim [song2000|vogels-abbott|vogels-abbott-fixed|
// vogels-abbott-large|kernel|kernel-sparse] [threads] [biological seconds] [counting: on|off]
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>

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

}  // namespace

int main(int argc, char** argv) {
    const std::map<std::string, double> durations_s = {
        {"song2000", 1000.0},         {"vogels-abbott", 10.0}, {"vogels-abbott-fixed", 10.0},
        {"vogels-abbott-large", 1.0}, {"kernel", 10.0},        {"kernel-sparse", 1.0}};
    const std::string protocol = argc > 1 ? argv[1] : "vogels-abbott";
    const auto duration = durations_s.find(protocol);
    if (duration == durations_s.end()) {
        std::fprintf(stderr, "unknown protocol %s\n", protocol.c_str());
        return 2;
    }
    const ProtocolOptions options{.biological_seconds = argc > 3 ? std::atof(argv[3]) : duration->second,
                                  .seed = 1,
                                  .threads = argc > 2 ? std::atoi(argv[2]) : 1,
                                  .counting = argc > 4 && std::string(argv[4]) == "off" ? Counting::off : Counting::on};
    print(protocol, options, run(protocol, options));
    return 0;
}
