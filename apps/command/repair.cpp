#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "analysis/trace/error.hpp"
#include "analysis/trace/run_folder.hpp"
#include "analysis/verify/repair.hpp"
#include "apps/command.hpp"
#include "apps/command/summary_flags.hpp"
#include "apps/command_line.hpp"
#include "apps/configuration/error.hpp"
#include "apps/folder_in_the_making.hpp"
#include "apps/run_environment.hpp"

namespace stdpscope::apps {
namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;
using Json = nlohmann::ordered_json;

const CommandHelp kHelp{
    .name = "repair",
    .usage = "stdpscope repair RUN --out NEW [options]",
    .description =
        "Copies what a run had committed, where its writer died or its trace has lost a part, into the new run\n"
        "folder NEW, up to the first record that cannot be read. RUN stays as it is. NEW is marked as repaired in\n"
        "its result.json and can be analysed, compared and reported on like any other run.",
    .examples = "stdpscope repair runs/broken --out runs/repaired",
};

void require_repairable(const fs::path& run) {
    std::error_code ignored;
    if (!fs::exists(run, ignored)) throw analysis::MissingTrace(run.string(), "no such folder, must be a run folder");
    if (!fs::is_directory(run, ignored)) throw UsageError(run.string() + " must be a run folder");
    if (analysis::is_being_written(run)) {
        throw UsageError(run.string() + " is being written by another process, must have no writer any more");
    }
}

std::string text_of(const analysis::Repair& repair, const std::string& out) {
    std::string text =
        fmt::format("{} of {} committed records copied to {}\n", repair.records, repair.committed_records, out);
    if (repair.committed_event_rows > 0) {
        text += fmt::format("{} of {} committed rows of spikes and changes copied\n", repair.event_rows,
                            repair.committed_event_rows);
    }
    for (const std::string& damage : repair.damage) text += "  " + damage + "\n";
    for (const std::string& file : repair.left_out) text += "  left out: " + file + "\n";
    return text;
}

Json json_of(const analysis::Repair& repair, const std::string& run, const std::string& out) {
    Json document{{"command", "repair"}, {"run", run}, {"folder", out}};
    document.update(analysis::json_of(repair));
    return document;
}

}  // namespace

int run_repair(const std::vector<std::string>& arguments) {
    po::options_description flags("Options");
    flags.add_options()("out", po::value<std::string>()->value_name("NEW"), "the new run folder; must not exist yet")(
        "json", "print the result as one JSON document");
    add_guard_flags(flags);
    const auto values = parse_command_line(kHelp, flags, "run", arguments);
    if (!values) return 0;
    const auto paths = run_paths(*values, 1, 1);
    if (values->count("out") == 0) throw UsageError("--out NEW is missing: the new run folder");
    const auto out = (*values)["out"].as<std::string>();
    if (out.empty()) throw UsageError("--out must name a folder");
    require_repairable(paths.front());

    const GuardLimits limits = guard_limits(*values, paths);
    FolderInTheMaking folder(out);
    const int code = guarded("repair", limits, paths, [&](const Watchdog& watchdog) {
        watchdog.begin(0);
        const auto repair = analysis::repair_run(paths.front(), folder.path(), program_text(), utc_time(),
                                                 [&] { watchdog.progress(); });
        if (!repair) {
            throw UsageError(paths.front() + ": its trace is whole, must be one that was broken off or damaged");
        }
        if (values->count("json") > 0) {
            fmt::print("{}\n", json_of(*repair, paths.front(), out).dump(2));
        } else {
            fmt::print("{}", text_of(*repair, out));
        }
        return 0;
    });
    if (code == 0) folder.finish();
    return code;
}

}  // namespace stdpscope::apps
