#include "apps/simulation/simulated_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "analysis/ledger/spiking_ledger.hpp"
#include "analysis/trace/durable_file.hpp"
#include "analysis/trace/run_folder.hpp"
#include "analysis/trace/synapses_file.hpp"
#include "analysis/trace/trace_writer.hpp"
#include "apps/configuration/error.hpp"
#include "apps/peak_memory.hpp"
#include "apps/run_environment.hpp"
#include "apps/run_files.hpp"
#include "apps/simulation/bridge_report.hpp"
#include "apps/simulation/protocol.hpp"
#include "apps/simulation/simulation_report.hpp"
#include "apps/stop_signal.hpp"
#include "apps/vector_instructions.hpp"
#include "sim/error.hpp"
#include "sim/time_grid.hpp"

namespace stdpscope::apps {
namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr const char* kBridgeFile = "bridge.csv";

double seconds_since(Clock::time_point begun) {
    return std::chrono::duration<double>(Clock::now() - begun).count();
}

/// Turns what the simulator refuses into a mistake of where the setting came from.
[[noreturn]] void reject_parameter(const ResolvedSimulation& resolved, const sim::InvalidParameter& mistake) {
    const std::string key = mistake.parameter() == "duration_ms" ? "simulation.seconds"
                            : mistake.parameter() == "layers"    ? "trace.layers"
                                                                 : "simulation." + mistake.parameter();
    const Configuration::Entry* entry = resolved.settings.find(key);
    const std::string protocol = resolved.settings.get<std::string>("simulation.protocol");
    if (entry != nullptr) reject(entry->origin, fmt::format("{} ({})", mistake.what(), key));
    throw ConfigError(fmt::format("protocol {}: {}", protocol, mistake.what()));
}

/// Parts of a run between which signals are heard: about a tenth of a second each.
class Parts {
public:
    [[nodiscard]] sim::Step next(sim::Step most) const { return std::clamp<sim::Step>(steps_, 1, most); }
    void took(sim::Step steps, double seconds) {
        constexpr double kWanted = 0.1;
        const double factor = std::clamp(kWanted / std::max(seconds, 1e-6), 0.2, 4.0);
        steps_ = std::max<sim::Step>(1, static_cast<sim::Step>(static_cast<double>(steps) * factor));
    }

private:
    sim::Step steps_ = 100;
};

void run_steps(PreparedSimulation& run, analysis::SpikingLedger* ledger, std::uint64_t record_every) {
    const double dt_s = run.resolved.settings.get<double>("simulation.dt_ms") * 1e-3;
    SimulationProgress progress(run.resolved.settings.get<std::string>("simulation.protocol"),
                                static_cast<double>(run.steps) * dt_s);
    Parts parts;
    const auto every = static_cast<sim::Step>(record_every);
    while (run.simulation.steps() < run.steps && !stop_requested()) {
        const sim::Step here = run.simulation.steps();
        const sim::Step record_end = std::min(run.steps, (here / every + 1) * every);
        const sim::Step steps = parts.next((ledger != nullptr ? record_end : run.steps) - here);
        const Clock::time_point begun = Clock::now();
        run.simulation.run_steps(steps);
        parts.took(steps, seconds_since(begun));
        const bool is_last = run.simulation.steps() == run.steps;
        if (ledger != nullptr && run.simulation.steps() == record_end && !is_last) ledger->end_record();
        progress.show(static_cast<double>(run.simulation.steps()) * dt_s);
    }
    if (ledger != nullptr) ledger->end();
    progress.clear();
}

void write_final_synapses(const PreparedSimulation& run) {
    std::vector<std::size_t> plastic;
    for (std::size_t k = 0; k < run.network.projections().size(); ++k) {
        if (run.network.projections()[k].plasticity) plastic.push_back(k);
    }
    auto projection = plastic.begin();
    analysis::write_synapses(run.folder / analysis::kSynapsesFile, plastic.size(), [&] {
        const sim::ProjectionSpec& spec = run.network.projections()[*projection];
        const double receptor = spec.receptor == sim::Receptor::normal ? 1.0 : -1.0;
        analysis::NamedSynapses synapses{.name = spec.name, .pre = {}, .post = {}, .weight = {}};
        run.simulation.visit_rows(*projection++, [&](const sim::SynapseRow& row) {
            for (std::size_t k = 0; k < row.posts.size(); ++k) {
                synapses.pre.push_back(row.pre);
                synapses.post.push_back(row.posts[k]);
                synapses.weight.push_back(static_cast<float>(receptor * row.weights[k]));
            }
        });
        return synapses;
    });
}

analysis::TraceHeader header_of(const PreparedSimulation& run) {
    const Configuration& settings = run.resolved.settings;
    const auto seed = static_cast<std::uint64_t>(settings.get<std::int64_t>("simulation.seed"));
    analysis::TraceHeader header = analysis::spiking_header(
        run.network, run.simulation, settings.get<double>("simulation.dt_ms"), trace_options(settings), seed);
    header.steps_per_epoch = static_cast<std::uint64_t>(run.steps);
    // Without the number of threads: two traces of one seed hold the same, whatever it is.
    header.configuration = resolved_toml(run.resolved, ThreadCount::left_out);
    header.program = program_text();
    return header;
}

json environment_of(const PreparedSimulation& run) {
    json environment = run_environment();
    environment["threads"] = run.resolved.settings.get<std::int64_t>("simulation.threads");
    environment["working_directory"] = std::filesystem::current_path().string();
    return environment;
}

json result_of(const PreparedSimulation& run, double simulation_seconds, double seconds) {
    const Configuration& settings = run.resolved.settings;
    const double biological_seconds =
        static_cast<double>(run.simulation.steps()) * settings.get<double>("simulation.dt_ms") * 1e-3;
    json document{{"end", run.simulation.steps() < run.steps ? "stopped" : "finished"},
                  {"protocol", settings.get<std::string>("simulation.protocol")},
                  {"steps", run.simulation.steps()},
                  {"biological_seconds", biological_seconds},
                  {"simulation_seconds", simulation_seconds},
                  {"seconds", seconds},
                  {"peak_memory_bytes", peak_memory_bytes()},
                  {"signal", stop_signal() == 0 ? json(nullptr) : json(stop_signal())}};
    document.update(json_of_network(run.network, run.simulation, biological_seconds, run.counting));
    if (document["protocol"] == "pairing" && run.counting == sim::Counting::on) {
        document["experiments"] = json_of_experiments(chosen_experiments(settings), run.network, run.simulation);
    }
    if (document["protocol"] == "rate-derivative") {
        document["ramps"] = json_of_ramps(sim::rate_ramp_points(rate_ramps(settings), run.simulation));
    }
    return document;
}

BridgeRun read_bridge(const Configuration& settings, sim::Counting counting) {
    BridgeRun run{.events = bridge_events(settings), .mapping = bridge_mapping(settings), .bridge = {}, .before = {}};
    run.bridge = analysis::bridge_network(run.events, run.mapping, counting);
    return run;
}

/// The tables of protocol from-trace, with every event in a file.
json finish_bridge(const PreparedSimulation& run) {
    const BridgeRun& bridge = *run.bridge;
    const std::vector<double> changes =
        analysis::spiking_changes(bridge.events, bridge.before, analysis::receptors_of(bridge.bridge, run.simulation));
    write_bridge_table(run.folder / kBridgeFile, bridge.events, bridge.bridge, changes);
    return json_of_bridge(bridge.events, bridge.mapping, changes);
}

/// Simulates with the ledger listening and leaves a closed trace and the final synapses behind.
json simulate_and_save(PreparedSimulation& run, Clock::time_point begun) {
    const analysis::TraceOptions options = trace_options(run.resolved.settings);
    std::optional<analysis::TraceWriter> writer;
    std::optional<analysis::SpikingLedger> ledger;
    std::optional<analysis::RunFolderLock> lock;
    if (options.level == analysis::TraceLevel::off) {
        lock.emplace(run.folder);
    } else {
        const analysis::TraceHeader header = header_of(run);
        writer.emplace(run.folder, header);
        ledger.emplace(header, run.network, run.simulation, *writer);
    }
    const Clock::time_point simulation_begun = Clock::now();
    run_steps(run, ledger ? &*ledger : nullptr, options.record_every);
    const double simulation_seconds = seconds_since(simulation_begun);
    if (writer) writer->close();
    write_final_synapses(run);
    json document = result_of(run, simulation_seconds, seconds_since(begun));
    if (run.bridge) document["bridge"] = finish_bridge(run);
    return document;
}

}  // namespace

PreparedSimulation prepare_simulation(ResolvedSimulation resolved, std::filesystem::path folder) {
    refuse_existing(folder);
    choose_simulator_instructions();
    const Configuration& settings = resolved.settings;
    const bool is_traced = settings.get<std::string>("trace.level") != "off";
    const sim::Counting counting = is_traced ? sim::Counting::on : sim::Counting::off;
    try {
        const double dt_ms = settings.get<double>("simulation.dt_ms");
        const sim::Step steps =
            sim::TimeGrid(dt_ms).whole_steps(settings.get<double>("simulation.seconds") * 1e3, "duration_ms");
        std::optional<BridgeRun> bridge;
        if (settings.get<std::string>("simulation.protocol") == "from-trace") bridge = read_bridge(settings, counting);
        const sim::Network network = bridge             ? bridge->bridge.network
                                     : resolved.network ? read_spiking_network(*resolved.network, dt_ms, counting)
                                                        : protocol_network(settings, counting);
        sim::Simulation simulation(network,
                                   {.dt_ms = dt_ms,
                                    .seed = static_cast<std::uint64_t>(settings.get<std::int64_t>("simulation.seed")),
                                    .threads = static_cast<int>(settings.get<std::int64_t>("simulation.threads"))});
        PreparedSimulation run{resolved, std::move(folder), counting, network, std::move(simulation), steps};
        if (is_traced) static_cast<void>(header_of(run));
        if (bridge) {
            bridge->before = analysis::receptors_of(bridge->bridge, run.simulation);
            run.bridge = std::move(bridge);
        }
        return run;
    } catch (const sim::InvalidParameter& mistake) {
        reject_parameter(resolved, mistake);
    }
}

json run_simulation(PreparedSimulation& run) {
    analysis::create_run_folder(run.folder);
    analysis::write_file_durably(run.folder / analysis::kConfigurationFile,
                                 resolved_toml(run.resolved, ThreadCount::written));
    write_json(run.folder / analysis::kEnvironmentFile, environment_of(run));
    try {
        const json document = simulate_and_save(run, Clock::now());
        write_json(run.folder / analysis::kResultFile, document);
        return document;
    } catch (...) {
        fail_run(run.folder);
    }
}

}  // namespace stdpscope::apps
