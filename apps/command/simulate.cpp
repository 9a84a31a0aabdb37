#include <fmt/format.h>

#include "apps/command.hpp"
#include "apps/command_line.hpp"
#include "apps/configuration/error.hpp"
#include "apps/run_files.hpp"
#include "apps/simulation/simulated_run.hpp"
#include "apps/simulation/simulation_report.hpp"
#include "apps/stop_signal.hpp"

namespace stdpscope::apps {
namespace {

namespace po = boost::program_options;

const CommandHelp kHelp{
    .name = "simulate",
    .usage = "stdpscope simulate --protocol NAME --out DIR [options]",
    .description =
        "Simulates spiking neurons with plastic synapses and keeps, in the new folder DIR, a trace of the\n"
        "plasticity events (run.h5, as of a training: analyze, compare, inspect and export read it), the\n"
        "final synapses (synapses.h5), the resolved configuration (config.toml), the environment and the\n"
        "result. The same seed gives the same bits for any number of threads. SIGINT and SIGTERM end the\n"
        "simulation within moments, with everything saved.",
    .examples =
        "stdpscope simulate --protocol pairing --out runs/pairing\n"
        "stdpscope simulate --protocol song2000 --seconds 1000 --trace samples --out runs/song",
};

}  // namespace

int run_simulate(const std::vector<std::string>& arguments) {
    po::options_description options("Options");
    options.add_options()("out", po::value<std::string>()->value_name("DIR"), "folder of the run; must not exist yet");
    add_simulation_flags(options);
    options.add_options()("json", "print the result as one JSON document");
    const auto values = parse_command_line(kHelp, options, "", arguments);
    if (!values) return 0;
    if (values->count("out") == 0) throw UsageError("--out DIR is missing: the new folder of the run");
    const auto folder = (*values)["out"].as<std::string>();
    if (folder.empty()) throw UsageError("--out must name a folder");
    PreparedSimulation run = prepare_simulation(resolve_simulation(simulation_sources(*values)), folder);
    catch_stop_signals();
    nlohmann::json result = run_simulation(run);
    if (values->count("json") > 0) {
        result["folder"] = folder;
        fmt::print("{}\n", result.dump(2));
    } else {
        fmt::print("{}\nrun saved in {}\n", simulation_text(result), folder);
    }
    return result["end"] == "stopped" ? stopped_exit_code("simulate") : 0;
}

}  // namespace stdpscope::apps
