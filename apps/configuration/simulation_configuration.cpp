#include "apps/configuration/simulation_configuration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <thread>

#include "apps/configuration/configuration_file.hpp"
#include "apps/configuration/error.hpp"
#include "apps/configuration/run_flags.hpp"
#include "apps/simulation/protocol.hpp"

namespace stdpscope::apps {
namespace {

constexpr std::array kSimulationFlags{
    SettingFlag{"protocol", "simulation.protocol", "NAME"},
    SettingFlag{"experiment", "simulation.experiment", "NAME"},
    SettingFlag{"from", "simulation.source", "RUN"},
    SettingFlag{"seconds", "simulation.seconds", "T"},
    SettingFlag{"seed", "simulation.seed", "N"},
    SettingFlag{"threads", "simulation.threads", "N"},
    SettingFlag{"trace", "trace.level", "LEVEL"},
};

void offer_protocol_defaults(Configuration& settings) {
    const ProtocolDefaults defaults = protocol_defaults(settings);
    const Origin origin{OriginKind::network, "protocol " + settings.get<std::string>("simulation.protocol")};
    const auto offer = [&](std::string_view key, SettingValue value) {
        settings.assign(*find_setting(key), std::move(value), origin);
    };
    const double second_steps = std::max(1.0, std::round(1e3 / settings.get<double>("simulation.dt_ms")));
    const auto cores = std::max<std::int64_t>(1, std::thread::hardware_concurrency());
    offer("simulation.seconds", defaults.seconds);
    offer("simulation.threads", defaults.is_parallel ? std::min<std::int64_t>(cores, 256) : std::int64_t{1});
    offer("trace.record_every", static_cast<std::int64_t>(second_steps));
    offer("trace.updates_every", static_cast<std::int64_t>(second_steps));
}

}  // namespace

void add_simulation_flags(boost::program_options::options_description& options) {
    add_setting_flags(options, kSimulationFlags);
}

ConfigurationSources simulation_sources(const boost::program_options::variables_map& values) {
    ConfigurationSources sources = setting_sources(values, kSimulationFlags);
    const auto is_bridge = [](const FlagValue& flag) {
        return flag.key == "simulation.protocol" && flag.text == "from-trace";
    };
    if (std::none_of(sources.flags.begin(), sources.flags.end(), is_bridge)) return sources;
    // "--protocol from-trace --trace RUN": where it names no level, it names the run.
    const std::vector<std::string>& levels = find_setting("trace.level")->choices;
    for (FlagValue& flag : sources.flags) {
        const bool names_run =
            flag.key == "trace.level" && std::find(levels.begin(), levels.end(), flag.text) == levels.end();
        if (names_run) flag.key = "simulation.source";
    }
    return sources;
}

ResolvedSimulation resolve_simulation(const ConfigurationSources& sources) {
    ResolvedSimulation resolved;
    Configuration& settings = resolved.settings;
    for (const FlagValue& flag : sources.flags) {
        settings.assign_text(flag.key, flag.text, {OriginKind::flag, flag.flag});
    }
    for (const std::string& pair : sources.pairs) assign_pair(settings, pair);
    assign_environment(settings, sources.environment);
    FileNetworks networks;
    if (sources.file) networks = assign_file(settings, *sources.file);
    if (networks.trained)
        throw ConfigError(sources.file->string() + ": its network of layers belongs to stdpscope train");
    const Setting& protocol = *find_setting("simulation.protocol");
    if (networks.spiking && !settings.has(protocol.key)) {
        settings.assign(protocol, std::string("network"), {OriginKind::file, sources.file->string()});
    }
    reject_other_groups(settings, {"simulation", "trace"}, "train");
    if (!settings.has("simulation.protocol")) {
        throw UsageError(fmt::format("--protocol NAME is missing: {}", requirement(protocol)));
    }
    if (settings.get<std::string>(protocol.key) == "network") {
        if (!networks.spiking) {
            reject(settings.find(protocol.key)->origin,
                   "protocol network needs a configuration file with [[network.population]] (docs/networks.md)");
        }
        resolved.network = std::move(networks.spiking);
    }
    settings.fill_defaults();
    offer_protocol_defaults(settings);
    return resolved;
}

std::string resolved_toml(const ResolvedSimulation& resolved, ThreadCount thread_count) {
    return "# The resolved configuration of a run: stdpscope simulate --config repeats it.\n" +
           settings_toml(resolved.settings, {"simulation", "trace"}, thread_count) +
           (resolved.network ? "\n" + spiking_network_toml(*resolved.network) : "");
}

}  // namespace stdpscope::apps
