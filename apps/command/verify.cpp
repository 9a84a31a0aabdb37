#include <fmt/format.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "analysis/verify/verification.hpp"
#include "apps/command.hpp"
#include "apps/command/summary_flags.hpp"
#include "apps/command_line.hpp"
#include "apps/exit_code.hpp"
#include "apps/text_table.hpp"

namespace stdpscope::apps {
namespace {

namespace po = boost::program_options;
using Json = nlohmann::ordered_json;

const CommandHelp kHelp{
    .name = "verify",
    .usage = "stdpscope verify RUN... [options]",
    .description =
        "Reads every committed row of a run, with its checksum, and what else lies in the folder, and says what\n"
        "holds: commit words, rows of every dataset, steps and epochs without a gap, counts that add up to the\n"
        "uses of the synapses, categories and marginals, metrics, weights and result that fit the trace. Where\n"
        "something does not, it is named, and the exit code is 65.",
    .examples = "stdpscope verify runs/relu runs/mixlu",
};

std::string faults_text(std::uint64_t faults) {
    return fmt::format("{} {}", faults, faults == 1 ? "fault" : "faults");
}

std::string text_of(const analysis::Verification& run) {
    TextTable table;
    for (const char* title : {"looked at", "", "found"}) table.add_column(title, TextTable::Align::left);
    std::string faults;
    for (const analysis::Check& check : run.checks) {
        table.add_row({check.subject, check.holds() ? "holds" : faults_text(check.fault_count), check.found});
        for (const std::string& fault : check.faults) faults += fmt::format("  {}: {}\n", check.subject, fault);
        const std::uint64_t more = check.fault_count - check.faults.size();
        if (more > 0) faults += fmt::format("  {}: and {} more\n", check.subject, more);
    }
    const std::string state = run.holds() ? "holds" : faults_text(run.fault_count());
    return fmt::format("{}: {}{}\n{}{}", run.path, state, run.is_being_written ? " (being written)" : "", table.text(),
                       faults.empty() ? "" : "\n" + faults);
}

Json json_of(const analysis::Verification& run) {
    Json document = {
        {"run", run.path}, {"holds", run.holds()}, {"being_written", run.is_being_written}, {"checks", Json::array()}};
    for (const analysis::Check& check : run.checks) {
        document["checks"].push_back({{"subject", check.subject},
                                      {"holds", check.holds()},
                                      {"found", check.found},
                                      {"fault_count", check.fault_count},
                                      {"faults", check.faults}});
    }
    return document;
}

int verify(const std::vector<std::string>& paths, bool as_json, const Watchdog& watchdog) {
    Json document = {{"command", "verify"}, {"runs", Json::array()}};
    bool all_hold = true;
    for (std::size_t index = 0; index < paths.size(); ++index) {
        watchdog.begin(index);
        const auto run = analysis::verify_run(paths[index], [&] { watchdog.progress(); });
        all_hold = all_hold && run.holds();
        if (as_json) {
            document["runs"].push_back(json_of(run));
        } else {
            fmt::print("{}{}", index > 0 ? "\n" : "", text_of(run));
        }
        if (!run.holds()) {
            fmt::print(stderr, "stdpscope verify: {}: {}\n", run.path, faults_text(run.fault_count()));
        }
    }
    if (as_json) fmt::print("{}\n", document.dump(2));
    return static_cast<int>(all_hold ? ExitCode::success : ExitCode::bad_data);
}

}  // namespace

int run_verify(const std::vector<std::string>& arguments) {
    po::options_description flags("Options");
    flags.add_options()("json", "print as one JSON document");
    add_guard_flags(flags);
    const auto values = parse_command_line(kHelp, flags, "run", arguments);
    if (!values) return 0;
    const auto paths = run_paths(*values, 1, std::numeric_limits<std::size_t>::max());
    return guarded("verify", guard_limits(*values, paths), paths,
                   [&](const Watchdog& watchdog) { return verify(paths, values->count("json") > 0, watchdog); });
}

}  // namespace stdpscope::apps
