#include "apps/simulation/protocol.hpp"

#include <stdexcept>

#include "apps/configuration/error.hpp"
#include "apps/guarded_reading.hpp"
#include "sim/protocol/kernel_throughput.hpp"
#include "sim/protocol/pairing_network.hpp"
#include "sim/protocol/song2000.hpp"
#include "sim/protocol/vogels_abbott.hpp"

namespace stdpscope::apps {

std::vector<sim::PairingExperiment> chosen_experiments(const Configuration& settings) {
    const auto& name = settings.get<std::string>("simulation.experiment");
    std::vector<sim::PairingExperiment> all = sim::pairing_experiments();
    if (name != "all") std::erase_if(all, [&](const sim::PairingExperiment& one) { return one.name != name; });
    return all;
}

sim::RateRampParams rate_ramps(const Configuration& settings) {
    sim::RateRampParams ramps;
    ramps.seconds = settings.get<double>("simulation.seconds");
    return ramps;
}

analysis::BridgeMapping bridge_mapping(const Configuration& settings) {
    analysis::BridgeMapping mapping;
    mapping.dt_ms = settings.get<double>("simulation.dt_ms");
    const bool by_effect = settings.get<std::string>("simulation.window") == "effect";
    if (by_effect) mapping.window = analysis::BridgeWindow::effect;
    return mapping;
}

analysis::TrainingEvents bridge_events(const Configuration& settings) {
    if (!settings.has("simulation.source")) {
        throw UsageError("--from RUN is missing: the training whose events become spikes (simulation.source)");
    }
    return read_training_events_guarded(settings.get<std::string>("simulation.source"),
                                        static_cast<std::uint64_t>(settings.get<std::int64_t>("simulation.events")));
}

sim::Network protocol_network(const Configuration& settings, sim::Counting counting) {
    const auto& name = settings.get<std::string>("simulation.protocol");
    if (name == "pairing") return sim::pairing_network(chosen_experiments(settings), counting);
    if (name == "song2000") return sim::song2000_network(counting);
    if (name == "vogels-abbott") return sim::vogels_abbott_network({}, counting);
    if (name == "vogels-abbott-large") return sim::vogels_abbott_network(sim::large_vogels_abbott(), counting);
    if (name == "kernel") return sim::kernel_throughput_network({}, counting);
    if (name == "kernel-sparse") return sim::kernel_throughput_network(sim::sparse_kernel_throughput(), counting);
    if (name == "rate-derivative") return sim::rate_ramp_network(rate_ramps(settings), counting);
    throw std::logic_error("protocol " + name + " has no network");
}

ProtocolDefaults protocol_defaults(const Configuration& settings) {
    const auto& name = settings.get<std::string>("simulation.protocol");
    if (name == "pairing") {
        return {.seconds = sim::pairing_duration_ms(chosen_experiments(settings)) * 1e-3, .is_parallel = false};
    }
    if (name == "song2000") return {.seconds = 1000.0, .is_parallel = false};
    if (name == "vogels-abbott" || name == "kernel") return {.seconds = 10.0};
    if (name == "from-trace") return {.seconds = bridge_mapping(settings).duration_ms() * 1e-3};
    return {.seconds = 1.0};
}

}  // namespace stdpscope::apps
